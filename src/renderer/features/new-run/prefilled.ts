import type { Run } from '../../../shared/contract/runs.ts';
import { executorNames } from '../../../shared/model/executor.ts';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import { type FieldValue, flatten, unflatten, withoutFields } from '../../components/documents.ts';
import { textOfEnvironment } from './environment-text.ts';
import { allFields } from './fields.ts';
import { noScript, type RunValues, untouched } from './run-values.ts';

/** What a form begins with, beside project and dataset. */
export type Prefilled = Pick<RunValues, 'kind' | 'model' | 'task' | 'executor' | 'overrides' | 'script'>;

/** A form in which nobody chose anything yet. */
export const blank: Prefilled = {
  ...{ kind: 'model', model: null, task: null, executor: 'auto' },
  ...{ overrides: untouched, script: noScript },
};

/** The values that a config says, as a person would type them. */
export function prefilledBy({
  task,
  model,
  ...rest
}: TrainingOverrides): Omit<Prefilled, 'executor' | 'script'> {
  const said = flatten({ model, ...rest });
  const typed = (path: string, kind: string): FieldValue => {
    const value = said[path] ?? null;
    return kind === 'number' && value !== null ? String(value) : value;
  };
  return {
    kind: 'model',
    model: model?.source !== undefined && model.name !== undefined ? `${model.source}/${model.name}` : null,
    task: task?.type ?? null,
    overrides: unflatten(Object.fromEntries(allFields.map(({ path, kind }) => [path, typed(path, kind)]))),
  };
}

/** What a run was made of, to be changed and trained again, as far as this release can read it. */
export function prefilledByRun({ config, unread, script, executor }: Run): Prefilled {
  if (script !== null) {
    const { image, environment, ...rest } = script;
    const entered = { ...rest, image: image ?? '', environment: textOfEnvironment(environment) };
    return { ...blank, kind: 'script', script: entered };
  }
  if (config === null) return blank;
  const { gpuCount, ...resources } = config.resources;
  // One card, or none for the builtin trainer, is what a run gets by itself: nobody need have asked for it.
  const isChosen = gpuCount !== 1 && config.model.source !== 'builtin';
  return {
    ...blank,
    ...prefilledBy(withoutFields({ ...config, resources: isChosen ? config.resources : resources }, unread)),
    executor: executorNames.find((one) => one === executor) ?? 'auto',
  };
}
