import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../resources/trainers/builtin/config.ts';
import { type Picture, pictures, tinyRun, type Wishes } from './support/tiny-run.ts';
import { train } from './support/trainer.ts';

let images: readonly Picture[] = [];
beforeAll(async () => {
  images = await pictures(4);
});

test.each<[string, Wishes, string]>([
  ['another task', { task: { type: 'detection' } }, 'cannot do task.type "detection"'],
  ['another model', { model: { name: 'resnet50', source: 'timm' } }, 'no model "timm/resnet50"'],
  ['pretrained weights', { model: { pretrained: true } }, 'Set model.pretrained to false'],
  ['a batch size below 1', { training: { batchSize: 0 } }, 'training.batchSize: '],
  ['two wrong fields', { training: { epochs: 'ten', momentum: 1 } }, 'training.momentum: '],
  ['shares above 1', { dataset: { trainSplit: 0.9, valSplit: 0.3 } }, 'at most 1'],
  ['a class named twice', { task: { classNames: ['a', 'a', 'b'] } }, 'Name each class once'],
])('%s is refused by the name of the field', async (_, wishes, message) => {
  await using run = await tinyRun(images, wishes);
  expect(() => readConfig(run.directory)).toThrow(message);
});

test('what the trainer cannot do but may pass over, it says', async () => {
  await using run = await tinyRun(images, {
    training: { amp: true, dropBlock: 3 },
    resources: { gpuCount: 2 },
    note: 'mine',
  });
  expect(readConfig(run.directory).warnings).toEqual([
    'config.json: "training.dropBlock" is not known to this trainer and has no effect.',
    'config.json: "note" is not known to this trainer and has no effect.',
    'training.amp has no effect: the builtin trainer computes in 32-bit floats.',
    'resources.gpuCount is 2, but the builtin trainer runs on the processor alone.',
  ]);
});

test('an error ends with exit code 1, the traceback on standard error and a failed result', async () => {
  await using run = await tinyRun(images, {
    training: { earlyStop: { enabled: true } },
    dataset: { trainSplit: 1, valSplit: 0 },
  });
  const ended = await train(run.directory);
  expect(ended.exitCode).toBe(1);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).toMatch(/TrainerError: training\.earlyStop\.metric is "val_loss"[\s\S]*\n {4}at /);
  expect(ended.result).toMatchObject({
    type: 'result',
    status: 'failed',
    message: expect.stringContaining('dataset.valSplit'),
  });
});

test('a config that is not there, a manifest line with an unknown class and a damaged checkpoint are named', async () => {
  await using run = await tinyRun(images, {
    resume: { from: '/nowhere/last.safetensors', epoch: 1, step: 3 },
  });
  expect((await train(run.directory)).result.message).toContain('/nowhere/last.safetensors cannot be read');
  await writeFile(
    path.join(run.directory, 'dataset.jsonl'),
    '{"file":"a","path":"a","class":"fourth","width":1,"height":1}\n',
  );
  expect((await train(run.directory)).result.message).toContain(
    'Line 1 of the data set\'s manifest has the class "fourth"',
  );
  await rm(path.join(run.directory, 'config.json'));
  expect((await train(run.directory)).result.message).toContain('config.json cannot be read');
});

test('a training that diverges tells its last loss and fails with the hint', async () => {
  await using run = await tinyRun(images, { training: { optimizer: 'sgd', learningRate: 1e30, epochs: 50 } });
  const ended = await train(run.directory);
  expect(ended.exitCode).toBe(1);
  expect(ended.result.message).toMatch(/diverged.*Lower training\.learningRate/);
});
