import type { LabelCounts } from '../../../shared/contract/dataset-labels.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { taskWords } from '../../../shared/format/task.ts';
import { tasksOf } from '../../../shared/model/label-counts.ts';
import type { TaskType } from '../../../shared/model/training-config.ts';
import type { TrainableModel } from './trainable-model.ts';

/** The version of a dataset that is trained on. */
export interface TrainedDataset {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly classNames: readonly string[];
  /** What is labelled in the images; null where the images themselves have classes. */
  readonly labels: LabelCounts | null;
}

/**
 * What a model is trained for on a dataset: what a person wants, else the first that both can.
 * @throws TrainyardError MODEL_TASK_MISMATCH, DATASET_NEEDS_CLASSES, DATASET_NEEDS_OBJECTS, DATASET_NEEDS_BOXES, DATASET_NEEDS_MASKS
 */
export function chooseTask(
  model: TrainableModel,
  dataset: TrainedDataset,
  wanted: TaskType | undefined,
): TaskType {
  const possible = tasksOf(dataset.labels);
  const ofModel = wanted === undefined ? model.taskTypes : model.taskTypes.filter((task) => task === wanted);
  if (ofModel.length === 0)
    throw fault('MODEL_TASK_MISMATCH', {
      model: model.id,
      task: taskWords[wanted ?? 'classification'],
      tasks: model.taskTypes.map((task) => taskWords[task].en).join(', '),
    });
  const [chosen] = possible.filter((task) => ofModel.includes(task));
  if (chosen) return chosen;
  const names = { name: dataset.name, model: model.id };
  if (dataset.labels === null) throw fault('DATASET_NEEDS_OBJECTS', names);
  if (!ofModel.includes('detection') && !ofModel.includes('segmentation'))
    throw fault('DATASET_NEEDS_CLASSES', names);
  throw fault(ofModel.includes('detection') ? 'DATASET_NEEDS_BOXES' : 'DATASET_NEEDS_MASKS', names);
}
