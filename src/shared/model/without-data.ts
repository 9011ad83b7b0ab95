import type { TrainingOverrides } from './training-config.ts';

/** What a config says of how to train: without which data it is, and the classes that are theirs. */
export function withoutData({ task, dataset, training, ...rest }: TrainingOverrides): TrainingOverrides {
  const { datasetId: _id, name: _name, version: _version, ...reading } = dataset ?? {};
  // One number for each class fits no other data; the word does.
  const { classWeights, ...how } = training ?? {};
  return {
    ...rest,
    ...(task?.type !== undefined && { task: { type: task.type } }),
    ...(dataset && { dataset: reading }),
    ...(training && { training: Array.isArray(classWeights) ? how : training }),
  };
}
