import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { tasksOf } from '../../../shared/model/label-counts.ts';
import type { TaskType } from '../../../shared/model/training-config.ts';
import { flatten } from '../../components/documents.ts';
import { type EngineClient, queries } from '../../rpc/client.ts';
import { fieldsFor } from './fields.ts';
import type { RunValues } from './run-values.ts';

export type NamedDataset = Awaited<ReturnType<EngineClient['datasets']['show']>>;
export type OfferedModel = Awaited<ReturnType<EngineClient['runs']['models']>>['models'][number];

/** A model that is known by its name alone: whether there is one, its trainer finds out. */
function unlisted(id: string, task: TaskType, fitting: readonly OfferedModel[]): OfferedModel {
  const [source] = id.split('/');
  // Those of a source have the same defaults, task by task.
  const defaults = fitting.find((one) => one.id.startsWith(`${source}/`))?.defaults ?? {};
  return {
    ...{ id, executors: ['docker', 'venv'], taskTypes: [task], defaults },
    description: { en: 'By its name', ko: '이름으로 지정' },
    license: id.startsWith('ultralytics/') ? 'AGPL-3.0' : null,
  };
}

/**
 * What is chosen in the form, and what there is to choose from: the models are those that fit the dataset.
 * @param named the dataset that the address names, and its version
 */
export function useChoice(
  { project, dataset: datasetChoice, model: modelChoice, task: taskChoice }: RunValues,
  named: NamedDataset | null,
  version: number | null,
) {
  const models = useQuery(queries.runs.models.queryOptions());
  const executors = useQuery(queries.runs.executors.queryOptions());
  const datasets = useQuery(
    queries.datasets.list.queryOptions({ input: { project: project ?? '' }, enabled: project !== null }),
  );
  const ready = (datasets.data?.datasets ?? []).filter((one) => one.version !== null);
  // Where a template or a file says what is learned and not on what: the newest that it can be learned on.
  const wanted = taskChoice
    ? [taskChoice]
    : models.data?.models.find(({ id }) => id === modelChoice)?.taskTypes;
  const fit = wanted && ready.find(({ labels }) => tasksOf(labels).some((one) => wanted.includes(one)));
  const dataset = datasetChoice ?? (fit ?? ready[0])?.id ?? null;
  const chosen = useQuery(
    queries.datasets.show.queryOptions({ input: { dataset: dataset ?? '' }, enabled: dataset !== null }),
  );
  // What was named or chosen stays chosen, also where the project does not have it (yet): the engine trains on any dataset.
  const others = [named, chosen.data].filter((one) => one && !ready.some(({ id }) => id === one.id));
  const kept = [...new Map([...others, ...ready].flatMap((one) => (one ? [[one.id, one]] : []))).values()];
  const number = (dataset === named?.id && version) || chosen.data?.version;
  const trained = chosen.data?.versions.find((one) => one.version === number);

  const tasks = tasksOf(trained?.labels ?? null);
  const task = tasks.find((one) => one === taskChoice) ?? tasks[0] ?? 'classification';
  const fitting = (models.data?.models ?? []).filter(({ taskTypes }) => taskTypes.includes(task));
  const isUnlisted =
    modelChoice !== null && models.isSuccess && !models.data.models.some(({ id }) => id === modelChoice);
  const model = isUnlisted
    ? unlisted(modelChoice, task, fitting)
    : (fitting.find(({ id }) => id === modelChoice) ?? fitting[0] ?? null);
  // What a template, a file or an earlier dataset chose, and this dataset can't be learned by.
  const unfitting = trained && model && modelChoice !== model.id ? modelChoice : null;
  const isBuiltin = model?.id.startsWith('builtin/') ?? true;
  const fields = useMemo(() => fieldsFor({ task, isBuiltin }), [task, isBuiltin]);
  const defaults = useMemo(() => flatten(model?.defaults ?? {}), [model]);
  return {
    // A config may name it: what is sent and shown is its id.
    dataset: chosen.data?.id ?? dataset,
    ...{ datasets, ready, kept, tasks, task, fitting, model, unfitting, fields, defaults },
    trained: { task, isBuiltin },
    risks: trained?.trainingRisks ?? [],
    executors: executors.data?.executors ?? null,
    gpus: executors.data?.gpus ?? [],
    failed: [models, executors, datasets].find((query) => query.error) ?? null,
  };
}
export type Choice = ReturnType<typeof useChoice>;
