import { readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cliJson, type RunningEngine, runCli, startEngine, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { rest } from '../support/rest.ts';
import { docker } from '../support/servers.ts';
import { writeShapesDataset } from '../support/shapes-dataset.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { withoutTorch } from './support/torch-image.ts';

/** Full versions (`npm run test:train`): as many images and epochs as it takes to learn. */
const isFull = process.env.TRAINYARD_TEST_TRAIN === 'full';
const reason = withoutTorch();
if (reason) console.info(`skipped: trainings in containers, ${reason}`);

interface Run {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly executor: string;
  readonly finalMetrics: Record<string, number> | null;
  readonly attempts: readonly {
    readonly runDirectory: string;
    readonly status: string;
    cause: string | null;
  }[];
}

const families = [
  {
    ...{ model: 'timm/resnet18', data: 'classes', metric: 'val_accuracy', goal: 0.85 },
    ...{ imageSize: 32, epochs: 4, batchSize: 64, learningRate: 2e-3 },
  },
  {
    ...{ model: 'torchvision/fcos_resnet18_fpn', data: 'shapes', metric: 'val_map50', goal: 0.5 },
    ...{ imageSize: 128, epochs: 20, batchSize: 8, learningRate: 5e-4 },
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
  let place: Awaited<ReturnType<typeof preparedHome>>;
  let home: string;
  let engine: RunningEngine;
  const json = <T>(...args: string[]) => cliJson<T>(home, args);
  // Not by the command line: each look would be a program that takes a core from the training.
  const show = (id: string) => rest<Run>(engine, 'GET', `/runs/${id}`);
  const until = (id: string, statuses: readonly string[], timeoutMs: number) =>
    waitFor(
      `run ${id} to be ${statuses.join(' or ')}`,
      async () => {
        const run = await show(id);
        return statuses.includes(run.status) && run;
      },
      timeoutMs,
    );
  const over = ['completed', 'failed', 'cancelled'];
  const directoryOf = (id: string, attempt = 1) => path.join(home, 'runs', id, String(attempt));
  const containersOf = async (id: string) =>
    (await docker(['ps', '-aq', '--filter', `label=trainyard.run=${id}`])).trim().split('\n').filter(Boolean);

  beforeAll(async () => {
    place = await preparedHome();
    home = place.home;
    const folder = path.dirname(home);
    [engine] = await Promise.all([
      startEngine(home),
      writeTinyDataset(path.join(folder, 'classes'), { images: 12, side: 16 }),
      writeShapesDataset(path.join(folder, 'shapes'), isFull ? { images: 240, side: 128 } : { images: 10 }),
    ]);
    await json('project', 'create', 'demo');
    const sample = path.resolve(import.meta.dirname, '../../resources/samples/fashion-mnist.tar.gz');
    const classes = isFull ? sample : path.join(folder, 'classes');
    await json('dataset', 'import', classes, '--project', 'demo', '--name', 'classes');
    await json('dataset', 'import', path.join(folder, 'shapes'), '--project', 'demo', '--name', 'shapes');
  }, 120_000);

  afterAll(async () => {
    const { runs } = await json<{ runs: readonly Run[] }>('runs', 'list');
    for (const { id, status } of runs) if (!over.includes(status)) await json('runs', 'cancel', id);
    for (const { id } of runs) await until(id, over, 60_000);
    await engine.stop();
    await place[Symbol.asyncDispose]();
  });

  test.each(families)(
    '$model learns, leaves a model, and no container',
    async ({ model, data, metric, goal, imageSize, epochs, batchSize, learningRate }) => {
      const [task] = metric === 'val_miou' ? ['segmentation'] : [];
      const { runId } = await json<{ runId: string }>(
        ...['train', '--project', 'demo', '--dataset', data, '--model', model, '--executor', 'docker'],
        ...(task ? ['--task', task] : []),
        ...['--epochs', String(isFull ? epochs : 1), '--batch-size', String(isFull ? batchSize : 4)],
        ...['--learning-rate', String(learningRate), '--image-size', String(isFull ? imageSize : 32)],
        ...['--seed', '7', '--workers', '0'],
      );
      const run = await until(runId, over, isFull ? 3_600_000 : 240_000);
      expect(run.error).toBeNull();
      expect(run.status).toBe('completed');
      expect(run.finalMetrics).toHaveProperty(metric);
      if (isFull) expect(run.finalMetrics?.[metric]).toBeGreaterThanOrEqual(goal);
      expect(await readdir(path.join(directoryOf(runId), 'artifacts'))).toEqual(
        expect.arrayContaining(['model.onnx', 'model.safetensors', 'model_card.md', 'onnx_check.json']),
      );
      expect(await containersOf(runId)).toEqual([]);
    },
    isFull ? 3_700_000 : 300_000,
  );

  test('its container has the mounts, limits and account of its plan and nothing more, and goes with it', async () => {
    const { runId } = await json<{ runId: string }>(
      ...['train', '--project', 'demo', '--dataset', 'classes', '--model', 'timm/resnet18'],
      ...['--executor', 'docker', '--epochs', '500', '--memory', '2', '--image-size', '32', '--workers', '0'],
    );
    await until(runId, ['running'], 120_000);
    const [id = ''] = await waitFor('a container', async () => {
      const found = await containersOf(runId);
      return found.length === 1 && found;
    });
    const [seen] = JSON.parse(await docker(['inspect', id]));
    const plan = JSON.parse(await readFile(path.join(directoryOf(runId), 'container.json'), 'utf8'));
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
    expect(shown).toEqual(
      [
        [await realpath(directoryOf(runId)), '/trainyard/run', true],
        [await realpath(path.join(home, 'objects', 'datasets')), '/trainyard/data', false],
      ].sort(),
    );
    await waitFor(
      'an event',
      async () =>
        (await readFile(path.join(directoryOf(runId), 'events.jsonl'), 'utf8').catch(() => '')).includes(
          '"metric"',
        ),
      120_000,
    );
    await json('runs', 'cancel', runId);
    await until(runId, ['cancelled'], 60_000);
    expect(await containersOf(runId)).toEqual([]);
  }, 300_000);

  test('a container goes on where its supervisor is killed, and killed itself is a failed run that says so and can be resumed', async () => {
    const { runId } = await json<{ runId: string }>(
      ...['train', '--project', 'demo', '--dataset', 'classes', '--model', 'timm/resnet18'],
      ...['--executor', 'docker', '--epochs', '500', '--image-size', '32', '--workers', '0'],
    );
    const file = path.join(directoryOf(runId), 'events.jsonl');
    await waitFor(
      'a checkpoint',
      async () => (await readFile(file, 'utf8').catch(() => '')).includes('"checkpoint"'),
      180_000,
    );
    const supervisorOf = async (): Promise<number> =>
      JSON.parse(await readFile(path.join(directoryOf(runId), 'supervisor.json'), 'utf8')).pid;
    const first = await supervisorOf();
    process.kill(first, 'SIGKILL');
    await waitFor('another supervisor', async () => (await supervisorOf()) !== first);
    expect((await show(runId)).status).toBe('running');
    const [id = ''] = await containersOf(runId);
    await docker(['kill', id]);
    const failed = await until(runId, ['failed'], 60_000);
    expect(failed.error).toContain('SIGKILL');
    expect(await containersOf(runId)).toEqual([]);
    await json('runs', 'resume', runId);
    await waitFor(
      'a step of the second attempt',
      async () =>
        (await readFile(path.join(directoryOf(runId, 2), 'events.jsonl'), 'utf8').catch(() => '')).includes(
          '"metric"',
        ),
      120_000,
    );
    const config = JSON.parse(await readFile(path.join(directoryOf(runId, 2), 'config.json'), 'utf8'));
    expect(config.resume.from).toMatch(/^\/trainyard\/checkpoint\/(?:last|best)-\d+$/);
    const { code } = await runCli(home, ['runs', 'cancel', runId]);
    expect(code).toBe(0);
    await until(runId, ['cancelled'], 60_000);
    expect(await containersOf(runId)).toEqual([]);
  }, 420_000);
});
