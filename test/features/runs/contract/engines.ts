import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { waitFor } from '../../../support/engine.ts';
import { type CreateWorld, queueRun, until, untilOver, untilTraining, type World } from '../support/acts.ts';
import { MemoryPubSub } from '../support/memory-pub-sub.ts';

/** Several engines, one after the other and at once, whoever drives the runs. */
export function runEnginesContract(createWorld: CreateWorld): void {
  async function logOf({ stage }: World, runId: string): Promise<string[]> {
    const buckets = await stage.parts.documents.find('workflow_logs', {}, 1000);
    return buckets
      .filter(({ workflowId }) => workflowId === runId)
      .flatMap(({ logs }) => (Array.isArray(logs) ? logs : []))
      .map(({ message }) => String(message));
  }

  test.each([
    ['of two machines', ['one', 'two']],
    ['of one machine', ['one', 'one']],
  ])('two engines %s on one database start every run once', async (_which, [first, second]) => {
    const pubSub = new MemoryPubSub();
    await using world = await createWorld({ machineId: first ?? '', pubSub });
    const { stage, folder } = world;
    const secondFolder = first === second ? folder : path.join(folder, 'second');
    const other = world.another({ machineId: second ?? '', pubSub, folder: secondFolder });
    const runIds: string[] = [];
    for (let count = 0; count < 6; count += 1) runIds.push(await queueRun(world, 'quick'));
    await Promise.all([stage.runs.loop.start(), other.runs.loop.start()]);
    for (const runId of runIds) {
      const run = await untilOver(stage, runId);
      expect(run).toMatchObject({ status: 'completed', attemptCount: 1 });
      const said = await readFile(path.join(run.attempts[0]?.runDirectory ?? '', 'stdout.log'), 'utf8');
      expect(said).toBe('training quick from step 0\n');
    }
    const { rows } = await stage.pool.query('SELECT DISTINCT machine_id FROM workflow_runs ORDER BY 1');
    expect(rows.map((row) => row.machine_id)).toEqual([...new Set([first, second])]);
  });

  test('runs are taken by priority, then by age, and never more at once than there are slots', async () => {
    await using world = await createWorld({ slots: 1 });
    const { stage } = world;
    for (const [name, priority] of [
      ['a', 0],
      ['b', 5],
      ['c', 5],
      ['d', -1],
    ] as const)
      await queueRun(world, 'quick', { name, priority });
    await stage.runs.loop.start();
    const attempts = await waitFor('four attempts', async () => {
      const { rows } = await stage.pool.query<{ name: string; created_at: Date; ended_at: Date | null }>(
        `SELECT run.name, attempt.created_at, attempt.ended_at FROM workflow_runs AS attempt
       JOIN workflows AS run ON run.id = attempt.workflow_id ORDER BY attempt.created_at`,
      );
      return rows.length === 4 && rows.every(({ ended_at: endedAt }) => endedAt) ? rows : null;
    });
    expect(attempts.map(({ name }) => name)).toEqual(['b', 'c', 'a', 'd']);
    for (const [index, { created_at: createdAt }] of attempts.entries()) {
      const before = attempts[index - 1]?.ended_at;
      if (before) expect(createdAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
    }
  });

  test('an engine that is started again goes on with a trainer that lives', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    const before = await untilTraining(stage, runId);
    await stage.runs.loop[Symbol.asyncDispose]();
    await stage.parts.ingestion.closeAll();
    const next = world.another();
    await next.runs.loop.start();
    const after = await until(
      next,
      runId,
      'more to be ingested',
      ({ lastSeq }) => lastSeq > before.lastSeq + 5,
    );
    expect(after.attempts).toEqual([
      expect.objectContaining({ status: 'running', processId: before.attempts[0]?.processId }),
    ]);
    expect(await logOf(world, runId)).toContainEqual(
      expect.stringContaining(`(process ${before.attempts[0]?.processId}) was found alive`),
    );
    await next.runs.commands.cancel(localOwnerId, runId, 5000);
    expect((await untilOver(next, runId)).status).toBe('cancelled');
  });

  test('an engine that is started again finds that the trainer ended meanwhile, and how', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    const { attempts } = await untilTraining(stage, runId);
    await stage.runs.loop[Symbol.asyncDispose]();
    const { processId = null, runDirectory = '' } = attempts[0] ?? {};
    process.kill(processId ?? 0, 'SIGKILL');
    await waitFor('exit.json', () => readFile(path.join(runDirectory, 'exit.json')).catch(() => null));
    const next = world.another();
    await next.runs.loop.start();
    const run = await untilOver(next, runId);
    expect(run.attempts[0]).toMatchObject({ status: 'failed', cause: 'signalled', exitSignal: 'SIGKILL' });
    expect(await logOf(world, runId)).toContain('The engine was restarted; the trainer ended meanwhile.');
  });

  test('a run of another machine is left alone, but for its cancellation, which waits for that machine', async () => {
    await using world = await createWorld({ machineId: 'one' });
    const { stage, folder } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    await untilTraining(stage, runId);
    const other = world.another({ machineId: 'two', folder: path.join(folder, 'two') });
    await other.runs.loop.start();
    expect(await other.runs.loop.stopAll({ graceMs: 0 })).toEqual({ left: [] });
    await other.runs.commands.cancel(localOwnerId, runId, 5000);
    expect((await other.runs.views.show(runId)).status).toBe('running');
    stage.runs.loop.wake(runId);
    expect((await untilOver(stage, runId)).status).toBe('cancelled');
    await expect(other.runs.commands.resume(localOwnerId, runId)).rejects.toMatchObject({
      code: 'RUN_CHECKPOINT_MISSING',
    });
  });
}
