import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { saveArtifacts } from './artifacts.ts';
import { loadCheckpoint } from './checkpoint.ts';
import type { TrainerConfig } from './config.ts';
import { readConfig } from './config.ts';
import type { Events, MetricValues } from './events.ts';
import { TrainerError } from './failure.ts';
import { Helper } from './helper.ts';
import { chooseFormat, ImageStore } from './images.ts';
import { dataWarnings, readSplits } from './manifest.ts';
import { architectureFor, Network } from './network.ts';
import { Progress } from './progress.ts';
import { freshState } from './state.ts';
import type { Stop } from './stop.ts';
import { stepsPerEpoch, trainAll } from './training.ts';

/** How many bytes of images are kept in memory: half of what the config allows, else a quarter of what is free. */
function imageBudget(config: TrainerConfig): number {
  const { memoryGb } = config.resources;
  return memoryGb > 0 ? memoryGb * 2 ** 29 : process.availableMemory() / 4;
}

function refuseUselessStop({ training }: TrainerConfig, validationImages: number): void {
  const { enabled, metric } = training.earlyStop;
  if (!enabled || validationImages > 0 || !metric.startsWith('val_')) return;
  throw new TrainerError(
    `training.earlyStop.metric is "${metric}", but no image is kept for validation`,
    'Set dataset.valSplit above 0, or stop on train_loss.',
  );
}

async function openStore(
  config: TrainerConfig,
  directory: string,
  events: Events,
  stop: Stop,
): Promise<ImageStore> {
  const splits = await readSplits(directory, config);
  refuseUselessStop(config, splits.val.length);
  for (const warning of dataWarnings(splits, config.task.classNames)) events.log('warning', warning);
  const format = chooseFormat(config, splits);
  // Nothing is known of the time yet, but that something is going on is.
  const progress = new Progress(
    events,
    { epochs: config.training.epochs, stepsPerEpoch: stepsPerEpoch(config, splits.train.length) },
    { epoch: 1, step: config.resume?.step ?? 0 },
  );
  progress.say();
  return await ImageStore.open(format, splits, {
    budgetBytes: imageBudget(config),
    classNames: config.task.classNames,
    warn: (message) => events.log('warning', message),
    tick: async () => {
      progress.tick();
      await stop.check();
    },
  });
}

function describeTask({ architecture, size }: Network, { splits }: ImageStore): string {
  const { height, width, channels } = architecture.input;
  const sizes = `images to train on: ${splits.train.length}, to validate: ${splits.val.length}, to test: ${splits.test.length}`;
  return `builtin/cnn with ${size} weights on images of ${width} × ${height} pixels, ${channels === 1 ? 'grey' : 'coloured'}; classes: ${architecture.classes}; ${sizes}.`;
}

/**
 * Trains what the run directory asks for and leaves model, reports and events there.
 * @param program the trainer's own file, for its second thread
 * @returns the saved model's metrics
 * @throws Stopped where the trainer was told to stop, TrainerError where the config or the data is at fault
 */
export async function runTraining(
  directory: string,
  program: string,
  events: Events,
  stop: Stop,
): Promise<MetricValues> {
  const { config, warnings } = readConfig(directory);
  for (const warning of warnings) events.log('warning', warning);
  // It loads TensorFlow.js while images are read here.
  const helper = new Helper(program);
  await tf.setBackend('wasm');
  const store = await openStore(config, directory, events, stop);
  const network = new Network(architectureFor(store.format, config.task.numClasses));
  helper.begin(network.architecture);
  events.log('info', describeTask(network, store));
  const state = config.resume
    ? loadCheckpoint(config.resume.from, config, network, store)
    : freshState(config, network);
  if (config.resume) {
    events.log('info', `Continuing from ${config.resume.from}: epoch ${state.epoch}, step ${state.step}.`);
  }
  const plan = {
    epochs: config.training.epochs,
    stepsPerEpoch: stepsPerEpoch(config, store.splits.train.length),
  };
  const progress = new Progress(events, plan, state);
  const workshop = { directory, config, network, helper, store, events, progress, stop };
  await trainAll(workshop, state);
  if (!state.best) throw new Error('All epochs are done and none was the best.');
  const test = await saveArtifacts(workshop, state.best);
  progress.say();
  return { ...state.best.metrics, ...test, best_epoch: state.best.epoch };
}
