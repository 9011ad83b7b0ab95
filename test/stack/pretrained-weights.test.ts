import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/engine.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { withoutTorch } from './support/torch-image.ts';
import { openTrainingEngine } from './support/training-engine.ts';

const reason = withoutTorch();
if (reason) console.info(`skipped: pretrained weights in containers, ${reason}`);

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
