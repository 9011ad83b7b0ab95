import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isRecord } from '../../../shared/model/is-record.ts';
import { rangeOf } from '../../../shared/model/limits.ts';
import { type TrainingOverrides, trainingOverridesSchema } from '../../../shared/model/training-config.ts';
import { rangeWords } from '../lib/define.ts';
import { usageError } from '../lib/failure.ts';
import { translate } from '../lib/language.ts';

/** Where in the config the value of a flag of `train` goes. `earlyStop` is two fields and is handled beside this. */
export const fields: Readonly<Record<string, string>> = {
  epochs: 'training.epochs',
  batchSize: 'training.batchSize',
  learningRate: 'training.learningRate',
  optimizer: 'training.optimizer',
  scheduler: 'training.scheduler.type',
  warmupEpochs: 'training.scheduler.warmupEpochs',
  weightDecay: 'training.weightDecay',
  momentum: 'training.momentum',
  gradientClip: 'training.gradientClip',
  accumulate: 'training.accumulate',
  seed: 'training.seed',
  earlyStopMetric: 'training.earlyStop.metric',
  amp: 'training.amp',
  ema: 'training.ema',
  trainSplit: 'dataset.trainSplit',
  valSplit: 'dataset.valSplit',
  testSplit: 'dataset.testSplit',
  imageSize: 'dataset.imageSize',
  flip: 'dataset.augmentation.randomFlip',
  rotation: 'dataset.augmentation.randomRotation',
  colorJitter: 'dataset.augmentation.colorJitter',
  mixup: 'dataset.augmentation.mixup',
  cutmix: 'dataset.augmentation.cutmix',
  pretrained: 'model.pretrained',
  weights: 'model.pretrainedWeights',
  freezeBackbone: 'training.freezeBackbone',
  classWeights: 'training.classWeights',
  gpus: 'resources.gpuCount',
  gpuType: 'resources.gpuType',
  memory: 'resources.memoryGb',
  workers: 'resources.workers',
  task: 'task.type',
};

const asTyped = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function flagOf(field: string): string {
  const [name] = Object.entries(fields).find(([, target]) => target === field) ?? [];
  return asTyped(name ?? (field.startsWith('training.earlyStop') ? 'earlyStop' : field));
}

/** The first of the given flags that is meant for our own trainers; undefined: none is. `--executor` has a value where it is left out. */
export function flagForTrainers(options: object): string | undefined {
  const names = [
    'dataset',
    'datasetVersion',
    'model',
    'config',
    'template',
    'earlyStop',
    ...Object.keys(fields),
  ];
  const given = new Map<string, unknown>(Object.entries(options));
  const name = names.find((one) => given.get(one) !== undefined);
  return name && asTyped(name);
}

function setAtPath(target: Record<string, unknown>, field: string, value: unknown): void {
  const path = field.split('.');
  const last = path.pop() ?? '';
  let place = target;
  for (const part of path) {
    const next = place[part];
    const inner: Record<string, unknown> = isRecord(next) ? next : {};
    place[part] = inner;
    place = inner;
  }
  place[last] = value;
}

/** Weights are named by a path, which the engine looks up from the root, or by the name of stored ones. */
const whereItIs = (weights: string) => (existsSync(weights) ? resolve(weights) : weights);

/**
 * Merges the flags over the config file; flags win.
 * @throws TrainyardError USAGE naming the flag whose value is out of range
 */
export function overridesOf(options: object, file: TrainingOverrides): TrainingOverrides {
  const flags = new Map<string, unknown>(Object.entries(options));
  const merged: Record<string, unknown> = structuredClone(file);
  for (const [name, field] of Object.entries(fields)) {
    const value = flags.get(name);
    if (value !== undefined) setAtPath(merged, field, name === 'weights' ? whereItIs(String(value)) : value);
  }
  if (flags.get('weights') !== undefined) setAtPath(merged, 'model.pretrained', true);
  const earlyStop = flags.get('earlyStop');
  if (earlyStop !== undefined) setAtPath(merged, 'training.earlyStop.enabled', true);
  if (typeof earlyStop === 'number') setAtPath(merged, 'training.earlyStop.patience', earlyStop);
  const parsed = trainingOverridesSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  const flag = flagOf(field);
  const range = rangeOf(field);
  throw usageError(
    `${flag}: ${range ? rangeWords(range) : (issue?.message ?? translate('not usable', '쓸 수 없는 값입니다'))}`,
    translate(
      'Give a value in its range; "trainyard train --help" lists the flags.',
      '범위 안의 값을 주세요. "trainyard train --help"에 플래그가 있습니다.',
    ),
  );
}
