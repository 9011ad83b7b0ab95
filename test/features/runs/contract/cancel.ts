import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import {
  type CreateWorld,
  journalOf,
  queueRun,
  statesOf,
  untilOver,
  untilTraining,
} from '../support/acts.ts';

/** Cancelling, whoever drives the runs. */
export function runCancelContract(createWorld: CreateWorld): void {
  test('a queued run is cancelled at once, and nothing was started', async () => {
    await using world = await createWorld();
    const { stage } = world;
    const runId = await queueRun(world, 'slow');
    expect(await stage.runs.commands.cancel(localOwnerId, runId, 1000)).toMatchObject({
      status: 'cancelled',
      cancelRequested: true,
    });
    await stage.runs.loop.start();
    const run = await stage.runs.views.show(runId);
    expect(run.attempts).toEqual([]);
    expect(run.completedAt).not.toBeNull();
    expect(await statesOf(stage, runId)).toEqual(['pending', 'queued', 'cancelled']);
  });

  test('a trainer that is told to stop writes a last checkpoint, and the run can be resumed', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    await untilTraining(stage, runId);
    const asked = await stage.runs.commands.cancel(localOwnerId, runId, 10_000);
    expect(asked.cancelRequested).toBe(true);
    const run = await untilOver(stage, runId);
    expect(run).toMatchObject({
      status: 'cancelled',
      error: null,
      actions: ['resume', 'retry'],
      finalMetrics: { train_loss: expect.any(Number) },
    });
    expect(run.attempts[0]).toMatchObject({
      status: 'cancelled',
      cause: 'cancelled',
      exitCode: 0,
      exitSignal: null,
    });
    expect(
      (await journalOf(stage, runId)).filter(({ payload }) => payload.cause === 'cancel_requested'),
    ).toEqual([
      expect.objectContaining({
        attempt: 1,
        type: 'attempt',
        payload: { from: 'running', to: 'running', cause: 'cancel_requested', graceMs: 10_000 },
      }),
    ]);
  });

  test('a trainer that ignores SIGTERM is killed when its time is over', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'stubborn', { epochs: 1000 });
    await untilTraining(stage, runId);
    const before = performance.now();
    await stage.runs.commands.cancel(localOwnerId, runId, 400);
    const run = await untilOver(stage, runId);
    expect(performance.now() - before).toBeGreaterThanOrEqual(390);
    expect(run.status).toBe('cancelled');
    expect(run.attempts[0]).toMatchObject({
      status: 'cancelled',
      exitCode: null,
      exitSignal: 'SIGKILL',
      message: expect.stringContaining('killed'),
    });
  });

  test('a cancellation that was written before the engine died is carried out by the next one', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    const { attempts } = await untilTraining(stage, runId);
    await stage.runs.loop[Symbol.asyncDispose]();
    await stage.runs.commands.cancel(localOwnerId, runId, 5000);
    expect(existsSync(path.join(attempts[0]?.runDirectory ?? '', 'cancel'))).toBe(false);
    const next = world.another();
    await next.runs.loop.start();
    expect((await untilOver(next, runId)).status).toBe('cancelled');
  });

  test('what is over cannot be cancelled, and the answer says what can be done', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'quick');
    await untilOver(stage, runId);
    await expect(stage.runs.commands.cancel(localOwnerId, runId, 0)).rejects.toMatchObject({
      code: 'CONFLICT',
      status: 409,
      hint: 'Possible now: retry.',
    });
    expect((await stage.runs.views.show(runId)).cancelRequested).toBe(false);
  });

  test('stopping all cancels what trains, leaves what is queued, and starts nothing more', async () => {
    await using world = await createWorld({ slots: 1 });
    const { stage } = world;
    await stage.runs.loop.start();
    const training = await queueRun(world, 'slow', { epochs: 1000 });
    const queued = await queueRun(world, 'quick');
    await untilTraining(stage, training);
    expect(await stage.runs.loop.stopAll({ graceMs: 5000 })).toEqual({ left: [] });
    expect((await stage.runs.views.show(training)).actions).toEqual(['resume', 'retry']);
    expect((await stage.runs.views.show(queued)).status).toBe('queued');
  });
}
