import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../support/engine.ts';
import { docker } from '../support/servers.ts';
import { writeShapesDataset } from '../support/shapes-dataset.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { withoutTorch } from './support/torch-image.ts';
import { openTrainingEngine } from './support/training-engine.ts';

// Six trainings with three kills each take minutes; the trainer's own tests resume each task once, without an engine.
const reason = process.env.TRAINYARD_TEST_TRAIN === 'full' ? withoutTorch() : 'by npm run test:train';
if (reason) console.info(`skipped: trainings that are killed and resumed, ${reason}`);

interface Point {
  readonly seq: number;
  readonly step: number;
  readonly values: Record<string, number>;
}

/** What differs between two runs of one config: how long something took, and what else the machine did. */
const isTiming = (name: string) => /seconds|per_second|data_wait|memory/.test(name);

/** The curve of a run, by step: a step that was done again counts as it was done last. */
function curveOf(points: readonly Point[]): Map<number, Record<string, number>> {
  const curve = new Map<number, Record<string, number>>();
  for (const { step, values } of points.toSorted((a, b) => a.seq - b.seq)) {
    const kept = Object.entries(values).filter(([name]) => !isTiming(name));
    curve.set(step, { ...curve.get(step), ...Object.fromEntries(kept) });
  }
  return curve;
}

const tasks = [
  { task: 'classification', model: 'timm/resnet18', data: 'classes', augmentation: { mixup: true } },
  {
    ...{ task: 'detection', model: 'torchvision/fcos_resnet18_fpn', data: 'shapes' },
    augmentation: { randomFlip: true, colorJitter: true },
  },
  {
    ...{ task: 'segmentation', model: 'huggingface/nvidia/mit-b0', data: 'shapes' },
    augmentation: { randomFlip: true, randomRotation: 15 },
  },
] as const;

describe.skipIf(reason !== null)('a training that is killed at three points and resumed', () => {
  let trainings: Awaited<ReturnType<typeof openTrainingEngine>>;
  beforeAll(async () => {
    trainings = await openTrainingEngine({
      classes: (folder) => writeTinyDataset(folder, { images: 40, side: 32 }),
      shapes: (folder) => writeShapesDataset(folder, { images: 40 }),
    });
  }, 120_000);
  afterAll(() => trainings[Symbol.asyncDispose](), 120_000);

  const pointsOf = async (id: string) =>
    (await trainings.json<{ metrics: readonly Point[] }>('runs', 'metrics', id)).metrics;
  const untilOver = (id: string) => trainings.untilOver(id, 600_000);

  test.each(tasks)(
    'has the curve of an unbroken run, learning rate included ($task)',
    async ({ task, model, data, augmentation }) => {
      const [source = '', ...name] = model.split('/');
      const config = {
        task: { type: task },
        model: { source, name: name.join('/') },
        dataset: { name: data, imageSize: 64, augmentation },
        training: {
          ...{ epochs: 5, batchSize: 4, learningRate: 1e-3, optimizer: 'adamw', weightDecay: 0.01, seed: 7 },
          ...{ scheduler: { type: 'cosine', warmupEpochs: 1 }, gradientClip: 5, ema: true, accumulate: 2 },
        },
        resources: { workers: 2 },
      };
      const file = path.join(trainings.folder, `${task}.json`);
      await writeFile(file, JSON.stringify(config));
      const train = () => trainings.train('--config', file, '--executor', 'docker');
      const unbroken = await train();
      expect(await untilOver(unbroken)).toMatchObject({ status: 'completed', error: null });
      const expected = curveOf(await pointsOf(unbroken));
      const lastStep = Math.max(...expected.keys());

      const broken = await train();
      // Early, in the middle of an epoch, and at the beginning of the last one.
      for (const [index, share] of [0.25, 0.5, 0.81].entries()) {
        const step = Math.round(share * lastStep);
        const isThere = async () => (await trainings.eventsOf(broken, index + 1)).includes(`"step":${step},`);
        await waitFor(`step ${step} of attempt ${index + 1}`, isThere, 300_000);
        await docker(['kill', ...(await trainings.containersOf(broken))]);
        expect(await untilOver(broken)).toMatchObject({ status: 'failed' });
        await trainings.json('runs', 'resume', broken);
      }
      expect(await untilOver(broken)).toMatchObject({ status: 'completed', error: null });
      expect(curveOf(await pointsOf(broken))).toEqual(expected);
    },
    1_800_000,
  );
});
