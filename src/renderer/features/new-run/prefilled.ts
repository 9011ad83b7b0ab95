import type { Run } from '../../../shared/contract/runs.ts';
import { executorNames } from '../../../shared/model/executor.ts';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import { type FieldValue, flatten, unflatten } from '../../components/documents.ts';
import { allFields } from './fields.ts';
import { type RunValues, untouched } from './run-values.ts';

/** What a form begins with, beside project and dataset. */
export type Prefilled = Pick<RunValues, 'model' | 'task' | 'executor' | 'overrides'>;

/** A form in which nobody chose anything yet. */
export const blank: Prefilled = { model: null, task: null, executor: 'auto', overrides: untouched };

/** The values that a config says, as a person would type them. */
export function prefilledBy({ task, model, ...rest }: TrainingOverrides): Omit<Prefilled, 'executor'> {
  const said = flatten({ model, ...rest });
  const typed = (path: string, kind: string): FieldValue => {
    const value = said[path] ?? null;
    return kind === 'number' && value !== null ? String(value) : value;
  };
  return {
    model: model?.source !== undefined && model.name !== undefined ? `${model.source}/${model.name}` : null,
    task: task?.type ?? null,
    overrides: unflatten(Object.fromEntries(allFields.map(({ path, kind }) => [path, typed(path, kind)]))),
  };
}

/** The settings of a run, to be changed and trained again; blank for one that trains by somebody's own script. */
export function prefilledByRun({ config, executor }: Run): Prefilled {
  if (config === null) return blank;
  return { ...prefilledBy(config), executor: executorNames.find((one) => one === executor) ?? 'auto' };
}
