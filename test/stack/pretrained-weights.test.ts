import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/engine.ts';
import { pythonWith } from '../support/python-with.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { withoutTorch } from './support/torch-image.ts';
import { openTrainingEngine } from './support/training-engine.ts';

const reason = withoutTorch();
const found =
  process.env.TRAINYARD_TEST_TRAIN === 'full'
    ? pythonWith('torch', 'timm', 'safetensors')
    : { reason: 'by npm run test:train' };
if ('reason' in found) console.info(`skipped: pretrained weights in an environment, ${found.reason}`);
if (reason) console.info(`skipped: pretrained weights in containers, ${reason}`);

interface Point {
  readonly step: number;
  readonly values: Record<string, number>;
}

describe.skipIf(reason !== null)('a training from weights that were stored', () => {
  let trainings: Awaited<ReturnType<typeof openTrainingEngine>>;
  beforeAll(async () => {
    trainings = await openTrainingEngine({
      three: (folder) => writeTinyDataset(folder, { images: 8, side: 16 }),
      four: (folder) => writeTinyDataset(folder, { images: 8, side: 16, classes: 4, seed: 3 }),
    });
  }, 120_000);
  afterAll(() => trainings[Symbol.asyncDispose](), 120_000);

  const settings = (dataset: string, ...more: string[]) => [
    ...['--dataset', dataset, '--model', 'timm/resnet18', '--executor', 'docker', '--epochs', '1'],
    ...['--batch-size', '4', '--image-size', '32', '--seed', '7', '--workers', '0', ...more],
  ];

  test('is refused before the queue where there are none, and begins with those that another training left, with a head for its own classes', async () => {
    const refused = await runCli(trainings.home, [
      ...['train', '--project', 'demo', ...settings('three', '--pretrained'), '--json'],
    ]);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'WEIGHTS_MISSING' });
    expect(await trainings.json('runs', 'list')).toMatchObject({ runs: [] });

    const first = await trainings.train(...settings('three'));
    expect(await trainings.untilOver(first)).toMatchObject({ status: 'completed', error: null });
    const file = path.join(trainings.directoryOf(first), 'artifacts', 'model.safetensors');
    const stored = await trainings.json<{ id: string; sha256: string }>(
      ...['weights', 'add', file, '--model', 'timm/resnet18', '--name', 'mine'],
    );

    // By the model alone: what is stored for it is found.
    const second = await trainings.train(...settings('four', '--pretrained'));
    expect(await trainings.untilOver(second)).toMatchObject({ status: 'completed', error: null });
    const config = JSON.parse(
      await readFile(path.join(trainings.directoryOf(second), 'config.json'), 'utf8'),
    );
    expect(config.model.pretrainedWeights).toBe('/trainyard/weights/model.safetensors');
    const { HostConfig } = JSON.parse(
      await readFile(path.join(trainings.directoryOf(second), 'container.json'), 'utf8'),
    );
    expect(HostConfig.NetworkMode).toBe('none');
    expect(HostConfig.Mounts).toContainEqual(
      expect.objectContaining({
        ...{
          Source: path.join(trainings.home, 'objects', 'models', 'weights', stored.id, 'model.safetensors'),
        },
        ...{ Target: '/trainyard/weights/model.safetensors', ReadOnly: true },
      }),
    );
    const log = await trainings.eventsOf(second);
    const lines = log.split('\n').filter((line) => line.includes('Starting from the weights'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('fc');
    expect(await readdir(path.join(trainings.directoryOf(second), 'artifacts'))).toContain(
      'model.safetensors',
    );
  }, 480_000);
});

/** A Python that has no network, whatever this machine has. */
async function pythonWithoutNetwork(folder: string, python: string): Promise<string> {
  const file = path.join(folder, 'python');
  await writeFile(file, `#!/bin/sh\nexec unshare --user --map-root-user --net ${python} "$@"\n`, {
    mode: 0o755,
  });
  return file;
}

const canUnshare = (() => {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--net', 'true'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
})();
if (!canUnshare)
  console.info('skipped: pretrained weights without a network, no network can be taken away here');

test.skipIf('reason' in found || !canUnshare)(
  'in an environment without a network a training begins with weights that were stored, and twice in the same way',
  async () => {
    if ('reason' in found) throw new Error(found.reason);
    await using place = await temporaryFolder();
    const python = await pythonWithoutNetwork(place.folder, found.python);
    await using trainings = await openTrainingEngine(
      {
        three: (folder) => writeTinyDataset(folder, { images: 8, side: 16 }),
        four: (folder) => writeTinyDataset(folder, { images: 8, side: 16, classes: 4, seed: 3 }),
      },
      { TRAINYARD_TRAINER_PYTHON: python },
    );
    const settings = (dataset: string, ...more: string[]) => [
      ...['--dataset', dataset, '--model', 'timm/resnet18', '--executor', 'venv', '--epochs', '1'],
      ...['--batch-size', '4', '--image-size', '32', '--seed', '7', '--workers', '0', ...more],
    ];
    const first = await trainings.train(...settings('three'));
    expect(await trainings.untilOver(first)).toMatchObject({ status: 'completed', error: null });
    const file = path.join(trainings.directoryOf(first), 'artifacts', 'model.safetensors');
    const stored = await trainings.json<{ id: string; sha256: string }>(
      ...['weights', 'add', file, '--model', 'timm/resnet18', '--name', 'mine'],
    );
    // Neither the file that they came from nor a hub is asked any more.
    await rm(file);
    const lossesOf = async (runId: string) => {
      const { metrics } = await trainings.json<{ metrics: readonly Point[] }>('runs', 'metrics', runId);
      return metrics.map(({ step, values }) => [step, values.train_loss, values.val_loss]);
    };
    const second = await trainings.train(...settings('four', '--pretrained'));
    expect(await trainings.untilOver(second)).toMatchObject({ status: 'completed', error: null });
    const third = await trainings.train(...settings('four', '--pretrained'));
    expect(await trainings.untilOver(third)).toMatchObject({ status: 'completed', error: null });
    expect(await lossesOf(third)).toEqual(await lossesOf(second));
    const config = JSON.parse(
      await readFile(path.join(trainings.directoryOf(second), 'config.json'), 'utf8'),
    );
    expect(config.model.pretrainedWeights).toBe(
      path.join(trainings.home, 'objects', 'models', 'weights', stored.id, 'model.safetensors'),
    );
    const log = await trainings.eventsOf(second);
    expect(log.split('\n').filter((line) => line.includes('Starting from the weights'))).toHaveLength(1);
    const fresh = await trainings.train(...settings('four'));
    expect(await trainings.untilOver(fresh)).toMatchObject({ status: 'completed' });
    expect((await lossesOf(fresh))[0]).not.toEqual((await lossesOf(second))[0]);
  },
  480_000,
);
