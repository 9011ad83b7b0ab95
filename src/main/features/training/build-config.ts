import { fault } from '../../../shared/errors/catalogue.ts';
import { type Parameter, phrase } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { isRecord } from '../../../shared/model/is-record.ts';
import {
  type TrainingConfig,
  type TrainingOverrides,
  trainingConfigSchema,
} from '../../../shared/model/training-config.ts';
import { completeSplits } from './splits.ts';
import type { TrainableModel } from './trainable-models.ts';

/** The version of a dataset that is trained on. */
export interface TrainedDataset {
  readonly id: string;
  readonly version: number;
  readonly classNames: readonly string[];
}

const plainSplits = { trainSplit: 0.8, valSplit: 0.2, testSplit: 0 };

/** Values of `over` where they are said, else those of `under`; objects are merged, arrays and null replace. */
function merge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isRecord(under) || !isRecord(over)) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over)) merged[name] = merge(under[name], value);
  return merged;
}

/**
 * The whole config of a training: what a person said, over the model's defaults, over the schema's.
 * @throws TrainyardError MODEL_TASK_MISMATCH, TOO_FEW_CLASSES, SPLITS_INVALID, CONFIG_INVALID (each with its field)
 */
export function buildConfig(
  model: TrainableModel,
  dataset: TrainedDataset,
  overrides: TrainingOverrides,
): TrainingConfig {
  if (!model.taskTypes.includes('classification')) throw fault('MODEL_TASK_MISMATCH', { model: model.id });
  if (dataset.classNames.length < 2) throw fault('TOO_FEW_CLASSES', { count: dataset.classNames.length });
  const slash = model.id.indexOf('/');
  const splits = completeSplits(overrides.dataset ?? {}, {
    trainSplit: model.defaults.dataset?.trainSplit ?? plainSplits.trainSplit,
    valSplit: model.defaults.dataset?.valSplit ?? plainSplits.valSplit,
    testSplit: model.defaults.dataset?.testSplit ?? plainSplits.testSplit,
  });
  const parsed = trainingConfigSchema.safeParse({
    task: {
      type: 'classification',
      numClasses: dataset.classNames.length,
      classNames: [...dataset.classNames],
    },
    model: { source: model.id.slice(0, slash), name: model.id.slice(slash + 1) },
    dataset: merge(merge(model.defaults.dataset ?? {}, overrides.dataset), {
      datasetId: dataset.id,
      version: dataset.version,
      ...splits,
    }),
    training: merge(model.defaults.training ?? {}, overrides.training),
    resources: { gpuCount: 0, gpuType: null, memoryGb: 0 },
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = `overrides.${issue?.path.join('.') ?? ''}`;
    throw configInvalid(field, `${field}: ${issue?.message ?? 'not usable'}`);
  }
  checkTogether(parsed.data);
  return parsed.data;
}

/** Values that are fine alone and senseless together. */
function checkTogether({ training, dataset }: TrainingConfig): void {
  const { earlyStop, scheduler, epochs } = training;
  if (earlyStop.enabled && earlyStop.metric.startsWith('val_') && dataset.valSplit === 0) {
    throw configInvalid(
      'overrides.training.earlyStop.metric',
      phrase(
        'Early stopping watches {metric}, and valSplit 0 leaves no images to validate on',
        '조기 종료가 {metric}{metric|을|를} 지켜보는데, valSplit이 0이라 검증할 이미지가 없습니다',
        { metric: earlyStop.metric },
      ),
      {
        en: ': make valSplit greater than 0, or watch train_loss or train_accuracy',
        ko: '(valSplit을 0보다 크게 하거나 train_loss 또는 train_accuracy 지켜보기)',
      },
    );
  }
  if (scheduler.warmupEpochs > epochs) {
    throw configInvalid(
      'overrides.training.scheduler.warmupEpochs',
      phrase(
        '{warmup} epochs of warm-up do not fit into {epochs} epochs',
        '워밍업 {warmup}에폭이 전체 {epochs}에폭보다 깁니다',
        { warmup: scheduler.warmupEpochs, epochs },
      ),
      { en: ': make the warm-up shorter or the training longer', ko: '(워밍업을 줄이거나 학습을 늘리기)' },
    );
  }
}

function configInvalid(field: string, problem: Parameter, how: Parameter = ''): TrainyardError {
  return fault('CONFIG_INVALID', { problem, how }, { place: { field } });
}
