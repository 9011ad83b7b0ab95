import { fault } from '../../../shared/errors/catalogue.ts';
import { tasksOf } from '../../../shared/model/label-counts.ts';
import type { TaskType } from '../../../shared/model/training-config.ts';
import type { TrainedDataset } from './choose-task.ts';
import { unlistedModel } from './torch-models.ts';
import { partsOf, type TrainableModel } from './trainable-model.ts';
import type { TrainableModels } from './trainable-models.ts';

/**
 * The model that is named, listed or not; where none is, the first of the list that fits the dataset.
 * @throws TrainyardError MODEL_UNKNOWN
 */
export async function chooseModel(
  trainable: TrainableModels,
  dataset: TrainedDataset,
  id: string | undefined,
  task: TaskType | undefined,
): Promise<TrainableModel> {
  const models = await trainable();
  const tasks = task === undefined ? tasksOf(dataset.labels) : [task];
  const known =
    id === undefined
      ? models.find(({ taskTypes }) => taskTypes.some((type) => tasks.includes(type)))
      : models.find((model) => model.id === id);
  if (known) return known;
  const { source, name } = partsOf(id ?? '');
  if (source === null || source === 'builtin' || name === '')
    throw fault('MODEL_UNKNOWN', { model: id ?? '', models: models.map((model) => model.id).join(', ') });
  return unlistedModel(source, name, tasks[0] ?? 'classification');
}
