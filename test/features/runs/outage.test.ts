import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { changeRun } from '../../../src/main/features/runs/run-rows.ts';
import { hasCode } from '../../../src/main/platform/error-code.ts';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { createWorld, queueRun, untilOver, untilTraining } from './support/acts.ts';

const breakAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

/** Asks again where the connection broke, as a person would. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const isBroken =
        hasCode(cause, '57P01', 'ECONNRESET', 'EPIPE') || /Connection terminated/.test(String(cause));
      if (!isBroken) throw error;
    }
  }
}

test('connections that break again and again lose nothing and hold nothing up for long', async () => {
  await using world = await createWorld();
  const { stage, database } = world;
  const server = createPool({ url: database.url }, { max: 1 });
  const breakConnections = () => server.query(breakAll);
  try {
    await stage.runs.loop.start();
    const runIds = [
      await queueRun(world, 'quick', { epochs: 20 }),
      await queueRun(world, 'slow', { epochs: 1000 }),
    ];
    const [quick = '', slow = ''] = runIds;
    for (let times = 0; times < 20; times += 1) {
      await breakConnections();
      await patiently(() => stage.runs.views.show(quick));
    }
    const over = await patiently(() => untilOver(stage, quick));
    expect(over).toMatchObject({ status: 'completed', attemptCount: 1 });
    await patiently(() => untilTraining(stage, slow));
    await breakConnections();
    await patiently(() => stage.runs.commands.cancel(localOwnerId, slow, 5000));
    await breakConnections();
    const { attempts } = await patiently(() => untilOver(stage, slow));
    expect(attempts).toEqual([expect.objectContaining({ status: 'cancelled' })]);
  } finally {
    await server.end();
  }
});

test('a connection that breaks within a transaction takes the transaction with it, and not the process', async () => {
  await using world = await createWorld();
  const { pool, parts } = world.stage;
  const runId = await queueRun(world, 'quick');
  const change = parts.db.transaction(async (tx) => {
    await changeRun(tx, runId, { errorMessage: 'half done' });
    await pool.query(breakAll);
    await changeRun(tx, runId, { progressPercentage: 50 });
  });
  await expect(change).rejects.toThrow();
  expect(await patiently(() => world.stage.runs.views.show(runId))).toMatchObject({
    error: null,
    progress: 0,
  });
});
