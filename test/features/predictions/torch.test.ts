import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import type { TorchModel } from '../../../src/main/features/predictions/model-description.ts';
import {
  checkImage,
  pixelsForTorch,
  whiteOf,
} from '../../../src/main/features/predictions/predictor/read-image.ts';
import { areaOfRuns } from '../../../src/shared/model/run-lengths.ts';
import { askPython, pythonWith } from '../../support/python-with.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type TestImage, writeImages } from './support/images.ts';
import { openPredictor, placedModel, root } from './support/predictor.ts';

const found = pythonWith('torch', 'torchvision', 'timm', 'transformers', 'onnx', 'pycocotools');
if ('reason' in found) console.warn(`skipped: predictions against torch's own, ${found.reason}`);

/** Every family of networks, or one for each way that answers are made. */
const isFull = process.env.TRAINYARD_TEST_TRAIN === 'full';
if (isFull) vi.setConfig({ testTimeout: 600_000 });
else console.warn('skipped: predictions of every family of networks, by npm run test:train');

const hasYolo = 'python' in found && 'python' in pythonWith('torch', 'ultralytics');
if (!hasYolo) console.warn('skipped: predictions of yolo11n-seg, no Python has ultralytics');

interface TorchAnswer {
  /** Of a segmentation, the most probable class of each pixel. */
  readonly probabilities?: readonly number[] | readonly (readonly number[])[];
  readonly boxes: readonly (readonly number[])[];
  readonly scores: readonly number[];
  readonly labels: readonly number[];
  /** How much of the input the mask of each covers. */
  readonly shares?: readonly number[];
}

/** Exports a model with its first weights; answers what torch itself finds in the images. ONNX Runtime answers one image and several as torch does. */
async function exportModel(
  folder: string,
  model: { task: string; source: string; name: string; size: [number, number] },
  images: ReadonlyMap<string, TestImage>,
) {
  if ('reason' in found) throw new Error(found.reason);
  const into = path.join(folder, model.name.replaceAll('/', '-'));
  await mkdir(into);
  const script = readFileSync(path.join(import.meta.dirname, 'support', 'export_model.py'), 'utf8');
  const trainer = path.join(root, 'resources', 'trainers', 'torch');
  const args = [trainer, into, JSON.stringify(model), JSON.stringify([...images.values()])];
  const apart = askPython<Record<string, number>>(found.python, script, args, into);
  for (const [output, most] of Object.entries(apart))
    expect.soft(most, output).toBeLessThan(output.startsWith('boxes') ? 0.05 : 0.001);
  const answers = JSON.parse(readFileSync(path.join(into, 'answers.json'), 'utf8')) as TorchAnswer[];
  const description = JSON.parse(readFileSync(path.join(into, 'model.json'), 'utf8')) as TorchModel;
  return { into, answers, model: placedModel(description, { 'model.onnx': path.join(into, 'model.onnx') }) };
}

const probabilitiesOf = <Row>(answers: readonly TorchAnswer[], at: number) =>
  (answers[at]?.probabilities ?? []) as readonly Row[];

/** Torch and ONNX Runtime add in another order; and large JPEGs are decoded smaller by the trainer, which differs by a third of a level on average. */
const tolerance = (name: string) => (name === 'large.jpg' ? 0.05 : 0.001);
/** Pixels of the network's input. */
const boxTolerance = (name: string) => (name === 'large.jpg' ? 2 : 0.05);

/** A mask of an image of fewer pixels than the input has is coarser than the network's. */
const isTiny = ({ width, height }: TestImage) => Math.min(width, height) < 8;

const classifiers = [
  { source: 'timm', name: 'resnet18' },
  ...(isFull
    ? [
        { source: 'timm', name: 'mobilenetv3_large_100' },
        { source: 'timm', name: 'vit_tiny_patch16_224' },
        { source: 'huggingface', name: 'WinKawaks/vit-tiny-patch16-224' },
        { source: 'huggingface', name: 'microsoft/resnet-18' },
      ]
    : []),
];

test.skipIf('reason' in found).each(classifiers)(
  'an image becomes the very bytes that the trainer makes of it, and $name of $source is as sure as in torch',
  async (one) => {
    await using place = await temporaryFolder();
    const images = await writeImages(place.folder);
    const size: [number, number] = [96, 64];
    const { into, answers, model } = await exportModel(
      place.folder,
      { task: 'classification', ...one, size },
      images,
    );
    await using predictor = openPredictor(place.folder);
    for (const [at, [name, image]] of [...images].entries()) {
      const checked = await checkImage(image.file);
      const pixels = await pixelsForTorch(checked, { height: 96, width: 64 }, whiteOf(checked.facts, 4095));
      const expected = readFileSync(path.join(into, `${at}.rgb`));
      const apart = expected.map((value, index) => Math.abs(value - (pixels.data[index] ?? 0)));
      const mean = apart.reduce((sum, value) => sum + value, 0) / apart.length;
      expect.soft(mean, name).toBeLessThanOrEqual(name === 'large.jpg' ? 0.5 : 0);
      const prediction = await predictor.predict({ model, image: image.file, wantsPreview: false });
      expect.soft(prediction.image, name).toMatchObject({ width: image.width, height: image.height });
      const sure = prediction.classes.toSorted((one, other) => one.class - other.class);
      for (const [label, probability] of probabilitiesOf<number>(answers, at).entries())
        expect
          .soft(Math.abs((sure[label]?.probability ?? 0) - probability), name)
          .toBeLessThan(tolerance(name));
    }
    expect(model.written()).toBe(1);
  },
);

const detectors = [
  { task: 'detection', source: 'torchvision', name: 'fcos_resnet18_fpn' },
  ...(hasYolo ? [{ task: 'segmentation', source: 'ultralytics', name: 'yolo11n-seg' }] : []),
  ...(isFull
    ? [
        { task: 'detection', source: 'torchvision', name: 'fasterrcnn_resnet18_fpn' },
        { task: 'detection', source: 'torchvision', name: 'retinanet_resnet18_fpn' },
        { task: 'detection', source: 'torchvision', name: 'ssdlite320_mobilenet_v3_large' },
        { task: 'detection', source: 'huggingface', name: 'facebook/detr-resnet-50' },
        { task: 'detection', source: 'huggingface', name: 'PekingU/rtdetr_r18vd' },
        { task: 'detection', source: 'huggingface', name: 'PekingU/rtdetr_v2_r18vd' },
        ...(hasYolo ? [{ task: 'detection', source: 'ultralytics', name: 'yolo11n' }] : []),
      ]
    : []),
];

test.skipIf('reason' in found).each(detectors)(
  '$name finds the objects that it finds in torch, in pixels of the upright image',
  async (one) => {
    await using place = await temporaryFolder();
    const images = await writeImages(place.folder);
    const { answers, model } = await exportModel(place.folder, { ...one, size: [96, 160] }, images);
    await using predictor = openPredictor(place.folder);
    for (const [at, [name, image]] of [...images].entries()) {
      const { file, width, height } = image;
      const { objects } = await predictor.predict({ model, image: file, wantsPreview: false });
      const missed: string[] = [];
      const { boxes, scores, labels, shares } = answers[at] as TorchAnswer;
      expect.soft(objects.length, name).toBeGreaterThan(5);
      for (const { class: label, box, probability, mask } of objects.slice(0, 20)) {
        const [left = 0, top = 0, wide = 0, high = 0] = box ?? [];
        const inInput = [left, top, left + wide, top + high].map(
          (value, side) => value * (side % 2 === 0 ? 160 / width : 96 / height),
        );
        const near = boxes.findIndex(
          (other, index) =>
            labels[index] === label &&
            Math.abs((scores[index] ?? 0) - probability) < tolerance(name) * 5 &&
            other.every((value, side) => Math.abs(value - (inInput[side] ?? 0)) < boxTolerance(name)),
        );
        if (near < 0) {
          missed.push(`${label} ${probability} at ${inInput}`);
          continue;
        }
        if (isTiny(image)) continue;
        const covered = mask && !Array.isArray(mask) ? areaOfRuns(mask) / width / height : 0;
        // An input's pixel is not a whole number of the image's.
        expect
          .soft(Math.abs(covered - (shares?.[near] ?? 0)), name)
          .toBeLessThan(name === 'large.jpg' ? 0.1 : 0.05);
      }
      // Of pixels that are nearly the same, a network is nearly as sure.
      if (name === 'large.jpg') expect.soft(missed.length, name).toBeLessThan(10);
      else expect.soft(missed, name).toEqual([]);
    }
  },
);

const segmenters = [
  { source: 'huggingface', name: 'nvidia/mit-b0' },
  ...(isFull
    ? [
        { source: 'torchvision', name: 'deeplabv3_mobilenet_v3_large' },
        { source: 'torchvision', name: 'lraspp_mobilenet_v3_large' },
      ]
    : []),
];

test.skipIf('reason' in found).each(segmenters)(
  '$name gives the pixels of an image the classes that torch gives them',
  async (one) => {
    await using place = await temporaryFolder();
    const images = await writeImages(place.folder);
    const { answers, model } = await exportModel(
      place.folder,
      { task: 'segmentation', ...one, size: [64, 96] },
      images,
    );
    await using predictor = openPredictor(place.folder);
    for (const [at, [name, image]] of [...images].entries()) {
      const { file, width, height } = image;
      const { classes, objects } = await predictor.predict({ model, image: file, wantsPreview: false });
      const map = probabilitiesOf<number[]>(answers, at).flat();
      for (const label of [1, 2, 3]) {
        const share = map.filter((value) => value === label).length / map.length;
        const own = classes.find((each) => each.class === label - 1)?.share ?? 0;
        expect
          .soft(Math.abs(own - share), `${name}: ${label}`)
          .toBeLessThan(name === 'large.jpg' ? 0.03 : 0.002);
        const mask = objects.find((each) => each.class === label - 1)?.mask;
        if (!mask || Array.isArray(mask) || isTiny(image)) continue;
        expect(mask.size).toEqual([height, width]);
        // An input's pixel is not a whole number of the image's.
        expect.soft(Math.abs(areaOfRuns(mask) / width / height - share), name).toBeLessThan(0.05);
      }
    }
  },
);
