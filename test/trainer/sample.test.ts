import { expect, test } from 'vitest';
import { sampleRun } from './support/sample-run.ts';
import { losses, train } from './support/trainer.ts';

test('on the sample, the defaults pass 85 % validation accuracy', { timeout: 600_000 }, async () => {
  await using run = await sampleRun();
  expect(run.classes).toHaveLength(10);
  const { result, events } = await train(run.directory);
  expect(result).toMatchObject({ status: 'completed' });
  expect((result.metrics as { val_accuracy: number }).val_accuracy).toBeGreaterThan(0.85);
  expect(losses(events)).toHaveLength(run.epochs * 63);
  const progress = events.filter(({ type }) => type === 'progress');
  expect(progress[0]).toMatchObject({ step: 0, etaMs: null });
  expect(progress.at(-1)).toMatchObject({ step: run.epochs * 63, steps: run.epochs * 63 });
});
