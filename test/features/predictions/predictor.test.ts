import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { onnxRuntime } from '../../../src/main/features/predictions/predictor/predictor-process.ts';
import { isAlive } from '../../../src/main/platform/find-engine.ts';
import { isInRuns } from '../../../src/shared/model/run-lengths.ts';
import { waitFor } from '../../support/engine.ts';
import {
  colourClassifier,
  colourSegmenter,
  crowdedDetector,
  describedModel,
  fixedDetector,
} from '../../support/onnx-model.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { openPredictor, placedModel, root } from './support/predictor.ts';

const colours = ['red', 'green', 'blue'];
const size = { height: 32, width: 48 };
const classifier = () =>
  placedModel(describedModel('classification', colours, size), { 'model.onnx': colourClassifier(size) });

/** An image of one colour, with a green left half where that is wanted. */
async function writeImage(folder: string, colour: string, half?: string): Promise<string> {
  const file = path.join(folder, `${colour.slice(1)}${half ? '-half' : ''}.png`);
  const plain = sharp({ create: { width: 200, height: 100, channels: 3, background: colour } });
  const left = half && { create: { width: 100, height: 100, channels: 3 as const, background: half } };
  const image = left ? plain.composite([{ input: left, left: 0, top: 0 }]) : plain;
  await image.png().toFile(file);
  return file;
}

const code = (error: unknown) => (error as { code?: string }).code;
const refusal = (work: Promise<unknown>) => work.then(() => null, code);

const missing = openPredictor('/').whyNot('trainyard/torch-model');
if (missing) console.warn(`skipped: predictions by ONNX Runtime, ${missing.message}`);
const testWithRuntime = test.skipIf(missing !== null);

test('the command that installs ONNX Runtime names the release that package.json has', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  expect(onnxRuntime).toBe(`onnxruntime-node@${optionalDependencies['onnxruntime-node']}`);
});

test('without ONNX Runtime the torch trainer’s models say what is missing, and the builtin trainer’s predict', async () => {
  await using place = await temporaryFolder();
  // Nothing is installed above this folder.
  const predictor = openPredictor(place.folder, { program: path.join(place.folder, 'predict-program.js') });
  const why = predictor.whyNot('trainyard/torch-model');
  expect(why?.code).toBe('ONNX_RUNTIME_MISSING');
  expect(why?.hint).toContain(`npm install --prefix ${root} --no-save --ignore-scripts onnxruntime-node@`);
  expect(predictor.whyNot('trainyard/builtin-model')).toBeNull();
});

testWithRuntime(
  'a classifier’s classes come surest first, and its model is loaded once for several images',
  async () => {
    await using place = await temporaryFolder();
    await using predictor = openPredictor(place.folder);
    const model = classifier();
    const first = await predictor.predict({
      ...{ model, image: await writeImage(place.folder, '#1020e0'), wantsPreview: true },
    });
    expect(first.classes.map(({ name }) => name)).toEqual(['blue', 'green', 'red']);
    expect(first.classes[0]?.probability).toBeGreaterThan(0.99);
    expect(first.image).toMatchObject({ width: 200, height: 100 });
    expect(first.image.preview).toMatch(/^data:image\/webp;base64,/);
    expect(first.milliseconds.load).not.toBeNull();
    const second = await predictor.predict({
      ...{ model, image: await writeImage(place.folder, '#e01020'), wantsPreview: false },
    });
    expect(second.classes[0]?.name).toBe('red');
    expect(second.image.preview).toBeNull();
    expect(second.milliseconds.load).toBeNull();
    expect(model.written()).toBe(1);
  },
);

testWithRuntime('boxes are in pixels of the image, and what is hardly sure is left out', async () => {
  await using place = await temporaryFolder();
  await using predictor = openPredictor(place.folder);
  const model = placedModel(describedModel('detection', ['corner', 'half'], size), {
    'model.onnx': fixedDetector(size),
  });
  const image = await writeImage(place.folder, '#808080');
  const { objects } = await predictor.predict({ model, image, wantsPreview: false });
  expect(objects).toEqual([
    { class: 1, name: 'half', probability: expect.closeTo(0.9), box: [0, 0, 100, 100], mask: null },
    { class: 0, name: 'corner', probability: expect.closeTo(0.4), box: [150, 75, 50, 25], mask: null },
  ]);
});

testWithRuntime('of more objects than anybody looks at the surest are answered', async () => {
  await using place = await temporaryFolder();
  await using predictor = openPredictor(place.folder);
  const model = placedModel(describedModel('detection', ['speck'], size), {
    'model.onnx': crowdedDetector(size, 100_000),
  });
  const image = await writeImage(place.folder, '#808080');
  const { objects } = await predictor.predict({ model, image, wantsPreview: false });
  expect(objects).toHaveLength(1000);
  expect(objects[0]).toMatchObject({ name: 'speck', probability: 1 });
  expect(objects.at(-1)?.probability).toBeGreaterThan(0.98);
});

testWithRuntime('regions are masks in pixels of the image, with the share that they cover', async () => {
  await using place = await temporaryFolder();
  await using predictor = openPredictor(place.folder);
  const model = placedModel(describedModel('segmentation', ['green', 'blue'], size), {
    'model.onnx': colourSegmenter(size),
  });
  const image = await writeImage(place.folder, '#0000ff', '#ff0000');
  const { classes, objects } = await predictor.predict({ model, image, wantsPreview: false });
  expect(classes).toMatchObject([{ name: 'blue', share: expect.closeTo(0.5) }]);
  const mask = objects[0]?.mask;
  if (!mask || Array.isArray(mask)) throw new Error('there is no mask');
  expect(mask.size).toEqual([100, 200]);
  expect(isInRuns(mask, 99, 50)).toBe(false);
  expect(isInRuns(mask, 101, 50)).toBe(true);
  expect(isInRuns(mask, 199, 99)).toBe(true);
});

testWithRuntime(
  'images that are none, cut off, too large or missing have their codes, and the next one is served',
  async () => {
    await using place = await temporaryFolder();
    await using predictor = openPredictor(place.folder);
    const model = classifier();
    const good = await writeImage(place.folder, '#e01020');
    const write = async (name: string, bytes: Buffer) => {
      const file = path.join(place.folder, name);
      await writeFile(file, bytes);
      return file;
    };
    // A hundred thousand pixels on each side, in a few bytes.
    const bomb = Buffer.from(readFileSync(good));
    bomb.writeUInt32BE(100_000, 16);
    bomb.writeUInt32BE(100_000, 20);
    const cut = readFileSync(good).subarray(0, 150);
    const cases = [
      [await write('text.png', Buffer.from('This is no image.')), 'PREDICTION_IMAGE_REFUSED'],
      [await write('empty.png', Buffer.alloc(0)), 'PREDICTION_IMAGE_REFUSED'],
      [await write('cut.png', cut), 'PREDICTION_IMAGE_REFUSED'],
      [
        await write('drawing.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
        'PREDICTION_IMAGE_REFUSED',
      ],
      [await write('bomb.png', bomb), 'IMAGE_TOO_LARGE'],
      [await write('long.png', Buffer.alloc(64 * 2 ** 20 + 1)), 'PREDICTION_IMAGE_TOO_LARGE'],
      [path.join(place.folder, 'absent.png'), 'PREDICTION_IMAGE_NOT_FOUND'],
      [place.folder, 'PREDICTION_IMAGE_NOT_FOUND'],
    ] as const;
    for (const [image, expected] of cases)
      expect
        .soft(await refusal(predictor.predict({ model, image, wantsPreview: true })), image)
        .toBe(expected);
    const { classes } = await predictor.predict({ model, image: good, wantsPreview: false });
    expect(classes[0]?.name).toBe('red');
    expect(model.written()).toBe(1);
  },
);

testWithRuntime(
  'models that are damaged, of another shape or of another task are named as that',
  async () => {
    await using place = await temporaryFolder();
    await using predictor = openPredictor(place.folder);
    const image = await writeImage(place.folder, '#e01020');
    const whole = colourClassifier(size);
    const models = [
      placedModel(describedModel('classification', colours, size), { 'model.onnx': Buffer.from('no model') }),
      placedModel(describedModel('classification', colours, size), {
        'model.onnx': whole.subarray(0, whole.length / 2),
      }),
      placedModel(describedModel('classification', colours, { height: 8, width: 8 }), {
        'model.onnx': whole,
      }),
      placedModel(describedModel('classification', ['one', 'two'], size), { 'model.onnx': whole }),
      placedModel(describedModel('detection', colours, size), { 'model.onnx': whole }),
    ];
    for (const [index, model] of models.entries())
      expect
        .soft(await refusal(predictor.predict({ model, image, wantsPreview: false })), `${index}`)
        .toBe('MODEL_UNUSABLE');
    const { classes } = await predictor.predict({ model: classifier(), image, wantsPreview: false });
    expect(classes).toHaveLength(3);
  },
);

testWithRuntime(
  'several people at once are served one after the other, and one who leaves costs the others nothing',
  async () => {
    await using place = await temporaryFolder();
    await using predictor = openPredictor(place.folder);
    const model = classifier();
    const image = await writeImage(place.folder, '#1020e0');
    const leaving = new AbortController();
    const all = Array.from({ length: 6 }, (_, index) =>
      predictor.predict({
        ...{
          model,
          image,
          wantsPreview: false,
          signal: index === 0 || index === 3 ? leaving.signal : undefined,
        },
      }),
    );
    leaving.abort(new Error('left'));
    const results = await Promise.allSettled(all);
    expect(results.map(({ status }) => status)).toEqual([
      ...['rejected', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    ]);
  },
);

testWithRuntime('more than a few that wait are refused', async () => {
  await using place = await temporaryFolder();
  await using predictor = openPredictor(place.folder);
  const model = classifier();
  const image = await writeImage(place.folder, '#1020e0');
  const all = await Promise.all(
    Array.from({ length: 40 }, () => refusal(predictor.predict({ model, image, wantsPreview: false }))),
  );
  expect(all.filter((answer) => answer === null)).toHaveLength(32);
  expect(all.filter((answer) => answer === 'PREDICTIONS_BUSY')).toHaveLength(8);
});

testWithRuntime(
  'a process that takes too long or too much memory is ended, and another one serves the next image',
  async () => {
    await using place = await temporaryFolder();
    const image = await writeImage(place.folder, '#1020e0');
    await using slow = openPredictor(place.folder, { timeoutMs: 1 });
    expect(await refusal(slow.predict({ model: classifier(), image, wantsPreview: false }))).toBe(
      'PREDICTION_TIMEOUT',
    );
    if (process.platform !== 'linux') return;
    await using small = openPredictor(place.folder, { mostMemory: 2 ** 20 });
    expect(await refusal(small.predict({ model: classifier(), image, wantsPreview: false }))).toBe(
      'PREDICTION_MEMORY',
    );
  },
);

test('a process that ends by itself says how', async () => {
  await using place = await temporaryFolder();
  const program = path.join(place.folder, 'program.mjs');
  await writeFile(
    program,
    "process.stderr.write('free(): invalid pointer\\n', () => process.kill(process.pid, 'SIGKILL')); process.on('message', () => {});",
  );
  await using predictor = openPredictor(place.folder, { program });
  const image = await writeImage(place.folder, '#1020e0');
  const ended = predictor.predict({ model: classifier(), image, wantsPreview: false });
  await expect(ended).rejects.toMatchObject({
    code: 'PREDICTOR_ENDED',
    message: expect.stringContaining('SIGKILL'),
  });
});

test('a process that ends while its model is placed says how, too', async () => {
  await using place = await temporaryFolder();
  const program = path.join(place.folder, 'program.mjs');
  const started = path.join(place.folder, 'pid');
  await writeFile(
    program,
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(started)}, String(process.pid)); process.exit(7);`,
  );
  await using predictor = openPredictor(place.folder, { program });
  const isOver = async () => existsSync(started) && !isAlive(Number(readFileSync(started, 'utf8')));
  const model = { ...classifier(), writeTo: async () => void (await waitFor('its end', isOver)) };
  const image = await writeImage(place.folder, '#1020e0');
  await expect(predictor.predict({ model, image, wantsPreview: false })).rejects.toMatchObject({
    code: 'PREDICTOR_ENDED',
    message: expect.stringContaining('exit code 7'),
  });
});

testWithRuntime('a process that has nothing to do is ended after a while', async () => {
  await using place = await temporaryFolder();
  await using predictor = openPredictor(place.folder, { keptMs: 1 });
  const model = classifier();
  const image = await writeImage(place.folder, '#1020e0');
  await predictor.predict({ model, image, wantsPreview: false });
  await expect
    .poll(async () => (await predictor.predict({ model, image, wantsPreview: false })).milliseconds.load)
    .not.toBeNull();
});
