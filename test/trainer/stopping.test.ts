import { expect, test } from 'vitest';
import { pictures, tinyRun } from './support/tiny-run.ts';
import { Trainer } from './support/trainer.ts';

const long = { training: { epochs: 10_000, batchSize: 4 } };

test.each([
  ['SIGTERM', (trainer: Trainer) => trainer.terminate(), 'told to stop by SIGTERM'],
  ['the end of standard input', (trainer: Trainer) => trainer.closeInput(), 'standard input was closed'],
] as const)('%s ends a training after a last checkpoint with exit code 0', async (_, stop, why) => {
  await using run = await tinyRun(await pictures(8), long);
  const trainer = new Trainer(run.directory);
  await trainer.saw('a step', ({ type }) => type === 'metric');
  const ended = await stop(trainer);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toBe('');
  const [checkpoint, , result] = ended.events.slice(-3);
  expect(checkpoint).toMatchObject({ type: 'checkpoint', kind: 'last' });
  expect(result).toMatchObject({ type: 'result', status: 'cancelled', message: why });
  const steps = ended.events.filter(({ type }) => type === 'metric').map(({ step }) => step);
  expect(checkpoint?.step).toBe(steps.at(-1));
});

test('a stop before the first step leaves no checkpoint, and a stop at once is not missed', async () => {
  await using run = await tinyRun(await pictures(8), long);
  const trainer = new Trainer(run.directory);
  const ended = await trainer.closeInput();
  expect(ended.exitCode).toBe(0);
  expect(ended.events.map(({ type }) => type)).not.toContain('checkpoint');
  expect(ended.result).toMatchObject({ type: 'result', status: 'cancelled' });
});
