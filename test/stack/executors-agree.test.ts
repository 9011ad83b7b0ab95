import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonWith } from '../support/python-with.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { withoutTorch } from './support/torch-image.ts';
import { openTrainingEngine } from './support/training-engine.ts';

/** What keeps the test from running; the Python of the environment, where nothing does. */
function lookAround(): { readonly python: string } | { readonly reason: string } {
  if (process.env.TRAINYARD_TEST_TRAIN !== 'full') return { reason: 'by npm run test:train' };
  const reason = withoutTorch();
  return reason === null ? pythonWith('torch', 'timm', 'safetensors') : { reason };
}

const found = lookAround();
if ('reason' in found)
  console.info(`skipped: the same training in a container and in an environment, ${found.reason}`);

interface Point {
  readonly step: number;
  readonly values: Record<string, number>;
}

describe.skipIf('reason' in found)('the same training', () => {
  let trainings: Awaited<ReturnType<typeof openTrainingEngine>>;
  beforeAll(async () => {
    trainings = await openTrainingEngine(
      { classes: (folder) => writeTinyDataset(folder, { images: 16, side: 32 }) },
      'python' in found ? { TRAINYARD_TRAINER_PYTHON: found.python } : {},
    );
  }, 120_000);
  afterAll(() => trainings[Symbol.asyncDispose](), 120_000);

  test('has the same losses in a container and in an environment', async () => {
    const lossesOf = async (executor: string) => {
      const runId = await trainings.train(
        ...['--dataset', 'classes', '--model', 'timm/resnet18', '--executor', executor, '--epochs', '2'],
        ...['--batch-size', '8', '--learning-rate', '1e-3', '--image-size', '32', '--flip', '--seed', '7'],
      );
      const run = await trainings.untilOver(runId);
      expect(run).toMatchObject({ status: 'completed', error: null, executor });
      const { metrics } = await trainings.json<{ metrics: readonly Point[] }>('runs', 'metrics', runId);
      return metrics.map(({ step, values }) => [step, values.train_loss, values.val_loss] as const);
    };
    const contained = await lossesOf('docker');
    const beside = await lossesOf('venv');
    expect(contained.length).toBeGreaterThan(4);
    expect(beside.map(([step]) => step)).toEqual(contained.map(([step]) => step));
    for (const [index, [step, ...losses]] of contained.entries()) {
      for (const [which, loss] of losses.entries()) {
        const other = beside[index]?.[which + 1];
        if (loss === undefined) expect(other).toBeUndefined();
        else expect(Math.abs(Number(other) / loss - 1), `step ${step}`).toBeLessThan(1e-5);
      }
    }
  }, 480_000);
});
