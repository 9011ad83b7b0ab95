import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { waitFor } from '../../../support/engine.ts';
import { startServer, type TestServer, withoutServer } from '../../../support/servers.ts';
import {
  createWorld,
  letFinish,
  queueRun,
  statesOf,
  until,
  untilOver,
  untilTraining,
} from '../support/acts.ts';
import { executionsOf, openTemporal } from './support/histories.ts';
import { buildWorkflows, endpointOf, onlyTemporal } from './support/temporal-world.ts';

const reason = withoutServer('temporal');
if (reason) console.info(`skipped: signals and queries of Temporal, because ${reason}`);

describe.skipIf(reason)('a run’s workflow, for people with Temporal’s own tools', () => {
  let server: TestServer;
  beforeAll(async () => {
    await buildWorkflows();
    server = await startServer('temporal');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());
  const createDriven = () =>
    createWorld({ driver: (machineId, log) => onlyTemporal(endpointOf(server), machineId, log) });

  test('has the id of the run’s row, and answers how the run stands', async () => {
    await using world = await createDriven();
    await using temporal = await openTemporal(server.url);
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'steady', { epochs: 500 });
    await untilTraining(stage, runId);
    const { rows } = await stage.pool.query('SELECT temporal_workflow_id AS id FROM workflows');
    const handle = temporal.workflow.getHandle(rows[0].id);
    const standing = await waitFor('a standing', async () => {
      const told = await handle.query<{ status: string } | null>('progress');
      return told?.status === 'running' && told;
    });
    expect(standing).toMatchObject({
      runId,
      status: 'running',
      machineId: 'machine',
      attempt: 1,
      totalEpochs: 500,
    });
    // It looks by itself every now and then, so that this does not stay as it was.
    await waitFor(
      'progress',
      async () => ((await handle.query<{ progress: number }>('progress'))?.progress ?? 0) > 0,
    );
    await letFinish(stage, runId);
    const run = await untilOver(stage, runId);
    expect(await handle.result()).toMatchObject({ status: run.status, isOver: true, progress: 100 });
    expect(await handle.query('progress')).toMatchObject({ status: 'completed', progress: 100 });
  });

  test.each([
    ['the signal with its grace', { graceMs: 4000 }, 4000],
    ['the signal without an argument', undefined, 10_000],
    ['the signal with nonsense', { graceMs: 'soon' }, 10_000],
  ])('cancels the run by %s, with a last checkpoint', async (_how, argument, graceMs) => {
    await using world = await createDriven();
    await using temporal = await openTemporal(server.url);
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    await untilTraining(stage, runId);
    const handle = temporal.workflow.getHandle(`run-${runId}`);
    await (argument === undefined ? handle.signal('cancel') : handle.signal('cancel', argument));
    const run = await untilOver(stage, runId);
    expect(run).toMatchObject({ status: 'cancelled', actions: ['resume', 'retry'] });
    const { rows } = await stage.pool.query('SELECT cancel_grace_ms FROM workflows');
    expect(rows).toEqual([{ cancel_grace_ms: graceMs }]);
    expect(await handle.result()).toMatchObject({ status: 'cancelled', isOver: true });
  });

  test('cancels the run where Temporal’s own cancellation is used, and ends only with it', async () => {
    await using world = await createDriven();
    await using temporal = await openTemporal(server.url);
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    await untilTraining(stage, runId);
    const handle = temporal.workflow.getHandle(`run-${runId}`);
    await handle.cancel();
    expect(await handle.result()).toMatchObject({ status: 'cancelled', isOver: true });
    expect((await stage.runs.views.show(runId)).status).toBe('cancelled');
  });

  test('cancels a run that waits in the queue', async () => {
    await using world = await createWorld({
      slots: 0,
      driver: (machineId, log) => onlyTemporal(endpointOf(server), machineId, log),
    });
    await using temporal = await openTemporal(server.url);
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'quick');
    const handle = temporal.workflow.getHandle(`run-${runId}`);
    await waitFor('a look', () => handle.query('progress').catch(() => null));
    await handle.signal('cancel', { graceMs: 0 });
    expect(await handle.result()).toMatchObject({ status: 'cancelled' });
    expect(await statesOf(stage, runId)).toEqual(['pending', 'queued', 'cancelled']);
  });

  test('is another one for a run that is resumed', async () => {
    await using world = await createDriven();
    await using temporal = await openTemporal(server.url);
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'flaky', { epochs: 3 });
    await untilOver(stage, runId);
    const handle = temporal.workflow.getHandle(`run-${runId}`);
    expect(await handle.result()).toMatchObject({ status: 'failed' });
    await stage.runs.commands.resume(localOwnerId, runId);
    await until(stage, runId, 'the second attempt', ({ status }) => status === 'completed');
    expect(await handle.result()).toMatchObject({ status: 'completed', attempt: 2 });
  });

  test('goes on as a new one before its history grows long, and loses no wake by it', async () => {
    await using world = await createDriven();
    await using temporal = await openTemporal(server.url);
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    await untilTraining(stage, runId);
    const handle = temporal.workflow.getHandle(`run-${runId}`);
    const executions = await waitFor('a third execution', async () => {
      await Promise.all(Array.from({ length: 10 }, () => handle.signal('wake', { machineId: 'machine' })));
      const all = await executionsOf(temporal, runId);
      return all.length >= 3 && all;
    });
    expect(executions.slice(0, -1).map(({ status }) => status)).toEqual(
      executions.slice(0, -1).map(() => 'CONTINUED_AS_NEW'),
    );
    for (const { events } of executions) expect(events).toBeLessThan(1000);
    await handle.signal('cancel', { graceMs: 5000 });
    expect((await untilOver(stage, runId)).status).toBe('cancelled');
  });
});
