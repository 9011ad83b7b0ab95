import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { type Picture, pictures, tinyRun } from './support/tiny-run.ts';
import { type Ended, train } from './support/trainer.ts';

const artifact = async (directory: string, name: string) =>
  JSON.parse(await readFile(path.join(directory, 'artifacts', name), 'utf8'));
const warnings = ({ events }: Ended) =>
  events
    .filter(({ type, level }) => type === 'log' && level === 'warning')
    .map(({ message }) => String(message));

test('coloured images of odd and different sizes are trained on at the most frequent size', async () => {
  const images = await pictures(9, {
    channels: 3,
    sizes: [
      [13, 7],
      [13, 7],
      [40, 31],
    ],
  });
  await using run = await tinyRun(images, { training: { epochs: 2 } });
  const ended = await train(run.directory);
  expect(ended.result).toMatchObject({ status: 'completed' });
  const model = await artifact(run.directory, 'model.json');
  expect(model.architecture.input).toEqual({ height: 13, width: 7, channels: 3 });
  expect(model.normalisation.mean).toHaveLength(3);
});

test('the config’s size counts, and images of every encoding are taken', async () => {
  const pixels = {
    width: 6,
    height: 9,
    channels: 4 as const,
    background: { r: 200, g: 60, b: 20, alpha: 0.5 },
  };
  const colour = sharp({ create: pixels });
  const encodings = [
    await colour.clone().png().toBuffer(),
    await colour.clone().png({ palette: true }).toBuffer(),
    await colour.clone().toColourspace('rgb16').png().toBuffer(),
    await colour.clone().toColourspace('b-w').png().toBuffer(),
    await colour.clone().jpeg().toBuffer(),
    await colour.clone().webp().toBuffer(),
    await colour.clone().gif().toBuffer(),
    await colour.clone().flatten().toColourspace('cmyk').jpeg().toBuffer(),
  ];
  const images: Picture[] = encodings.map((bytes, index) => ({
    ...{ class: index % 2 ? 'odd' : 'even', name: `${index}`, bytes, width: 6, height: 9, channels: 4 },
  }));
  await using run = await tinyRun(images, { dataset: { imageSize: [20, 17] }, training: { epochs: 1 } });
  const ended = await train(run.directory);
  expect(ended.result).toMatchObject({ status: 'completed' });
  expect((await artifact(run.directory, 'model.json')).architecture.input).toEqual({
    height: 20,
    width: 17,
    channels: 3,
  });
});

test('large images are scaled down, and more of them than fit into memory are decoded when needed', async () => {
  const images = await pictures(4, { channels: 3, sizes: [[90, 120]] });
  await using small = await tinyRun(images, { training: { epochs: 1 }, resources: { memoryGb: 0.00003 } });
  await using large = await tinyRun(images, { training: { epochs: 1 } });
  const lazily = await train(small.directory);
  const cached = await train(large.directory);
  expect((await artifact(small.directory, 'model.json')).architecture.input).toEqual({
    height: 48,
    width: 64,
    channels: 3,
  });
  expect(lazily.result.metrics).toEqual(cached.result.metrics);
});

test('one class, one-image classes and no validation images train with a warning each', async () => {
  await using alone = await tinyRun(await pictures(6, { classes: ['only'] }), { training: { epochs: 1 } });
  const one = await train(alone.directory);
  expect(one.result).toMatchObject({ status: 'completed', metrics: { val_accuracy: 1, val_loss: 0 } });
  expect(warnings(one).join()).toContain('only one class');

  const uneven = [
    ...(await pictures(30, { classes: ['many'] })),
    ...(await pictures(1, { classes: ['single'] })),
  ];
  await using run = await tinyRun(uneven, {
    dataset: { trainSplit: 1, valSplit: 0 },
    training: { epochs: 2 },
  });
  const two = await train(run.directory);
  expect(two.result).toMatchObject({ status: 'completed', metrics: { best_epoch: 2 } });
  expect(two.result.metrics).not.toHaveProperty('val_loss');
  expect(warnings(two).join()).toMatch(/Only one image.*"single".*uneven.*No image is kept for validation/s);
  expect(await artifact(run.directory, 'per_class.json')).toMatchObject({ split: 'train', images: 31 });
});

test('splits of the manifest are kept, and the artifacts tell of the test split', async () => {
  const splits = ['train', 'train', 'train', 'val', 'test'] as const;
  const images = (await pictures(10)).map((image, index) => ({
    ...image,
    split: splits[index % 5] ?? 'train',
  }));
  await using run = await tinyRun(images, { training: { epochs: 4 } });
  const ended = await train(run.directory);
  expect(ended.result.metrics).toHaveProperty('test_accuracy');
  const perClass = await artifact(run.directory, 'per_class.json');
  expect(perClass).toMatchObject({ format: 'trainyard/per-class', split: 'test', images: 6 });
  expect(
    perClass.classes.map(({ name, support }: { name: string; support: number }) => [name, support]),
  ).toEqual([
    ['first', 2],
    ['second', 2],
    ['third', 2],
  ]);
  const { classes, matrix } = await artifact(run.directory, 'confusion_matrix.json');
  expect(classes).toEqual(['first', 'second', 'third']);
  expect(matrix.flat().reduce((sum: number, count: number) => sum + count, 0)).toBe(6);
  const { samples, wrong } = await artifact(run.directory, 'predictions.json');
  expect(samples).toHaveLength(6);
  expect(samples.map((sample: { correct: boolean }) => sample.correct)).toEqual([
    ...Array(wrong).fill(false),
    ...Array(6 - wrong).fill(true),
  ]);
  const listed = ended.events
    .filter(({ type }) => type === 'artifact')
    .map(({ path: file, kind }) => `${kind} ${file}`);
  expect(listed).toEqual([
    'model artifacts/model.safetensors',
    'model artifacts/model.json',
    'per_class artifacts/per_class.json',
    'confusion_matrix artifacts/confusion_matrix.json',
    'predictions artifacts/predictions.json',
  ]);
});

test('a few unreadable images are left out by name, many are an error', async () => {
  const images = await pictures(8);
  const spoil = async (directory: string, names: readonly string[]) => {
    for (const name of names) await writeFile(path.join(directory, 'images', name), 'no image');
  };
  await using few = await tinyRun(images, { training: { epochs: 1 } });
  await spoil(few.directory, ['second/3.png']);
  const left = await train(few.directory);
  expect(left.result).toMatchObject({ status: 'completed' });
  expect(warnings(left).join()).toContain('"second/3.png" is left out');

  await using many = await tinyRun(images, { training: { epochs: 1 } });
  await spoil(many.directory, ['first/1.png', 'second/3.png', 'third/5.png']);
  const failed = await train(many.directory);
  expect(failed.exitCode).toBe(1);
  expect(failed.result).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('3 of 24 images cannot be read: '),
  });
  expect(failed.result.message).toContain('"second/3.png" (the file has changed since it was imported)');
  expect(failed.stderr).toContain('TrainerError');
});
