import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cliJson, type RunningEngine, runCli, startEngine, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { withoutTorch } from './support/torch-image.ts';

const reason = withoutTorch();
if (reason) console.info(`skipped: pretrained weights in containers, ${reason}`);

interface Run {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
}

describe.skipIf(reason !== null)('a training from weights that were stored', () => {
  let place: Awaited<ReturnType<typeof preparedHome>>;
  let engine: RunningEngine;
  const json = <T>(...args: string[]) => cliJson<T>(place.home, args);
  const ended = (id: string) =>
    waitFor(
      `run ${id} to end`,
      async () => {
        const { runs } = await json<{ runs: readonly Run[] }>('runs', 'list');
        const run = runs.find((one) => one.id === id);
        return run && ['completed', 'failed', 'cancelled'].includes(run.status) && run;
      },
      240_000,
    );
  const train = (dataset: string, ...more: string[]) => [
    ...[
      'train',
      '--project',
      'demo',
      '--dataset',
      dataset,
      '--model',
      'timm/resnet18',
      '--executor',
      'docker',
    ],
    ...['--epochs', '1', '--batch-size', '4', '--image-size', '32', '--seed', '7', '--workers', '0', ...more],
  ];
  const directoryOf = (id: string) => path.join(place.home, 'runs', id, '1');

  beforeAll(async () => {
    place = await preparedHome();
    const folder = path.dirname(place.home);
    // What is in the caches of whoever runs the tests does not count.
    const caches = { HF_HOME: path.join(folder, 'hf'), TORCH_HOME: path.join(folder, 'torch') };
    [engine] = await Promise.all([
      startEngine(place.home, undefined, caches),
      writeTinyDataset(path.join(folder, 'three'), { images: 8, side: 16 }),
      writeTinyDataset(path.join(folder, 'four'), { images: 8, side: 16, classes: 4, seed: 3 }),
    ]);
    await json('project', 'create', 'demo');
    for (const name of ['three', 'four'])
      await json('dataset', 'import', path.join(folder, name), '--project', 'demo', '--name', name);
  }, 120_000);

  afterAll(async () => {
    await engine.stop();
    await place[Symbol.asyncDispose]();
  });

  test('is refused before the queue where there are none, and begins with those that another training left, with a head for its own classes', async () => {
    const refused = await runCli(place.home, [...train('three', '--pretrained'), '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'WEIGHTS_MISSING' });
    expect((await json<{ runs: readonly Run[] }>('runs', 'list')).runs).toEqual([]);

    const first = await json<{ runId: string }>(...train('three'));
    expect(await ended(first.runId)).toMatchObject({ status: 'completed', error: null });
    const file = path.join(directoryOf(first.runId), 'artifacts', 'model.safetensors');
    const stored = await json<{ id: string; sha256: string }>(
      ...['weights', 'add', file, '--model', 'timm/resnet18', '--name', 'mine'],
    );

    // By the model alone: what is stored for it is found.
    const second = await json<{ runId: string }>(...train('four', '--pretrained'));
    expect(await ended(second.runId)).toMatchObject({ status: 'completed', error: null });
    const config = JSON.parse(await readFile(path.join(directoryOf(second.runId), 'config.json'), 'utf8'));
    expect(config.model.pretrainedWeights).toBe('/trainyard/weights/model.safetensors');
    const { HostConfig } = JSON.parse(
      await readFile(path.join(directoryOf(second.runId), 'container.json'), 'utf8'),
    );
    expect(HostConfig.NetworkMode).toBe('none');
    expect(HostConfig.Mounts).toContainEqual(
      expect.objectContaining({
        ...{ Source: path.join(place.home, 'objects', 'models', 'weights', stored.id, 'model.safetensors') },
        ...{ Target: '/trainyard/weights/model.safetensors', ReadOnly: true },
      }),
    );
    const log = await readFile(path.join(directoryOf(second.runId), 'events.jsonl'), 'utf8');
    const lines = log.split('\n').filter((line) => line.includes('Starting from the weights'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('fc');
    expect(await readdir(path.join(directoryOf(second.runId), 'artifacts'))).toContain('model.safetensors');
  }, 480_000);
});
