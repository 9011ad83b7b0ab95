import { appendFile, cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readTensors, writeTensors } from '../../resources/trainers/builtin/safetensors.ts';
import { pictures, tinyRun, type Wishes, writeConfig } from './support/tiny-run.ts';
import { losses, Trainer, train } from './support/trainer.ts';

const everything: Wishes = {
  dataset: {
    augmentation: { randomFlip: true, randomRotation: 10, colorJitter: true, mixup: true, cutmix: true },
  },
  training: {
    epochs: 4,
    accumulate: 2,
    ema: true,
    gradientClip: 1,
    weightDecay: 0.01,
    scheduler: { type: 'plateau', warmupEpochs: 1 },
    earlyStop: { enabled: true, patience: 10, metric: 'val_loss' },
  },
};

const model = (directory: string) => readFile(path.join(directory, 'artifacts/model.safetensors'));

test('the same seed gives bitwise the same losses and weights, another seed others', async () => {
  const images = await pictures(12);
  await using first = await tinyRun(images, everything);
  await using again = await tinyRun(images.toReversed(), everything);
  await using other = await tinyRun(images, { ...everything, training: { ...everything.training, seed: 8 } });
  const one = await train(first.directory);
  const two = await train(again.directory);
  const three = await train(other.directory);
  expect(one.result).toMatchObject({ type: 'result', status: 'completed' });
  expect(losses(one.events)).toHaveLength(4 * 4);
  expect(losses(two.events)).toEqual(losses(one.events));
  const tensors = async (directory: string) => (await model(directory)).subarray(-1000);
  expect(await tensors(again.directory)).toEqual(await tensors(first.directory));
  expect(losses(three.events)).not.toEqual(losses(one.events));
});

test('a run that was stopped in mid-epoch and resumed from its checkpoint goes on exactly', async () => {
  const images = await pictures(40);
  const wishes = { ...everything, training: { ...everything.training, batchSize: 4, epochs: 3 } };
  await using whole = await tinyRun(images, wishes);
  await using start = await tinyRun(images, wishes);
  await using rest = await tinyRun(images, wishes);
  const expected = await train(whole.directory);

  const trainer = new Trainer(start.directory);
  await trainer.saw(
    'a step of the second epoch',
    ({ type, epoch, step }) => type === 'metric' && epoch === 2 && Number(step) > 25,
  );
  const stopped = await trainer.terminate();
  expect(stopped.exitCode).toBe(0);
  expect(stopped.result).toMatchObject({ type: 'result', status: 'cancelled' });
  const last = stopped.events.findLast(({ type, kind }) => type === 'checkpoint' && kind === 'last');
  expect(last).toMatchObject({ epoch: 2, path: 'checkpoints/last.safetensors' });

  const from = path.join(start.directory, 'checkpoints/last.safetensors');
  const config = { ...wishes, attempt: 2, resume: { from, epoch: last?.epoch, step: last?.step } };
  await writeConfig(
    rest.directory,
    path.join(rest.directory, 'images'),
    ['first', 'second', 'third'],
    config,
  );
  const resumed = await train(rest.directory);
  expect(resumed.result).toMatchObject({ status: 'completed', metrics: expected.result.metrics });
  expect([...losses(stopped.events), ...losses(resumed.events)]).toEqual(losses(expected.events));
});

test('a trainer that was killed goes on from the last epoch’s checkpoint, in a directory with a torn last line', async () => {
  const images = await pictures(40);
  const wishes: Wishes = { training: { batchSize: 4, epochs: 3 } };
  await using whole = await tinyRun(images, wishes);
  await using killed = await tinyRun(images, wishes);
  const expected = await train(whole.directory);

  const trainer = new Trainer(killed.directory);
  await trainer.saw('the first epoch’s checkpoint', ({ type }) => type === 'checkpoint');
  await trainer.kill();
  const from = path.join(killed.directory, 'first.safetensors');
  await cp(path.join(killed.directory, 'checkpoints/last.safetensors'), from);
  await appendFile(path.join(killed.directory, 'events.jsonl'), '{"seq":4711,"ti');
  await writeConfig(killed.directory, path.join(killed.directory, 'images'), ['first', 'second', 'third'], {
    ...wishes,
    resume: { from, epoch: 1, step: 23 },
  });
  const resumed = await train(killed.directory);
  expect(resumed.result).toMatchObject({ status: 'completed', metrics: expected.result.metrics });
  expect(resumed.events.map(({ seq }) => seq)).toEqual(resumed.events.map((_, index) => index + 1));
  expect(losses(resumed.events).slice(-23)).toEqual(losses(expected.events).slice(-23));
  expect(resumed.events.some(({ type, level }) => type === 'log' && level === 'warning')).toBe(true);
});

test('a checkpoint of a release with another rate of dropout is gone on from', async () => {
  const images = await pictures(12);
  await using start = await tinyRun(images, everything);
  const trainer = new Trainer(start.directory);
  await trainer.saw('a checkpoint', ({ type }) => type === 'checkpoint');
  const { events } = await trainer.terminate();
  const last = events.findLast(({ type, kind }) => type === 'checkpoint' && kind === 'last');
  const from = path.join(start.directory, 'checkpoints/last.safetensors');
  const { tensors, metadata } = readTensors(from);
  const older = metadata.trainyard?.replace(/"dropout":[\d.]+/, '"dropout":0.3') ?? '';
  expect(older).not.toBe(metadata.trainyard);
  writeTensors(from, { tensors, metadata: { trainyard: older } });
  const resume = { from, epoch: last?.epoch, step: last?.step };
  const folder = path.join(start.directory, 'images');
  const classes = ['first', 'second', 'third'];
  await writeConfig(start.directory, folder, classes, { ...everything, attempt: 2, resume });
  expect((await train(start.directory)).result).toMatchObject({ status: 'completed' });
});
