import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listProcesses } from '../../../../src/main/features/runs/process/trainer-processes.ts';
import { queueChannel } from '../../../../src/main/features/runs/run-notifier.ts';
import { Listener } from '../../../../src/main/stores/pubsub/postgres/listener.ts';
import { createPubSub } from '../../../../src/main/stores/pubsub/postgres/pubsub.ts';
import { waitFor } from '../../../support/engine.ts';
import { startServer, type TestServer, withoutServer } from '../../../support/servers.ts';
import {
  createWorld,
  journalOf,
  letFinish,
  queueRun,
  until,
  untilOver,
  type World,
} from '../support/acts.ts';
import { startEngineProcess } from './support/engine-process.ts';
import { executionsOf, openTemporal } from './support/histories.ts';
import { buildWorkflows } from './support/temporal-world.ts';

const reason = withoutServer('temporal');
if (reason) console.info(`skipped: engines that are killed under Temporal, because ${reason}`);

/** Counts a folder's trainers again and again; answers the most there were at once. */
function watchTrainers(folder: string): { stop(): Promise<number> } & AsyncDisposable {
  let most = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const trainers = (await listProcesses()).filter(
        ({ command }) =>
          command.includes('fake-trainer.mjs') && !command.includes('supervisor') && command.includes(folder),
      );
      most = Math.max(most, trainers.length);
      await delay(50);
    }
    return most;
  })();
  const stop = () => {
    isOver = true;
    return watching;
  };
  return { stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

/** Tells the engines, which are other processes, of a run. */
async function announce({ pool }: World['stage'], runId: string): Promise<void> {
  const silent = () => {};
  await using listener = new Listener(pool, silent);
  await createPubSub(pool, listener, silent).publish(queueChannel, { runId });
}

describe.skipIf(reason)('engines that work through Temporal', () => {
  let server: TestServer;
  beforeAll(async () => {
    await buildWorkflows();
    server = await startServer('temporal');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test('an engine that is killed five times in one run ends it once, with one trainer and a short history', async () => {
    await using world = await createWorld();
    const { stage, database, folder } = world;
    const start = () => startEngineProcess(database.url, folder, 'machine', server.url);
    await using trainers = watchTrainers(folder);
    let engine = await start();
    const runId = await queueRun(world, 'steady', { epochs: 500 });
    await announce(stage, runId);
    for (let kills = 0; kills < 5; kills += 1) {
      const before = await until(stage, runId, 'a trainer', ({ status }) => status === 'running');
      // Now and then right at its start, when its first looks are under way.
      if (kills % 2 === 0)
        await until(stage, runId, 'progress', ({ lastSeq }) => lastSeq > before.lastSeq + 4);
      await engine.kill();
      engine = await start();
    }
    await letFinish(stage, runId);
    const run = await untilOver(stage, runId);
    expect(run).toMatchObject({ status: 'completed', attemptCount: 1, progress: 100 });
    expect(await trainers.stop()).toBe(1);
    const said = await readFile(path.join(run.attempts[0]?.runDirectory ?? '', 'stdout.log'), 'utf8');
    expect(said).toBe('training steady from step 0\n');
    const ends = (await journalOf(stage, runId)).filter(({ payload }) => payload.to === 'completed');
    expect(ends.map(({ type }) => type)).toEqual(['attempt', 'state']);

    await using temporal = await openTemporal(server.url);
    const executions = await waitFor('the end of the workflow', async () => {
      const all = await executionsOf(temporal, runId);
      return all.at(-1)?.status === 'COMPLETED' && all;
    });
    console.info(`history of a run with five kills: ${JSON.stringify(executions)}`);
    expect(executions.reduce((sum, { events }) => sum + events, 0)).toBeLessThan(1000);
    await engine[Symbol.asyncDispose]();
  }, 120_000);

  test('two workstations with homes of their own share six runs: each once, both take part, each on its own queue', async () => {
    await using world = await createWorld();
    const { stage, database, folder } = world;
    const homes = ['one', 'two'].map((name) => path.join(folder, name));
    const runIds: string[] = [];
    for (let count = 0; count < 6; count += 1) runIds.push(await queueRun(world, 'steady', { epochs: 500 }));
    await using _one = await startEngineProcess(database.url, homes[0] ?? '', 'one', server.url);
    await using _two = await startEngineProcess(database.url, homes[1] ?? '', 'two', server.url);
    await using temporal = await openTemporal(server.url);
    // Runs that ended by themselves could all be the first workstation's, before the second has looked.
    const machines = await waitFor('a run on each workstation', async () => {
      const { rows } = await stage.pool.query('SELECT DISTINCT machine_id FROM workflow_runs ORDER BY 1');
      return rows.length > 1 && rows.map((row) => row.machine_id);
    });
    expect(machines).toEqual(['one', 'two']);
    for (const runId of runIds) {
      await until(stage, runId, 'a trainer', ({ status }) => status === 'running');
      await letFinish(stage, runId);
      const run = await untilOver(stage, runId);
      expect(run).toMatchObject({ status: 'completed', attemptCount: 1 });
      const { events } = await temporal.workflow.getHandle(`run-${runId}`).fetchHistory();
      const { rows } = await stage.pool.query('SELECT machine_id FROM workflow_runs WHERE workflow_id = $1', [
        runId,
      ]);
      const queues = events?.flatMap(
        (event) => event.activityTaskScheduledEventAttributes?.taskQueue?.name ?? [],
      );
      expect(queues).toContain(`trainyard-${rows[0].machine_id}`);
    }
  }, 120_000);
});
