import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Command } from '../../src/main/cli/lib/define.ts';
import { readConfigFile } from '../../src/main/cli/train/config-file.ts';
import { fields, overridesOf } from '../../src/main/cli/train/overrides.ts';
import { defineTrain } from '../../src/main/cli/train/train.ts';
import { isRecord } from '../../src/shared/model/is-record.ts';
import { trainingOverridesSchema } from '../../src/shared/model/training-config.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trainyard-config-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(text: string): Promise<string> {
  const name = path.join(folder, 'train.json');
  await writeFile(name, text);
  return name;
}

test('flags become fields of the config', () => {
  const flags = {
    epochs: 3,
    learningRate: 0.01,
    scheduler: 'cosine',
    warmupEpochs: 1,
    earlyStop: 4,
    imageSize: [20, 30] satisfies [number, number],
    flip: true,
    rotation: 10,
  } as const;
  expect(overridesOf({ ...flags, imageSize: [20, 30] }, {})).toEqual({
    training: {
      epochs: 3,
      learningRate: 0.01,
      scheduler: { type: 'cosine', warmupEpochs: 1 },
      earlyStop: { enabled: true, patience: 4 },
    },
    dataset: { imageSize: [20, 30], augmentation: { randomFlip: true, randomRotation: 10 } },
  });
});

/** The fields of a JSON schema that hold values, by their paths. */
function valuesOf(schema: unknown, place = ''): string[] {
  const inner = isRecord(schema) ? schema.properties : undefined;
  if (!isRecord(inner)) return [place];
  return Object.entries(inner).flatMap(([name, part]) => valuesOf(part, place ? `${place}.${name}` : name));
}

test('every value of the config has a flag, but for what a dataset and a model bring', () => {
  const command = new Command('train');
  defineTrain(command);
  const flags = new Set(command.options.map((option) => option.attributeName()));
  const reached = Object.entries(fields).flatMap(([flag, field]) => (flags.has(flag) ? [field] : []));
  const without = valuesOf(z.toJSONSchema(trainingOverridesSchema)).filter((one) => !reached.includes(one));
  expect(without).toEqual([
    'task.numClasses',
    'task.classNames',
    'model.name',
    'model.source',
    'dataset.datasetId',
    'dataset.version',
    'dataset.name',
    'training.earlyStop.enabled',
    'training.earlyStop.patience',
  ]);
});

test('flags go before the file, field by field', () => {
  const fromFile = { training: { epochs: 9, scheduler: { type: 'step', warmupEpochs: 2 } } } as const;
  expect(overridesOf({ epochs: 3, scheduler: 'linear' }, fromFile)).toEqual({
    training: { epochs: 3, scheduler: { type: 'linear', warmupEpochs: 2 } },
  });
});

test('a value out of range is named by its flag', () => {
  expect(() => overridesOf({ batchSize: 0 }, {})).toThrow(/^--batch-size: /);
  expect(() => overridesOf({ warmupEpochs: -1 }, {})).toThrow(/^--warmup-epochs: /);
  expect(() => overridesOf({ learningRate: 0 }, {})).toThrow(/^--learning-rate: /);
});

test('a config file is read', async () => {
  const name = await file('\uFEFF{"training": {"epochs": 2}, "dataset": {"augmentation": {"mixup": true}}}');
  expect(await readConfigFile(name)).toEqual({
    training: { epochs: 2 },
    dataset: { augmentation: { mixup: true } },
  });
});

test('a wrong value is told with file, line and field', async () => {
  const name = await file('{\n  "training": {\n    "epochs": 2,\n    "batchSize": "many"\n  }\n}');
  await expect(readConfigFile(name)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(`${name}:4 (training.batchSize)`),
    place: { file: name, line: 4, field: 'training.batchSize' },
  });
});

test('an unknown field is told with its own line', async () => {
  const name = await file('{\n  "training": {\n    "epochs": 2,\n    "learning_rate": 1\n  }\n}');
  await expect(readConfigFile(name)).rejects.toMatchObject({
    message: expect.stringContaining('no such field'),
    place: { file: name, line: 4, field: 'training.learning_rate' },
  });
});

test('a config file may be YAML, with numbers as people type them, and its own line is told', async () => {
  const name = await file(
    'dataset:\n  name: 사과 # the orchard\nmodel: {source: timm, name: resnet18}\ntraining:\n  learningRate: 1e-4\n',
  );
  expect(await readConfigFile(name)).toEqual({
    dataset: { name: '사과' },
    model: { source: 'timm', name: 'resnet18' },
    training: { learningRate: 0.0001 },
  });
  const wrong = await file('training:\n  epochs: 2\n  scheduler:\n    type: cosines\n');
  await expect(readConfigFile(wrong)).rejects.toMatchObject({
    place: { file: wrong, line: 4, field: 'training.scheduler.type' },
  });
  const bomb = Array.from({ length: 30 }, (_, index) =>
    index === 0 ? 'a0: &a0 [x, x]' : `a${index}: &a${index} [*a${index - 1}, *a${index - 1}]`,
  ).join('\n');
  await expect(readConfigFile(await file(bomb))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('what is no JSON is told with its line', async () => {
  const name = await file('{\n  "training": {\n    "epochs": 2\n    "seed": 1\n  }\n}');
  await expect(readConfigFile(name)).rejects.toMatchObject({ place: { file: name, line: 4 } });
  const cut = await file('{\n  "training": {\n');
  await expect(readConfigFile(cut)).rejects.toMatchObject({ code: 'CONFIG_INVALID', place: { file: cut } });
});

test('JSON nested 100,000 deep, in a field that is not there, is told with its line', async () => {
  const name = await file(`{\n  "training": ${'['.repeat(100_000)}${']'.repeat(100_000)}\n}`);
  await expect(readConfigFile(name)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('nested deeper than 64 levels'),
    place: { file: name, line: 2 },
  });
});

test.skipIf(process.platform === 'win32')(
  'of a file without an end no more is read than a configuration can have',
  async () => {
    await expect(readConfigFile('/dev/zero')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('larger than 1 MiB'),
    });
  },
);

test('a file that is not there is said to be not there', async () => {
  await expect(readConfigFile(path.join(folder, 'none.json'))).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
  });
});

test('a value out of range is told with the range that the flag takes', () => {
  expect(() => overridesOf({ batchSize: 1e9 }, {})).toThrow(
    '--batch-size: a whole number from 1 up to 65536 is wanted',
  );
  expect(() => overridesOf({ learningRate: 0 }, {})).toThrow(
    '--learning-rate: a number above 0 up to 100 is wanted',
  );
});
