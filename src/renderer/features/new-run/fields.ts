import { earlyStopMetrics, optimizers, schedulers } from '../../../shared/model/training-config.ts';
import type { Messages } from '../../i18n/messages.ts';

type FieldLabel = keyof Messages['fields'];

interface FieldBase {
  /** The dotted place in the overrides. */
  readonly path: string;
  readonly label: FieldLabel;
}

/** How a hyperparameter is entered. `fallback` is shown where the model names no default. */
export type Field =
  | (FieldBase & {
      readonly kind: 'number';
      readonly step: number;
      readonly min: number;
      readonly fallback: number | null;
    })
  | (FieldBase & { readonly kind: 'switch'; readonly fallback: boolean })
  | (FieldBase & { readonly kind: 'choice'; readonly options: readonly string[]; readonly fallback: string });

const number = (
  label: FieldLabel,
  path: string,
  step: number,
  min: number,
  fallback: number | null = null,
): Field => ({ label, path, kind: 'number', step, min, fallback });
const toggle = (label: FieldLabel, path: string): Field => ({ label, path, kind: 'switch', fallback: false });
const choice = (label: FieldLabel, path: string, options: readonly string[], fallback: string): Field => ({
  label,
  path,
  kind: 'choice',
  options,
  fallback,
});

/** What most people change. */
export const basicFields: readonly Field[] = [
  number('epochs', 'training.epochs', 1, 1, 10),
  number('batchSize', 'training.batchSize', 16, 1, 64),
  number('learningRate', 'training.learningRate', 0.001, 0, 0.001),
  choice('optimizer', 'training.optimizer', optimizers, 'adam'),
  choice('scheduler', 'training.scheduler.type', schedulers, 'cosine'),
  number('seed', 'training.seed', 1, 0, 0),
];

/** The rest, in groups. */
export const advancedFields: readonly {
  readonly group: keyof Messages['fieldGroups'];
  readonly fields: readonly Field[];
}[] = [
  {
    group: 'optimization',
    fields: [
      number('weightDecay', 'training.weightDecay', 0.0001, 0, 0),
      number('momentum', 'training.momentum', 0.05, 0, 0.9),
      number('warmupEpochs', 'training.scheduler.warmupEpochs', 1, 0, 0),
      number('gradientClip', 'training.gradientClip', 0.5, 0),
      number('accumulate', 'training.accumulate', 1, 1, 1),
      toggle('ema', 'training.ema'),
      toggle('amp', 'training.amp'),
    ],
  },
  {
    group: 'stopping',
    fields: [
      toggle('earlyStop', 'training.earlyStop.enabled'),
      number('patience', 'training.earlyStop.patience', 1, 1, 5),
      choice('earlyStopMetric', 'training.earlyStop.metric', earlyStopMetrics, 'val_loss'),
    ],
  },
  {
    group: 'data',
    fields: [
      number('trainSplit', 'dataset.trainSplit', 0.05, 0, 0.8),
      number('valSplit', 'dataset.valSplit', 0.05, 0, 0.2),
      number('testSplit', 'dataset.testSplit', 0.05, 0, 0),
      number('imageSize', 'dataset.imageSize', 8, 1),
    ],
  },
  {
    group: 'augmentation',
    fields: [
      toggle('randomFlip', 'dataset.augmentation.randomFlip'),
      number('randomRotation', 'dataset.augmentation.randomRotation', 5, 0, 0),
      toggle('colorJitter', 'dataset.augmentation.colorJitter'),
      toggle('mixup', 'dataset.augmentation.mixup'),
      toggle('cutmix', 'dataset.augmentation.cutmix'),
    ],
  },
];
