import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import type { Run } from '../../../../src/shared/contract/runs.ts';
import { waitFor } from '../../../support/engine.ts';
import { startServer, type TestServer, withoutServer } from '../../../support/servers.ts';
import {
  createWorld,
  letFinish,
  queueRun,
  until,
  untilOver,
  untilTraining,
  type World,
} from '../support/acts.ts';
import { type Gate, openGate } from './support/gate.ts';
import { openTemporal } from './support/histories.ts';
import { buildWorkflows, driverOf, endpointOf, untilConnected } from './support/temporal-world.ts';

const reason = withoutServer('temporal');
if (reason) console.info(`skipped: outages of Temporal, because ${reason}`);

/** One attempt, one trainer, from its first step to its last. */
async function expectOneWholeLife(run: Run): Promise<void> {
  expect(run).toMatchObject({ status: 'completed', attemptCount: 1, progress: 100 });
  const said = await readFile(path.join(run.attempts[0]?.runDirectory ?? '', 'stdout.log'), 'utf8');
  expect(said).toBe('training steady from step 0\n');
}

describe.skipIf(reason)('while Temporal is away', () => {
  let server: TestServer;
  let gate: Gate;
  beforeAll(async () => {
    await buildWorkflows();
    server = await startServer('temporal');
    gate = await openGate(server);
  });
  afterAll(async () => {
    await gate?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });
  const createDriven = async (parts: Parameters<typeof driverOf>[3] = {}) => {
    const drivers: ReturnType<typeof driverOf>[] = [];
    const world: World = await createWorld({
      driver: (machineId, log) => {
        const made = driverOf({ ...endpointOf(server), address: gate.url }, machineId, log, parts);
        drivers.push(made);
        return made;
      },
    });
    const [driver] = drivers;
    if (!driver) throw new Error('no driver was made');
    return { world, driver };
  };

  test('runs begin, go on and are cancelled all the same; afterwards they are Temporal’s again', async () => {
    gate.shut();
    const { world, driver } = await createDriven();
    await using _world = world;
    const { stage } = world;
    await stage.runs.loop.start();
    await expectOneWholeLife(await untilOver(stage, await queueRun(world, 'steady')));
    const cancelled = await queueRun(world, 'slow', { epochs: 1000 });
    await untilTraining(stage, cancelled);
    await stage.runs.commands.cancel(localOwnerId, cancelled, 5000);
    expect((await untilOver(stage, cancelled)).status).toBe('cancelled');
    expect(driver).toMatchObject({ isConnected: false, fault: { code: 'TEMPORAL_UNREACHABLE' } });

    const runId = await queueRun(world, 'steady', { epochs: 500 });
    await untilTraining(stage, runId);
    gate.open();
    await untilConnected(driver);
    await using temporal = await openTemporal(server.url);
    const handle = temporal.workflow.getHandle(`run-${runId}`);
    await waitFor('the workflow', () => handle.query('progress').catch(() => null));
    gate.shut();
    await letFinish(stage, runId);
    await expectOneWholeLife(await untilOver(stage, runId));
    gate.open();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });

  test('its restart with the loss of all it knew harms no run: the workflow is started again from the rows', async () => {
    const { world, driver } = await createDriven();
    await using _world = world;
    const { stage } = world;
    await stage.runs.loop.start();
    await untilConnected(driver);
    const runId = await queueRun(world, 'steady', { epochs: 500 });
    await untilTraining(stage, runId);
    await promisify(execFile)('docker', [
      'exec',
      '-u',
      '0',
      server.container,
      'sh',
      '-c',
      'rm -f /tmp/temporal.db*',
    ]);
    gate.shut();
    await server.restart();
    gate.open();
    await using temporal = await openTemporal(server.url);
    const handle = temporal.workflow.getHandle(`run-${runId}`);
    await waitFor('a workflow in the empty store', () => handle.query('progress').catch(() => null));
    expect((await stage.runs.views.show(runId)).status).toBe('running');
    await letFinish(stage, runId);
    await expectOneWholeLife(await untilOver(stage, runId));
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });

  /** A run that goes on under an engine that adopted it, and therefore looks every few seconds whether all is well. */
  const createAdopted = async (behaviour: string, parts: Parameters<typeof driverOf>[3] = {}) => {
    const world = await createWorld();
    await world.stage.runs.loop.start();
    const runId = await queueRun(world, behaviour, { epochs: 500 });
    await untilTraining(world.stage, runId);
    await world.stage.runs.loop[Symbol.asyncDispose]();
    await world.stage.parts.ingestion.closeAll();
    const stage = world.another({
      driver: (machineId, log) =>
        driverOf({ ...endpointOf(server), address: gate.url }, machineId, log, parts),
    });
    await stage.runs.loop.start();
    const temporal = await openTemporal(server.url);
    const handle = temporal.workflow.getHandle(`run-${runId}`);
    await waitFor('the workflow', () => handle.query('progress').catch(() => null));
    return { world, stage, runId, temporal, handle };
  };

  test('a workflow that was terminated is started again while its run goes on', async () => {
    const { world, stage, runId, temporal, handle } = await createAdopted('steady');
    await using _world = world;
    await using _temporal = temporal;
    await handle.terminate('a test');
    await waitFor('another workflow', async () => (await handle.describe()).status.name === 'RUNNING');
    await letFinish(stage, runId);
    await expectOneWholeLife(await untilOver(stage, runId));
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });

  test('a workflow that does nothing holds nothing up, and gives way to one that works', async () => {
    const { world, stage, runId, temporal, handle } = await createAdopted('slow', { timeoutMs: 50 });
    await using _world = world;
    await using _temporal = temporal;
    // Where nobody takes its tasks.
    await temporal.workflow.start('trainyardRun', {
      workflowId: `run-${runId}`,
      taskQueue: 'nobody',
      workflowIdConflictPolicy: 'TERMINATE_EXISTING',
      args: [{ runId }],
    });
    stage.runs.loop.wake(runId);
    await waitFor('a workflow that works', async () => (await handle.describe()).taskQueue === 'trainyard');
    await stage.runs.commands.cancel(localOwnerId, runId, 5000);
    stage.runs.loop.wake(runId);
    expect((await untilOver(stage, runId)).status).toBe('cancelled');
    expect(await handle.result()).toMatchObject({ status: 'cancelled' });
  });

  test('the driver may be changed in mid-run, both ways', async () => {
    await using world = await createWorld();
    const { stage } = world;
    const temporalDriven = () =>
      world.another({
        driver: (machineId, log) => driverOf({ ...endpointOf(server), address: gate.url }, machineId, log),
      });
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'steady', { epochs: 500 });
    await untilTraining(stage, runId);
    await stage.runs.loop[Symbol.asyncDispose]();
    await stage.parts.ingestion.closeAll();

    const second = temporalDriven();
    await second.runs.loop.start();
    await using temporal = await openTemporal(server.url);
    const handle = temporal.workflow.getHandle(`run-${runId}`);
    await waitFor('the workflow', () => handle.query('progress').catch(() => null));
    const { lastSeq } = await second.runs.views.show(runId);
    await until(second, runId, 'progress', (run) => run.lastSeq > lastSeq + 5);
    await second.runs.loop[Symbol.asyncDispose]();
    await second.parts.ingestion.closeAll();

    const third = world.another();
    await third.runs.loop.start();
    await letFinish(third, runId);
    await expectOneWholeLife(await untilOver(third, runId));
    await third.runs.loop[Symbol.asyncDispose]();

    // Whoever comes back to Temporal finds the workflow of a run that is over, which then ends, too.
    const fourth = temporalDriven();
    await fourth.runs.loop.start();
    expect(await handle.result()).toMatchObject({ status: 'completed', progress: 100 });
  });
});
