import {
  optimizers,
  schedulers,
  type TaskType,
  watchableMetrics,
} from '../../../shared/model/training-config.ts';
import type { FieldValue } from '../../components/documents.ts';
import type { Messages } from '../../i18n/messages.ts';
import type { Step } from './steps.ts';

type FieldLabel = keyof Messages['fields'];

/** What is trained: some fields mean nothing to it. */
export interface Trained {
  readonly task: TaskType;
  /** By the builtin trainer; else by the torch trainer. */
  readonly isBuiltin: boolean;
}

interface FieldBase {
  /** The dotted place in the overrides. */
  readonly path: string;
  readonly label: FieldLabel;
  /** Left out: it means something to every trainer. */
  readonly isFor?: (trained: Trained) => boolean;
}

/** How a hyperparameter is entered. `fallback` is shown where the model names no default. */
export type Field =
  | (FieldBase & {
      readonly kind: 'number';
      readonly step: Step;
      readonly fallback: number | null;
    })
  /** Null if it is left empty. */
  | (FieldBase & { readonly kind: 'text'; readonly fallback: null })
  /** `on` and `off` are what it stands for. */
  | (FieldBase & {
      readonly kind: 'switch';
      readonly on: FieldValue;
      readonly off: FieldValue;
      readonly fallback: FieldValue;
    })
  | (FieldBase & {
      readonly kind: 'choice';
      readonly optionsFor: (trained: Trained) => readonly string[];
      readonly fallback: string;
    });

const number = (label: FieldLabel, path: string, step: Step, fallback: number | null = null): Field => ({
  label,
  path,
  kind: 'number',
  step,
  fallback,
});
const by = (sum: number): Step => ({ kind: 'sum', by: sum });
const toggle = (label: FieldLabel, path: string, on: FieldValue = true, off: FieldValue = false): Field => ({
  label,
  path,
  kind: 'switch',
  on,
  off,
  fallback: off,
});
const text = (label: FieldLabel, path: string): Field => ({ label, path, kind: 'text', fallback: null });
const choice = (
  label: FieldLabel,
  path: string,
  optionsFor: (trained: Trained) => readonly string[],
  fallback: string,
): Field => ({ label, path, kind: 'choice', optionsFor, fallback });

/** A field that only the torch trainer knows. */
const ofTorch = (field: Field, isFor: (trained: Trained) => boolean = () => true): Field => ({
  ...field,
  isFor: (trained) => !trained.isBuiltin && isFor(trained),
});

/** The builtin trainer measures losses and accuracies alone. */
const watchable = ({ task, isBuiltin }: Trained) =>
  watchableMetrics[task].filter((name) => !isBuiltin || /_(loss|accuracy)$/.test(name));

/** What most people change. */
const basicFields: readonly Field[] = [
  number('epochs', 'training.epochs', by(1), 10),
  number('batchSize', 'training.batchSize', { kind: 'double' }, 64),
  number('learningRate', 'training.learningRate', { kind: 'decades', least: 1e-8 }, 0.001),
  choice('optimizer', 'training.optimizer', () => optimizers, 'adam'),
  choice('scheduler', 'training.scheduler.type', () => schedulers, 'cosine'),
  number('seed', 'training.seed', by(1), 0),
  ofTorch(toggle('pretrained', 'model.pretrained')),
  ofTorch(text('pretrainedWeights', 'model.pretrainedWeights')),
  ofTorch(number('gpuCount', 'resources.gpuCount', by(1))),
];

interface FieldGroup {
  readonly group: keyof Messages['fieldGroups'];
  readonly fields: readonly Field[];
}

/** The rest, in groups. */
const advancedFields: readonly FieldGroup[] = [
  {
    group: 'optimization',
    fields: [
      number('weightDecay', 'training.weightDecay', { kind: 'decades', least: 1e-6 }, 0),
      number('momentum', 'training.momentum', by(0.05), 0.9),
      number('warmupEpochs', 'training.scheduler.warmupEpochs', by(1), 0),
      number('gradientClip', 'training.gradientClip', by(0.5)),
      number('accumulate', 'training.accumulate', by(1), 1),
      toggle('ema', 'training.ema'),
      ofTorch(toggle('amp', 'training.amp')),
      ofTorch(toggle('freezeBackbone', 'training.freezeBackbone')),
      // Detectors balance by themselves.
      ofTorch(
        toggle('classWeights', 'training.classWeights', 'balanced', null),
        ({ task }) => task !== 'detection',
      ),
    ],
  },
  {
    group: 'stopping',
    fields: [
      toggle('earlyStop', 'training.earlyStop.enabled'),
      number('patience', 'training.earlyStop.patience', by(1), 5),
      choice('earlyStopMetric', 'training.earlyStop.metric', watchable, 'val_loss'),
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
  {
    group: 'machine',
    fields: [
      number('memoryGb', 'resources.memoryGb', by(1), 0),
      ofTorch(number('workers', 'resources.workers', by(1))),
      ofTorch(text('gpuType', 'resources.gpuType')),
    ],
  },
];

/** The fields that mean something to what is trained. */
export function fieldsFor(trained: Trained): {
  readonly basic: readonly Field[];
  readonly advanced: readonly FieldGroup[];
  readonly all: readonly Field[];
} {
  const fitting = (fields: readonly Field[]) => fields.filter(({ isFor }) => isFor?.(trained) ?? true);
  const basic = fitting(basicFields);
  const advanced = advancedFields.map(({ group, fields }) => ({ group, fields: fitting(fields) }));
  return { basic, advanced, all: [...basic, ...advanced.flatMap(({ fields }) => fields)] };
}

/** All that there are. */
export const allFields: readonly Field[] = [
  ...basicFields,
  ...advancedFields.flatMap(({ fields }) => fields),
];
