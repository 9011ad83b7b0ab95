import { flatten } from '../../components/documents.ts';
import { changesOf, overridesOf, type RunValues } from './run-values.ts';
import type { Choice } from './use-choice.ts';

/** What a form sends. @param version of the dataset; null: the newest */
export function inputOf(values: RunValues, choice: Choice, version: number | null): unknown {
  const { dataset, model, tasks, task, fields, defaults } = choice;
  const overrides = overridesOf(changesOf(fields.all, flatten(values.overrides), defaults));
  const executor = model?.executors.includes(values.executor) ? values.executor : 'auto';
  return {
    ...{ project: values.project, dataset, model: model?.id ?? null, executor },
    overrides: { ...overrides, ...(tasks.length > 1 && { task: { type: task } }) },
    ...(values.name.trim() !== '' && { name: values.name }),
    ...(version !== null && { version }),
  };
}
