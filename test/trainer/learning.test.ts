import { expect, test } from 'vitest';
import { learningRateAt } from '../../resources/trainers/builtin/schedule.ts';
import { pictures, tinyRun } from './support/tiny-run.ts';
import { train } from './support/trainer.ts';

const plateau = { factor: 1, best: null, worse: 0 };
const rates = (type: 'cosine' | 'step' | 'plateau' | 'onecycle' | 'linear' | 'none', warmupEpochs = 0) =>
  Array.from({ length: 100 }, (_, step) =>
    learningRateAt({ learningRate: 1, epochs: 10, scheduler: { type, warmupEpochs } }, step, 10, plateau),
  );

test('schedules rise over the warm-up, reach the learning rate and end where they should', () => {
  expect(new Set(rates('none'))).toEqual(new Set([1]));
  expect(rates('cosine')[0]).toBe(1);
  expect(rates('cosine')[50]).toBeCloseTo(0.5, 10);
  expect(rates('cosine')[99]).toBeLessThan(0.001);
  expect(rates('linear')[75]).toBeCloseTo(0.25, 10);
  expect([...new Set(rates('step').map((rate) => rate.toFixed(3)))]).toEqual(['1.000', '0.100', '0.010']);
  const warm = rates('cosine', 2);
  expect(warm.slice(0, 20)).toEqual(warm.slice(0, 20).toSorted((a, b) => a - b));
  expect(Math.max(...warm)).toBe(1);
  const cycle = rates('onecycle');
  expect(cycle[0]).toBeCloseTo(1 / 25, 10);
  expect(cycle.indexOf(Math.max(...cycle))).toBe(30);
  expect(cycle[99]).toBeLessThan(0.001);
  expect(
    learningRateAt({ learningRate: 1, epochs: 10, scheduler: { type: 'plateau', warmupEpochs: 0 } }, 5, 10, {
      ...plateau,
      factor: 0.5,
    }),
  ).toBe(0.5);
});

test.each([
  ['sgd', 0.02],
  ['adam', 0.005],
  ['rmsprop', 0.0005],
] as const)('%s learns the stripes', async (optimizer, learningRate) => {
  await using run = await tinyRun(await pictures(16), {
    training: {
      optimizer,
      learningRate,
      epochs: 12,
      weightDecay: 0.0001,
      scheduler: { type: 'linear', warmupEpochs: 1 },
    },
  });
  const { result } = await train(run.directory);
  expect(result).toMatchObject({ status: 'completed', metrics: { val_accuracy: 1 } });
});

test('early stopping ends a training whose metric gets no better and saves the best epoch’s model', async () => {
  await using run = await tinyRun(await pictures(16), {
    training: { epochs: 200, earlyStop: { enabled: true, patience: 2, metric: 'val_accuracy' } },
  });
  const { events, result, exitCode } = await train(run.directory);
  expect(exitCode).toBe(0);
  const { best_epoch: best } = result.metrics as { best_epoch: number };
  expect(result).toMatchObject({ status: 'completed' });
  const epochs = events
    .filter(({ type, kind }) => type === 'checkpoint' && kind === 'last')
    .map(({ epoch }) => Number(epoch));
  expect(epochs.at(-1)).toBe(best + 2);
  expect(events.some(({ message }) => String(message).startsWith('Stopped early'))).toBe(true);
});
