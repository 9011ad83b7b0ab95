import { rangeOf } from '../../../shared/model/limits.ts';
import { type TrainingOverrides, trainingOverridesSchema } from '../../../shared/model/training-config.ts';
import { rangeWords } from '../lib/define.ts';
import { usageError } from '../lib/failure.ts';
import { translate } from '../lib/language.ts';

/** The flags of `train` that are fields of the config. */
export interface HyperparameterOptions {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly optimizer?: string;
  readonly scheduler?: string;
  readonly warmupEpochs?: number;
  readonly weightDecay?: number;
  readonly momentum?: number;
  readonly gradientClip?: number;
  readonly accumulate?: number;
  readonly seed?: number;
  readonly earlyStop?: true | number;
  readonly earlyStopMetric?: string;
  readonly amp?: true;
  readonly ema?: true;
  readonly trainSplit?: number;
  readonly valSplit?: number;
  readonly testSplit?: number;
  readonly imageSize?: number | [number, number];
  readonly flip?: true;
  readonly rotation?: number;
  readonly colorJitter?: true;
  readonly mixup?: true;
  readonly cutmix?: true;
}

type Flag = keyof HyperparameterOptions;

/** Where in the config a flag's value goes. `earlyStop` is two fields and is handled beside this. */
const fields: Record<Exclude<Flag, 'earlyStop'>, string> = {
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
};

const isFlag = (name: string): name is keyof typeof fields => Object.hasOwn(fields, name);

function flagOf(field: string): string {
  const [name] = Object.entries(fields).find(([, target]) => target === field) ?? [];
  const known = name ?? (field.startsWith('training.earlyStop') ? 'earlyStop' : field);
  return `--${known.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function put(target: Record<string, unknown>, field: string, value: unknown): void {
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

/**
 * What the flags say, over what the config file says.
 * @throws TrainyardError USAGE naming the flag whose value is out of range
 */
export function overridesOf(options: HyperparameterOptions, file: TrainingOverrides): TrainingOverrides {
  const merged: Record<string, unknown> = structuredClone(file);
  for (const [name, value] of Object.entries(options)) {
    if (isFlag(name) && value !== undefined) put(merged, fields[name], value);
  }
  if (options.earlyStop !== undefined) {
    put(merged, 'training.earlyStop.enabled', true);
    if (options.earlyStop !== true) put(merged, 'training.earlyStop.patience', options.earlyStop);
  }
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
