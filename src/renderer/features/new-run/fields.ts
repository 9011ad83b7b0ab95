import { earlyStopMetrics, optimizers, schedulers } from '../../../shared/model/training-config.ts';
import type { Messages } from '../../i18n/messages.ts';
import type { Step } from './steps.ts';

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
      readonly step: Step;
      readonly fallback: number | null;
    })
  | (FieldBase & { readonly kind: 'switch'; readonly fallback: boolean })
  | (FieldBase & { readonly kind: 'choice'; readonly options: readonly string[]; readonly fallback: string });

const number = (label: FieldLabel, path: string, step: Step, fallback: number | null = null): Field => ({
  label,
  path,
  kind: 'number',
  step,
  fallback,
});
const by = (sum: number): Step => ({ kind: 'sum', by: sum });
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
  number('epochs', 'training.epochs', by(1), 10),
  number('batchSize', 'training.batchSize', { kind: 'double' }, 64),
  number('learningRate', 'training.learningRate', { kind: 'decades', least: 1e-8 }, 0.001),
  choice('optimizer', 'training.optimizer', optimizers, 'adam'),
  choice('scheduler', 'training.scheduler.type', schedulers, 'cosine'),
  number('seed', 'training.seed', by(1), 0),
];

/** The rest, in groups. */
export const advancedFields: readonly {
  readonly group: keyof Messages['fieldGroups'];
  readonly fields: readonly Field[];
}[] = [
  {
    group: 'optimization',
    fields: [
      number('weightDecay', 'training.weightDecay', { kind: 'decades', least: 1e-6 }, 0),
      number('momentum', 'training.momentum', by(0.05), 0.9),
      number('warmupEpochs', 'training.scheduler.warmupEpochs', by(1), 0),
      number('gradientClip', 'training.gradientClip', by(0.5)),
      number('accumulate', 'training.accumulate', by(1), 1),
      toggle('ema', 'training.ema'),
      toggle('amp', 'training.amp'),
    ],
  },
  {
    group: 'stopping',
    fields: [
      toggle('earlyStop', 'training.earlyStop.enabled'),
      number('patience', 'training.earlyStop.patience', by(1), 5),
      choice('earlyStopMetric', 'training.earlyStop.metric', earlyStopMetrics, 'val_loss'),
    ],
  },
  {
    group: 'data',
    fields: [
      number('trainSplit', 'dataset.trainSplit', by(0.05), 0.8),
      number('valSplit', 'dataset.valSplit', by(0.05), 0.2),
      number('testSplit', 'dataset.testSplit', by(0.05), 0),
      number('imageSize', 'dataset.imageSize', by(8)),
    ],
  },
  {
    group: 'augmentation',
    fields: [
      toggle('randomFlip', 'dataset.augmentation.randomFlip'),
      number('randomRotation', 'dataset.augmentation.randomRotation', by(5), 0),
      toggle('colorJitter', 'dataset.augmentation.colorJitter'),
      toggle('mixup', 'dataset.augmentation.mixup'),
      toggle('cutmix', 'dataset.augmentation.cutmix'),
    ],
  },
];

/** All of them. */
export const allFields: readonly Field[] = [
  ...basicFields,
  ...advancedFields.flatMap(({ fields }) => fields),
];
