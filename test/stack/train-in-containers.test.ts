import { readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, waitFor } from '../support/engine.ts';
import { docker } from '../support/servers.ts';
import { writeShapesDataset } from '../support/shapes-dataset.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { withoutTorch } from './support/torch-image.ts';
import { openTrainingEngine } from './support/training-engine.ts';

/** Full versions (`npm run test:train`): as many images and epochs as it takes to learn. */
const isFull = process.env.TRAINYARD_TEST_TRAIN === 'full';
const reason = withoutTorch();
if (reason) console.info(`skipped: trainings in containers, ${reason}`);
else if (!isFull) console.info('shortened: one family of models in containers; all by npm run test:train');

const sample = path.resolve(import.meta.dirname, '../../resources/samples/fashion-mnist.tar.gz');

const families = [
  {
    ...{ model: 'timm/resnet18', data: 'classes', metric: 'val_accuracy', goal: 0.85 },
    ...{ imageSize: 32, epochs: 4, batchSize: 64, learningRate: 2e-3 },
  },
  {
    ...{ model: 'torchvision/fcos_resnet18_fpn', data: 'shapes', metric: 'val_map50', goal: 0.5 },
    ...{ imageSize: 96, epochs: 8, batchSize: 8, learningRate: 5e-4 },
  },
  {
    ...{ model: 'ultralytics/yolo11n', data: 'shapes', metric: 'val_map50', goal: 0.5 },
    ...{ imageSize: 128, epochs: 40, batchSize: 8, learningRate: 2e-3 },
  },
  {
    ...{ model: 'huggingface/nvidia/mit-b0', data: 'shapes', metric: 'val_miou', goal: 0.6 },
    ...{ imageSize: 128, epochs: 6, batchSize: 8, learningRate: 1e-3 },
  },
] as const;

describe.skipIf(reason !== null)('a training in a container', () => {
  let trainings: Awaited<ReturnType<typeof openTrainingEngine>>;
  beforeAll(async () => {
    trainings = await openTrainingEngine({
      classes: async (folder) => (isFull ? sample : writeTinyDataset(folder, { images: 12, side: 16 })),
      shapes: (folder) => writeShapesDataset(folder, isFull ? { images: 240, side: 128 } : { images: 10 }),
    });
  }, 120_000);
  afterAll(() => trainings[Symbol.asyncDispose](), 120_000);

  // What differs between families is the trainer's, and is tried without a container in the usual run; this one brings a trainer of its own.
  test.each(families.filter(({ model }) => isFull || model.startsWith('ultralytics/')))(
    '$model learns, leaves a model, and no container',
    async ({ model, data, metric, goal, imageSize, epochs, batchSize, learningRate }) => {
      const [task] = metric === 'val_miou' ? ['segmentation'] : [];
      const runId = await trainings.train(
        ...['--dataset', data, '--model', model, '--executor', 'docker'],
        ...(task ? ['--task', task] : []),
        ...['--epochs', String(isFull ? epochs : 1), '--batch-size', String(isFull ? batchSize : 4)],
        ...['--learning-rate', String(learningRate), '--image-size', String(isFull ? imageSize : 32)],
        ...['--seed', '7', '--workers', '0'],
      );
      const run = await trainings.untilOver(runId, isFull ? 3_600_000 : 240_000);
      expect(run.error).toBeNull();
      expect(run.status).toBe('completed');
      expect(run.finalMetrics).toHaveProperty(metric);
      if (isFull) expect(run.finalMetrics?.[metric]).toBeGreaterThanOrEqual(goal);
      expect(await readdir(path.join(trainings.directoryOf(runId), 'artifacts'))).toEqual(
        expect.arrayContaining(['model.onnx', 'model.safetensors', 'model_card.md', 'onnx_check.json']),
      );
      expect(await trainings.containersOf(runId)).toEqual([]);
    },
    isFull ? 3_700_000 : 300_000,
  );

  test('its container has the mounts, limits and account of its plan and nothing more, and goes with it', async () => {
    const runId = await trainings.train(
      ...['--dataset', 'classes', '--model', 'timm/resnet18'],
      ...['--executor', 'docker', '--epochs', '500', '--memory', '2', '--image-size', '32', '--workers', '0'],
    );
    await trainings.until(runId, ['running'], 120_000);
    const [id = ''] = await waitFor('a container', async () => {
      const found = await trainings.containersOf(runId);
      return found.length === 1 && found;
    });
    const [seen] = JSON.parse(await docker(['inspect', id]));
    const plan = JSON.parse(
      await readFile(path.join(trainings.directoryOf(runId), 'container.json'), 'utf8'),
    );
    const { HostConfig: host, Config: config, Mounts: mounts } = seen;
    expect(host).toMatchObject({
      ...{ NetworkMode: 'none', CapDrop: ['ALL'], CapAdd: null, Privileged: false, ReadonlyRootfs: true },
      ...{
        SecurityOpt: ['no-new-privileges'],
        Binds: null,
        DeviceRequests: [],
      },
      ...{ Memory: 2 * 1024 ** 3, MemorySwap: 2 * 1024 ** 3, PidsLimit: plan.HostConfig.PidsLimit },
      ...{ ShmSize: plan.HostConfig.ShmSize, NanoCpus: plan.HostConfig.NanoCpus },
    });
    expect([host.PortBindings ?? {}, host.Devices ?? []]).toEqual([{}, []]);
    expect(config.User).toBe(plan.User);
    expect(config.User).not.toMatch(/^(0|root)?(:|$)/);
    expect(config.Labels).toMatchObject({ 'trainyard.run': runId, 'trainyard.attempt': '1' });
    const shown = (mounts as { Source: string; Destination: string; RW: boolean }[])
      .map(({ Source, Destination, RW }) => [Source, Destination, RW])
      .sort();
    const directory = await realpath(trainings.directoryOf(runId));
    expect(shown).toEqual(
      [
        [directory, '/trainyard/run', true],
        // What says how the container is to be is not the trainer's to change.
        ...['config.json', 'container.json'].map((file) => [
          path.join(directory, file),
          `/trainyard/run/${file}`,
          false,
        ]),
        [await realpath(path.join(trainings.home, 'objects', 'datasets')), '/trainyard/data', false],
      ].sort(),
    );
    await waitFor('an event', async () => (await trainings.eventsOf(runId)).includes('"metric"'), 120_000);
    await trainings.json('runs', 'cancel', runId);
    await trainings.until(runId, ['cancelled'], 60_000);
    expect(await trainings.containersOf(runId)).toEqual([]);
  }, 300_000);

  test(
    'a container goes on where its supervisor is killed, and killed itself is a failed run that says so and can be resumed',
    async () => {
      const runId = await trainings.train(
        ...['--dataset', 'classes', '--model', 'timm/resnet18'],
        ...['--executor', 'docker', '--epochs', '500', '--image-size', '32', '--workers', '0'],
      );
      const file = path.join(trainings.directoryOf(runId), 'events.jsonl');
      await waitFor(
        'a checkpoint',
        async () => (await readFile(file, 'utf8').catch(() => '')).includes('"checkpoint"'),
        isFull ? 900_000 : 180_000,
      );
      const supervisorOf = async (): Promise<number> =>
        JSON.parse(await readFile(path.join(trainings.directoryOf(runId), 'supervisor.json'), 'utf8')).pid;
      const first = await supervisorOf();
      process.kill(first, 'SIGKILL');
      await waitFor('another supervisor', async () => (await supervisorOf()) !== first);
      expect((await trainings.show(runId)).status).toBe('running');
      const [id = ''] = await trainings.containersOf(runId);
      await docker(['kill', id]);
      const failed = await trainings.until(runId, ['failed'], 60_000);
      expect(failed.error).toContain('SIGKILL');
      expect(await trainings.containersOf(runId)).toEqual([]);
      await trainings.json('runs', 'resume', runId);
      await waitFor(
        'a step of the second attempt',
        async () => (await trainings.eventsOf(runId, 2)).includes('"metric"'),
        isFull ? 300_000 : 120_000,
      );
      const config = JSON.parse(
        await readFile(path.join(trainings.directoryOf(runId, 2), 'config.json'), 'utf8'),
      );
      expect(config.resume.from).toMatch(/^\/trainyard\/checkpoint\/(?:last|best)-\d+$/);
      const { code } = await runCli(trainings.home, ['runs', 'cancel', runId]);
      expect(code).toBe(0);
      await trainings.until(runId, ['cancelled'], 60_000);
      expect(await trainings.containersOf(runId)).toEqual([]);
    },
    isFull ? 1_500_000 : 420_000,
  );
});
