import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TrainerConfig } from './config.ts';
import { TrainerError } from './failure.ts';
import type { ImageStore } from './images.ts';
import type { Network } from './network.ts';
import type { TensorFile } from './safetensors.ts';
import { readTensors, writeTensors } from './safetensors.ts';
import type { TrainingState } from './state.ts';
import { freshState } from './state.ts';

const metrics = z.record(z.string(), z.number());
const headSchema = z.object({
  format: z.literal('trainyard/checkpoint'),
  version: z.literal(1),
  basis: z.record(z.string(), z.unknown()),
  state: z.object({
    epoch: z.int(),
    stepInEpoch: z.int(),
    step: z.int(),
    lossSum: z.number(),
    correctSum: z.number(),
    imageCount: z.int(),
    stepMetrics: metrics,
    updates: z.int(),
    accumulated: z.int(),
    plateau: z.object({ factor: z.number(), best: z.number().nullable(), worse: z.int() }),
    best: z.object({ epoch: z.int(), step: z.int(), metrics }).nullable(),
    worse: z.int(),
    stoppedEarly: z.boolean(),
  }),
});

/** What must be the same for a training to go on exactly; each with the field that a person would look at. */
function basisOf(config: TrainerConfig, network: Network, store: ImageStore): Record<string, unknown> {
  const images = createHash('sha256');
  for (const [name, entries] of Object.entries(store.splits)) {
    images.update(`${name}\n`);
    for (const { path, label, sha256 } of entries)
      images.update(`${path}\u0000${label}\u0000${sha256 ?? ''}\n`);
  }
  return {
    'task.classNames': config.task.classNames,
    'dataset (its images and their split)': images.digest('hex'),
    'dataset.imageSize': network.architecture.input,
    'model (its architecture)': network.architecture,
    'training.seed': config.training.seed,
    'training.batchSize': config.training.batchSize,
    'training.accumulate': config.training.accumulate,
    'training.optimizer': config.training.optimizer,
    'training.ema': config.training.ema,
  };
}

function arraysOf(state: TrainingState): [string, Float32Array][] {
  const arrays: [string, Float32Array][] = [['weights', state.weights]];
  for (const [index, slot] of state.optimizer.slots.entries()) arrays.push([`optimizer${index}`, slot]);
  if (state.average) arrays.push(['average', state.average]);
  if (state.accumulated > 0) arrays.push(['gradient', state.gradient]);
  if (state.best) arrays.push(['best', state.best.weights]);
  return arrays;
}

/** Flat arrays as one tensor for each weight. */
export function namedTensors(
  network: Network,
  arrays: readonly (readonly [string, Float32Array])[],
): TensorFile['tensors'] {
  return new Map(
    arrays.flatMap(([prefix, values]) =>
      network.weights.map(
        ({ name, shape, start, size }) =>
          [
            prefix ? `${prefix}/${name}` : name,
            { shape, values: values.subarray(start, start + size) },
          ] as const,
      ),
    ),
  );
}

/** Writes the whole state in place of `file`; when this returns it is on the disk. */
export function saveCheckpoint(
  file: string,
  state: TrainingState,
  config: TrainerConfig,
  network: Network,
  store: ImageStore,
): void {
  const {
    epoch,
    stepInEpoch,
    step,
    lossSum,
    correctSum,
    imageCount,
    stepMetrics,
    accumulated,
    plateau,
    worse,
    stoppedEarly,
  } = state;
  const best = state.best && { epoch: state.best.epoch, step: state.best.step, metrics: state.best.metrics };
  const head: z.input<typeof headSchema> = {
    format: 'trainyard/checkpoint',
    version: 1,
    basis: basisOf(config, network, store),
    state: {
      ...{
        epoch,
        stepInEpoch,
        step,
        lossSum,
        correctSum,
        imageCount,
        stepMetrics,
        accumulated,
        plateau,
        worse,
        stoppedEarly,
      },
      updates: state.optimizer.updates,
      best,
    },
  };
  writeTensors(file, {
    tensors: namedTensors(network, arraysOf(state)),
    metadata: { trainyard: JSON.stringify(head) },
  });
}

function readHead(file: string, metadata: Readonly<Record<string, string>>): z.infer<typeof headSchema> {
  try {
    return headSchema.parse(JSON.parse(metadata.trainyard ?? ''));
  } catch (error) {
    throw new TrainerError(
      `${file} is not a checkpoint of builtin/cnn (${error instanceof Error ? error.message : String(error)})`,
      'Resume from a checkpoint that this trainer wrote.',
    );
  }
}

function fill(
  target: Float32Array,
  prefix: string,
  network: Network,
  tensors: TensorFile['tensors'],
  file: string,
): Float32Array {
  for (const { name, start, size } of network.weights) {
    const values = tensors.get(`${prefix}/${name}`)?.values;
    if (values?.length !== size) {
      throw new TrainerError(
        `The checkpoint ${file} has no "${prefix}/${name}" of ${size} numbers`,
        'Resume from another checkpoint.',
      );
    }
    target.set(values, start);
  }
  return target;
}

/** Without the rate of dropout: an older release's was another. The weights fit all the same, and the training goes on with this one's. */
const comparable = (value: unknown) =>
  JSON.stringify(value, (key, part: unknown) => (key === 'dropout' ? undefined : part));

/**
 * The state to go on from, exactly as it was.
 * @throws TrainerError where the checkpoint is damaged, or was made with other data or settings that the steps depend on
 */
export function loadCheckpoint(
  file: string,
  config: TrainerConfig,
  network: Network,
  store: ImageStore,
): TrainingState {
  const { tensors, metadata } = readTensors(file);
  const { basis, state: saved } = readHead(file, metadata);
  for (const [field, value] of Object.entries(basisOf(config, network, store))) {
    if (comparable(basis[field]) === comparable(value)) continue;
    throw new TrainerError(
      `The checkpoint ${file} does not fit this run: ${field} is another`,
      'Resume with the config and the data that it was made with, or start a new run.',
    );
  }
  const { updates, best, ...rest } = saved;
  const state: TrainingState = { ...freshState(config, network), ...rest, best: null };
  const restore = (target: Float32Array, prefix: string) => fill(target, prefix, network, tensors, file);
  restore(state.weights, 'weights');
  for (const [index, slot] of state.optimizer.slots.entries()) restore(slot, `optimizer${index}`);
  if (state.average) restore(state.average, 'average');
  if (state.accumulated > 0) restore(state.gradient, 'gradient');
  if (best) state.best = { ...best, weights: restore(new Float32Array(network.size), 'best') };
  state.optimizer.updates = updates;
  return state;
}
