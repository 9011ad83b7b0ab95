import { expect, test } from 'vitest';
import { outcomeOf } from '../../../src/main/features/runs/outcome.ts';
import { differencesOf } from '../../../src/main/features/runs/run-views.ts';
import { buildConfig } from '../../../src/main/features/training/build-config.ts';
import { completeSplits } from '../../../src/main/features/training/splits.ts';
import type { TrainableModel } from '../../../src/main/features/training/trainable-model.ts';

const model: TrainableModel = {
  id: 'builtin/cnn',
  executors: ['builtin'],
  taskTypes: ['classification'],
  description: { en: '', ko: '' },
  license: null,
  defaults: {
    dataset: { imageSize: 28, augmentation: { randomFlip: true } },
    training: {
      epochs: 8,
      batchSize: 64,
      learningRate: 0.002,
      optimizer: 'adam',
      scheduler: { type: 'cosine', warmupEpochs: 1 },
    },
  },
};
const dataset = {
  ...{ id: '00000000-0000-4000-8000-00000000000a', name: 'letters', version: 3 },
  ...{ classNames: ['a', 'b'], labels: null },
};

test('a config is what was said, over the model’s defaults, over the schema’s', () => {
  const config = buildConfig(
    model,
    'classification',
    dataset,
    {
      dataset: { augmentation: { mixup: true }, imageSize: [24, 32] },
      training: { epochs: 3, scheduler: { type: 'linear' }, gradientClip: null, seed: 9 },
    },
    2,
  );
  expect(config).toMatchObject({
    task: { type: 'classification', numClasses: 2, classNames: ['a', 'b'] },
    model: { source: 'builtin', name: 'cnn', pretrained: false, pretrainedWeights: null },
    dataset: {
      datasetId: dataset.id,
      version: 3,
      imageSize: [24, 32],
      trainSplit: 0.8,
      augmentation: { randomFlip: true, mixup: true, cutmix: false },
    },
    training: {
      epochs: 3,
      batchSize: 64,
      scheduler: { type: 'linear', warmupEpochs: 1 },
      gradientClip: null,
      seed: 9,
      momentum: 0.9,
    },
    resources: { gpuCount: 0, gpuType: null, memoryGb: 0 },
  });
});

test.each([
  [{}, [0.8, 0.2, 0]],
  [{ trainSplit: 0.7 }, [0.7, 0.3, 0]],
  [{ valSplit: 0.1 }, [0.9, 0.1, 0]],
  [{ testSplit: 0.1 }, [0.72, 0.18, 0.1]],
  [{ trainSplit: 0.7, valSplit: 0.2 }, [0.7, 0.2, 0.1]],
  [{ trainSplit: 1 }, [1, 0, 0]],
  [{ trainSplit: 0.6, valSplit: 0.3, testSplit: 0.1 }, [0.6, 0.3, 0.1]],
])('the splits %j are completed to %j', (given, expected) => {
  const { trainSplit, valSplit, testSplit } = completeSplits(given, {
    trainSplit: 0.8,
    valSplit: 0.2,
    testSplit: 0,
  });
  expect([trainSplit, valSplit, testSplit]).toEqual(expected);
});

test.each([
  { trainSplit: 0.9, valSplit: 0.2 },
  { valSplit: 1 },
  { trainSplit: 0 },
  { trainSplit: 0.5, valSplit: 0.2, testSplit: 0.2 },
])('the splits %j are refused', (given) => {
  expect(() => completeSplits(given, { trainSplit: 0.8, valSplit: 0.2, testSplit: 0 })).toThrow(
    expect.objectContaining({ code: 'SPLITS_INVALID' }),
  );
});

test('configs differ in the fields that differ, arrays as one value', () => {
  const one = buildConfig(model, 'classification', dataset, {}, 0);
  const other = buildConfig(
    model,
    'classification',
    { ...dataset, classNames: ['a', 'c'] },
    { training: { epochs: 3 }, dataset: { imageSize: [8, 8] } },
    0,
  );
  expect(differencesOf([one, other, one])).toEqual([
    {
      field: 'task.classNames',
      values: [
        ['a', 'b'],
        ['a', 'c'],
        ['a', 'b'],
      ],
    },
    { field: 'dataset.imageSize', values: [28, [8, 8], 28] },
    { field: 'training.epochs', values: [8, 3, 8] },
  ]);
  expect(differencesOf([one, one])).toEqual([]);
});

const times = { startedAt: new Date(0), endedAt: new Date(1000) };
const exited = { ...times, exitCode: 0, signal: null, cause: 'exited' } as const;
const result = (status: 'completed' | 'cancelled' | 'failed') => ({
  status,
  message: null,
  cause: null,
  metrics: {},
});

test.each([
  ['all done', exited, result('completed'), 'completed', 'completed'],
  [
    'done just when it was told to stop',
    { ...exited, cause: 'cancelled' },
    result('completed'),
    'completed',
    'completed',
  ],
  ['stopped', { ...exited, cause: 'cancelled' }, result('cancelled'), 'cancelled', 'cancelled'],
  ['stopped without a word', { ...exited, cause: 'cancelled' }, null, 'cancelled', 'cancelled'],
  [
    'killed when its time was over',
    { ...exited, exitCode: null, signal: 'SIGKILL', cause: 'cancelled' },
    null,
    'cancelled',
    'cancelled',
  ],
  ['stopped by somebody else', exited, result('cancelled'), 'cancelled', 'stopped'],
  ['no result', exited, null, 'failed', 'no_result'],
  ['code 0 and a failed result', exited, result('failed'), 'failed', 'error'],
  ['an error', { ...exited, exitCode: 2 }, result('failed'), 'failed', 'error'],
  ['an error after its result', { ...exited, exitCode: 2 }, result('completed'), 'failed', 'error'],
  [
    'killed',
    { ...exited, exitCode: null, signal: 'SIGSEGV', cause: 'signalled' },
    null,
    'failed',
    'signalled',
  ],
  [
    'not started',
    { ...exited, exitCode: null, cause: 'spawn_failed', message: 'ENOENT' },
    null,
    'failed',
    'spawn_failed',
  ],
] as const)('how a trainer ended: %s', (_what, exit, said, status, cause) => {
  expect(outcomeOf(exit, said, [])).toMatchObject({ status, cause });
});

test('a cause that the trainer names is said without its traceback, any other with it', () => {
  const exit = { ...exited, exitCode: 1 };
  const said = { ...result('failed'), cause: 'missing_weights', message: 'The weights are not here.' };
  const traceback = ['File "weights.py", line 73', 'TrainerError: The weights are not here.'];
  expect(outcomeOf(exit, said, traceback).message).toBe(
    'The trainer ended with code 1: The weights are not here.',
  );
  expect(outcomeOf(exit, { ...said, cause: 'error' }, traceback).message).toContain('weights.py');
  expect(outcomeOf(exit, null, traceback).message).toContain('weights.py');
});
