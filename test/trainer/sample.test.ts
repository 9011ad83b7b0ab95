import { expect, test } from 'vitest';
import { sampleRun } from './support/sample-run.ts';
import { losses, train } from './support/trainer.ts';

// How well it learns to its end is looked at in test/e2e/first-start.test.ts.
test('a training on the sample has a loss for each step, and its progress ends with the last', async () => {
  await using run = await sampleRun({ epochs: 2 });
  expect(run.classes).toHaveLength(10);
  const { result, events } = await train(run.directory);
  expect(result).toMatchObject({ status: 'completed' });
  expect((result.metrics as { val_accuracy: number }).val_accuracy).toBeGreaterThan(0.5);
  expect(losses(events)).toHaveLength(run.epochs * 63);
  const progress = events.filter(({ type }) => type === 'progress');
  expect(progress[0]).toMatchObject({ step: 0, etaMs: null });
  expect(progress.at(-1)).toMatchObject({ step: run.epochs * 63, steps: run.epochs * 63 });
});
