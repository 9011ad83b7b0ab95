import { type CreateRunInput, createRunInput } from '../../../shared/contract/runs.ts';
import type { ModelSource, TrainingOverrides } from '../../../shared/model/training-config.ts';
import { flatten } from '../../components/documents.ts';
import { enteredScript } from './environment-text.ts';
import { changesOf, overridesOf, type RunValues } from './run-values.ts';
import type { Choice } from './use-choice.ts';

/** What a form sends, before it is read: a script as it is entered. */
export const enteredRun = createRunInput.extend({ script: enteredScript.optional() });

/** What a form sends. @param version of the dataset; null: the newest */
export function inputOf(values: RunValues, choice: Choice, version: number | null): object {
  const { project, script } = values;
  const name = values.name.trim() !== '' && { name: values.name };
  if (values.kind === 'script') {
    const { folder, image } = script;
    return { project, ...name, script: { ...script, folder: folder.trim(), image: image.trim() || null } };
  }
  const { dataset, model, tasks, task, fields, defaults } = choice;
  const overrides = overridesOf(changesOf(fields.all, flatten(values.overrides), defaults));
  const executor = model?.executors.includes(values.executor) ? values.executor : 'auto';
  return {
    ...{ project, dataset, model: model?.id ?? null, executor },
    overrides: { ...overrides, ...(tasks.length > 1 && { task: { type: task } }) },
    ...name,
    ...(version !== null && { version }),
  };
}

/** What a form sends as a config: the document that a file or a template holds. */
export function configOf(
  { version, model, overrides }: CreateRunInput,
  datasetName: string | undefined,
): TrainingOverrides {
  const [source, ...name] = model?.split('/') ?? [];
  const named = source !== undefined && { source: source as ModelSource, name: name.join('/') };
  return {
    ...overrides,
    model: { ...named, ...overrides.model },
    dataset: {
      // Not by its id, which no other machine knows.
      ...(datasetName !== undefined && { name: datasetName }),
      ...(version !== undefined && { version }),
      ...overrides.dataset,
    },
  };
}
