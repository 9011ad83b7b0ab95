import { fault } from '../../../shared/errors/catalogue.ts';
import { type Parameter, phrase } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { taskWords } from '../../../shared/format/task.ts';
import { layered } from '../../../shared/model/layered.ts';
import {
  type TaskType,
  type TrainingConfig,
  type TrainingOverrides,
  trainingConfigSchema,
  watchableMetrics,
} from '../../../shared/model/training-config.ts';
import type { TrainedDataset } from './choose-task.ts';
import { completeSplits } from './splits.ts';
import { partsOf, type TrainableModel } from './trainable-model.ts';

const plainSplits = { trainSplit: 0.8, valSplit: 0.2, testSplit: 0 };

/**
 * The whole config of a training: what a person said, over the model's defaults, over the schema's.
 * @param cards GPUs of this machine: where there is one and nobody said otherwise, a model that can is trained on it
 * @throws TrainyardError TOO_FEW_CLASSES, SPLITS_INVALID, CONFIG_INVALID (each with its field)
 */
export function buildConfig(
  model: TrainableModel,
  task: TaskType,
  dataset: TrainedDataset,
  overrides: TrainingOverrides,
  cards: number,
): TrainingConfig {
  if (task === 'classification' && dataset.classNames.length < 2)
    throw fault('TOO_FEW_CLASSES', { count: dataset.classNames.length });
  checkClasses(dataset.classNames, overrides.task ?? {});
  const { name: _, ...ofDataset } = overrides.dataset ?? {};
  const splits = completeSplits(ofDataset, {
    trainSplit: model.defaults.dataset?.trainSplit ?? plainSplits.trainSplit,
    valSplit: model.defaults.dataset?.valSplit ?? plainSplits.valSplit,
    testSplit: model.defaults.dataset?.testSplit ?? plainSplits.testSplit,
  });
  const resources = { gpuCount: isBuiltin(model) ? 0 : Math.min(cards, 1), ...overrides.resources };
  // Mixed precision is for cards: on most processors it is slower, and less exact.
  const noAmp = resources.gpuCount === 0 ? { amp: false } : {};
  const parsed = trainingConfigSchema.safeParse({
    task: { type: task, numClasses: dataset.classNames.length, classNames: [...dataset.classNames] },
    model: layered(layered(model.defaults.model ?? {}, overrides.model), partsOf(model.id)),
    dataset: layered(layered(model.defaults.dataset ?? {}, ofDataset), {
      datasetId: dataset.id,
      version: dataset.version,
      ...splits,
    }),
    training: layered({ ...model.defaults.training, ...noAmp }, overrides.training),
    resources,
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = `overrides.${issue?.path.join('.') ?? ''}`;
    throw configInvalid(field, `${field}: ${issue?.message ?? 'not usable'}`);
  }
  checkTogether(parsed.data);
  if (isBuiltin(model)) checkBuiltin(parsed.data);
  return parsed.data;
}

const isBuiltin = ({ id }: TrainableModel) => partsOf(id).source === 'builtin';

/** Classes that a person names are those of the dataset; their order is the dataset's. */
function checkClasses(classNames: readonly string[], task: NonNullable<TrainingOverrides['task']>): void {
  const { numClasses = classNames.length, classNames: named = classNames } = task;
  const strange = named.find((name) => !classNames.includes(name));
  const missing = classNames.find((name) => !named.includes(name));
  const field = 'overrides.task.classNames';
  const classes = listed(classNames);
  if (strange !== undefined)
    throw configInvalid(
      field,
      phrase(
        'The dataset has no class "{name}" (its classes: {classes})',
        '데이터셋에 "{name}" 클래스가 없습니다(데이터셋의 클래스: {classes})',
        { name: strange, classes },
      ),
    );
  if (missing !== undefined)
    throw configInvalid(
      field,
      phrase(
        'The class "{name}" of the dataset is left out (its classes: {classes})',
        '데이터셋의 "{name}" 클래스가 빠져 있습니다(데이터셋의 클래스: {classes})',
        { name: missing, classes },
      ),
    );
  if (numClasses !== classNames.length)
    throw configInvalid(
      'overrides.task.numClasses',
      phrase(
        'numClasses is {given}, and the dataset has {count} {count|class|classes}',
        'numClasses는 {given}인데 데이터셋의 클래스는 {count}개입니다',
        { given: numClasses, count: classNames.length },
      ),
    );
}

const mostListed = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).join(', ');
  return names.length > mostListed ? `${shown}, …` : shown;
}

/** Values that are fine alone and senseless together. */
function checkTogether({ task, training, dataset }: TrainingConfig): void {
  const { earlyStop, scheduler, epochs, classWeights } = training;
  const watchable: readonly string[] = watchableMetrics[task.type];
  if (earlyStop.enabled && !watchable.includes(earlyStop.metric)) {
    throw configInvalid(
      'overrides.training.earlyStop.metric',
      phrase(
        'In {task} there is no {metric}, which early stopping is to watch',
        '{task}에는 조기 종료가 지켜볼 {metric}{metric|이|가} 없습니다',
        { task: taskWords[task.type], metric: earlyStop.metric },
      ),
      { en: `: choose one of ${watchable.join(', ')}`, ko: `(${watchable.join(', ')} 중에서)` },
    );
  }
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
  if (Array.isArray(classWeights) && classWeights.length !== task.numClasses) {
    throw configInvalid(
      'overrides.training.classWeights',
      phrase(
        'There are {given} class weights for {count} {count|class|classes}',
        '클래스는 {count}개인데 클래스 가중치는 {given}개입니다',
        { given: classWeights.length, count: task.numClasses },
      ),
      { en: ': a number for each class, or "balanced"', ko: '(클래스마다 숫자 하나 또는 "balanced")' },
    );
  }
}

/** What the builtin trainer cannot do. */
function checkBuiltin({ model, training, resources }: TrainingConfig): void {
  const unable: readonly (readonly [string, boolean])[] = [
    ['model.pretrained', model.pretrained || model.pretrainedWeights !== null],
    ['training.freezeBackbone', training.freezeBackbone],
    ['training.classWeights', training.classWeights !== null],
    ['training.earlyStop.metric', !builtinMetrics.test(training.earlyStop.metric)],
    ['resources.gpuCount', resources.gpuCount > 0],
    ['resources.workers', resources.workers !== null],
  ];
  const [field] = unable.find(([, isWanted]) => isWanted) ?? [];
  if (field === undefined) return;
  throw configInvalid(
    `overrides.${field}`,
    phrase('builtin/cnn has no {field}', 'builtin/cnn에서는 {field}{field|을|를} 쓸 수 없습니다', { field }),
    { en: ': leave it out, or choose another model', ko: '(빼거나 다른 모델 고르기)' },
  );
}

const builtinMetrics = /^(?:val|train)_(?:loss|accuracy)$/;

function configInvalid(field: string, problem: Parameter, how: Parameter = ''): TrainyardError {
  return fault('CONFIG_INVALID', { problem, how }, { place: { field } });
}
