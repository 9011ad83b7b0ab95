import path from 'node:path';
import { augment } from './augmentation.ts';
import { saveCheckpoint } from './checkpoint.ts';
import type { TrainerConfig } from './config.ts';
import { linkDurably } from './durable.ts';
import { evaluate, imagesAPart } from './evaluation.ts';
import type { Events, MetricValues } from './events.ts';
import { Stopped, TrainerError } from './failure.ts';
import type { Helper } from './helper.ts';
import type { ImageStore } from './images.ts';
import type { ImageEntry } from './manifest.ts';
import type { Network } from './network.ts';
import { clip, follow } from './optimizer.ts';
import { learn, type Part } from './part.ts';
import type { Progress } from './progress.ts';
import { Random } from './random.ts';
import { afterEpoch, learningRateAt } from './schedule.ts';
import type { TrainingState } from './state.ts';
import type { Stop } from './stop.ts';

/** Everything that a training works with. */
export interface Workshop {
  readonly directory: string;
  readonly config: TrainerConfig;
  readonly network: Network;
  readonly helper: Helper;
  readonly store: ImageStore;
  readonly events: Events;
  readonly progress: Progress;
  readonly stop: Stop;
}

export const stepsPerEpoch = (config: TrainerConfig, images: number) =>
  Math.ceil(images / config.training.batchSize);

/** The weights that are judged and saved: their moving average, where the config asks for one. */
const judged = (state: TrainingState) => state.average ?? state.weights;

/** Writes the whole state and tells of it; the best epoch's is a second name of the same file. */
function checkpoint(
  { directory, config, network, store, events }: Workshop,
  state: TrainingState,
  { epoch, metrics, isBest }: { epoch: number; metrics: MetricValues; isBest: boolean },
): void {
  const last = 'checkpoints/last.safetensors';
  const best = 'checkpoints/best.safetensors';
  saveCheckpoint(path.join(directory, last), state, config, network, store);
  events.checkpoint({ path: last, epoch, step: state.step, kind: 'last', metrics });
  if (!isBest) return;
  linkDurably(path.join(directory, last), path.join(directory, best));
  events.checkpoint({ path: best, epoch, step: state.step, kind: 'best', metrics });
}

function addTo(sum: Float32Array, values: Float32Array): void {
  for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + (values[at] ?? 0);
}

function refuseDivergence(loss: number, state: TrainingState, what: string): void {
  if (Number.isFinite(loss)) return;
  throw new TrainerError(
    `The training diverged: the ${what} became ${loss} in epoch ${state.epoch}, step ${state.step}`,
    'Lower training.learningRate, add warm-up epochs or set training.gradientClip, and start again.',
  );
}

/** Images ready for the network, and what they should be taken for. */
async function partOf(
  { config, store }: Workshop,
  state: TrainingState,
  { entries, index, batchSize }: { entries: readonly ImageEntry[]; index: number; batchSize: number },
): Promise<Part> {
  const { training, dataset } = config;
  const images = await store.load(entries);
  const labels = entries.map(({ label }) => label);
  const chance = new Random(training.seed, 'augmentation', state.step, index);
  const targets = augment(images, labels, store.format, dataset.augmentation, chance);
  return { images, targets, batchSize, dropout: [training.seed, 'dropout', state.step, index] };
}

/** One batch: its gradient, and an update of the weights once enough batches came together. */
async function takeStep(
  workshop: Workshop,
  state: TrainingState,
  batch: readonly ImageEntry[],
  steps: number,
): Promise<void> {
  const { config, network, helper, events, progress, stop } = workshop;
  const { training } = config;
  const learningRate = learningRateAt(training, state.step, steps, state.plateau);
  let loss = 0;
  const size = imagesAPart(network, batch.length);
  for (let first = 0, index = 0; first < batch.length; first += 2 * size, index += 2) {
    const part = (start: number, at: number) =>
      partOf(workshop, state, {
        entries: batch.slice(start, start + size),
        index: at,
        batchSize: batch.length,
      });
    const hasSecond = first + size < batch.length;
    const second = hasSecond ? helper.learn(state.weights, await part(first + size, index + 1)) : null;
    const here = learn(network, state.weights, await part(first, index), state.gradient);
    const there = await second;
    loss += here.loss + (there?.loss ?? 0);
    state.correctSum += here.correct + (there?.correct ?? 0);
    if (there) addTo(state.gradient, there.gradient);
    progress.tick();
    await stop.listen();
  }
  state.lossSum += loss;
  state.imageCount += batch.length;
  state.step += 1;
  state.stepInEpoch += 1;
  state.stepMetrics = { train_loss: loss / batch.length, learning_rate: learningRate };
  if (!Number.isFinite(loss)) events.metric(state.epoch, state.step, state.stepMetrics);
  refuseDivergence(loss, state, 'loss');
  state.accumulated += 1;
  if (state.accumulated < training.accumulate && state.stepInEpoch < steps) return;
  if (state.accumulated > 1) {
    for (let at = 0; at < state.gradient.length; at += 1)
      state.gradient[at] = (state.gradient[at] ?? 0) / state.accumulated;
  }
  if (training.gradientClip !== null) clip(state.gradient, training.gradientClip);
  state.optimizer.update(state.weights, state.gradient, learningRate);
  if (state.average) follow(state.average, state.weights, state.optimizer.updates);
  state.gradient.fill(0);
  state.accumulated = 0;
}

async function trainEpoch(workshop: Workshop, state: TrainingState): Promise<void> {
  const { config, store, events, progress, stop } = workshop;
  const { batchSize, seed } = config.training;
  const images = new Random(seed, 'order', state.epoch).shuffled(store.splits.train);
  const steps = stepsPerEpoch(config, images.length);
  while (state.stepInEpoch < steps) {
    await stop.check();
    const startedAt = performance.now();
    const first = state.stepInEpoch * batchSize;
    await takeStep(workshop, state, images.slice(first, first + batchSize), steps);
    progress.stepped(state.epoch, state.step, performance.now() - startedAt);
    progress.tick();
    if (state.stepInEpoch < steps) events.metric(state.epoch, state.step, state.stepMetrics);
  }
}

/** Whether this epoch's model is better than the best one so far, by the metric that the config stops on, else by validation accuracy. */
function isBetter(
  metrics: MetricValues,
  best: MetricValues | undefined,
  { training }: TrainerConfig,
): boolean {
  if (best === undefined) return true;
  const wanted = training.earlyStop.enabled ? training.earlyStop.metric : 'val_accuracy';
  const [now, before] = [metrics[wanted], best[wanted]];
  // Without validation there is nothing to choose by: the last epoch counts.
  if (now === undefined || before === undefined) return true;
  if (now !== before) return wanted.endsWith('_loss') ? now < before : now > before;
  // Whoever counts epochs without a better metric does not want to hear of another one.
  return !training.earlyStop.enabled && (metrics.val_loss ?? 0) < (best.val_loss ?? 0);
}

/** Judges the epoch that was trained, tells its metrics, and moves the state on to the next. */
async function closeEpoch(workshop: Workshop, state: TrainingState, startedAt: number): Promise<void> {
  const { config, store, events, progress, stop } = workshop;
  const tick = async () => {
    progress.tick();
    await stop.check();
  };
  const trained: MetricValues = {
    train_loss: state.lossSum / state.imageCount,
    train_accuracy: state.correctSum / state.imageCount,
  };
  const { val } = store.splits;
  const judgedAt = performance.now();
  const result = val.length > 0 ? await evaluate(workshop, judged(state), val, tick) : null;
  progress.evaluated(performance.now() - judgedAt);
  const judgement: MetricValues = result ? { val_loss: result.loss, val_accuracy: result.accuracy } : {};
  events.metric(state.epoch, state.step, {
    ...state.stepMetrics,
    epoch_train_loss: trained.train_loss ?? Number.NaN,
    train_accuracy: trained.train_accuracy ?? Number.NaN,
    ...judgement,
    epoch_seconds: (performance.now() - startedAt) / 1000,
  });
  if (result) refuseDivergence(result.loss, state, 'validation loss');
  const metrics = { ...trained, ...judgement };
  const better = isBetter(metrics, state.best?.metrics, config);
  if (better) state.best = { epoch: state.epoch, step: state.step, metrics, weights: judged(state).slice() };
  state.worse = better ? 0 : state.worse + 1;
  state.plateau = afterEpoch(state.plateau, result?.loss ?? trained.train_loss ?? 0);
  const { enabled, patience, metric } = config.training.earlyStop;
  state.stoppedEarly = enabled && state.worse >= patience;
  if (state.stoppedEarly) {
    events.log(
      'info',
      `Stopped early: ${metric} has not improved since epoch ${state.best?.epoch} (patience: ${patience}).`,
      {
        epoch: state.epoch,
        step: state.step,
      },
    );
  }
  Object.assign(state, { epoch: state.epoch + 1, stepInEpoch: 0, lossSum: 0, correctSum: 0, imageCount: 0 });
  checkpoint(workshop, state, { epoch: state.epoch - 1, metrics, isBest: better });
}

/**
 * Trains until all epochs are done or the config's own rule stops it.
 * @throws Stopped where the trainer was told to stop; a checkpoint was written then, if anything was done
 */
export async function trainAll(workshop: Workshop, state: TrainingState): Promise<void> {
  const { config, progress } = workshop;
  try {
    while (state.epoch <= config.training.epochs && !state.stoppedEarly) {
      const startedAt = performance.now();
      await trainEpoch(workshop, state);
      await closeEpoch(workshop, state, startedAt);
      progress.say();
    }
  } catch (error) {
    if (error instanceof Stopped && state.step > 0) {
      const epoch = Math.min(state.epoch, config.training.epochs);
      checkpoint(workshop, state, { epoch, metrics: state.stepMetrics, isBest: false });
    }
    throw error;
  }
}
