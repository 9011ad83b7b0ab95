import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listProcesses } from '../../../../src/main/features/runs/process/trainer-processes.ts';
import { TrainyardError } from '../../../../src/shared/errors/error.ts';
import { type CreateWorld, queueRun, statesOf, until, untilOver, untilTraining } from '../support/acts.ts';
import { brokenSupervisor } from '../support/stage.ts';

/** How failures show, whoever drives the runs. */
export function runFailureContract(createWorld: CreateWorld): void {
  async function endOf(behaviour: string) {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, behaviour);
    const run = await untilOver(stage, runId);
    return { run, states: await statesOf(stage, runId) };
  }

  test('a trainer that fails shows the last lines of its traceback', async () => {
    const { run, states } = await endOf('failing');
    expect(run).toMatchObject({ status: 'failed', actions: ['retry'] });
    expect(run.error).toBe(
      'The trainer ended with code 3\nTraceback (most recent call last):\n  File "train.py", line 7, in step\nValueError: loss is not finite',
    );
    expect(run.attempts[0]).toMatchObject({
      status: 'failed',
      cause: 'error',
      exitCode: 3,
      message: run.error,
    });
    expect(states).toEqual(['pending', 'queued', 'running', 'failed']);
  });

  test('exit code 0 without a result is a failure that says so', async () => {
    const { run } = await endOf('silent');
    expect(run).toMatchObject({
      status: 'failed',
      error: 'The trainer ended with code 0 without a result event',
    });
    expect(run.attempts[0]).toMatchObject({ status: 'failed', cause: 'no_result', exitCode: 0 });
  });

  test('a trainer that was killed is a failure that names the signal', async () => {
    const { run } = await endOf('crashing');
    expect(run.attempts[0]).toMatchObject({
      status: 'failed',
      cause: 'signalled',
      exitCode: null,
      exitSignal: 'SIGKILL',
    });
    expect(run.error).toContain('SIGKILL');
  });

  test('a supervisor that cannot begin fails the run with its own words', async () => {
    await using world = await createWorld();
    const { folder } = world;
    const stage = world.another({ supervisor: brokenSupervisor(folder) });
    await stage.runs.loop.start();
    const runId = await queueRun({ ...world, stage }, 'quick');
    const run = await untilOver(stage, runId);
    expect(run).toMatchObject({ status: 'failed', startedAt: null });
    expect(run.error).toContain('it ended with code 1\nno such thing');
    expect(run.attempts[0]).toMatchObject({ status: 'failed', cause: 'not_started', startedAt: null });
    expect(await statesOf(stage, runId)).toEqual(['pending', 'queued', 'failed']);
  });

  test('a dataset that changed on the disk fails the run before anything is started', async () => {
    await using world = await createWorld({
      parts: () => ({
        trainingData: {
          prepareForTraining: async () => {
            throw new TrainyardError('DATASET_CHANGED', 'One file changed (a.png)', 'Import it again.', {
              status: 409,
            });
          },
        },
      }),
    });
    const { stage } = world;
    await stage.runs.loop.start();
    const run = await untilOver(stage, await queueRun(world, 'quick'));
    expect(run).toMatchObject({ status: 'failed', error: 'One file changed (a.png). Import it again.' });
  });

  test('a killed supervisor makes the attempt lost, its trainer ends, and the run can be resumed', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    const directory = (await untilTraining(stage, runId)).attempts[0]?.runDirectory ?? '';
    const { pid } = JSON.parse(await readFile(path.join(directory, 'supervisor.json'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    const run = await untilOver(stage, runId);
    expect(run).toMatchObject({ status: 'failed', actions: ['resume', 'retry'] });
    expect(run.error).toContain('supervisor was killed');
    expect(run.attempts[0]).toMatchObject({ status: 'lost', cause: 'supervisor_lost', exitCode: null });
    expect((await listProcesses()).filter(({ command }) => command.includes(directory))).toEqual([]);
    const said = await stage.pool.query(`SELECT payload FROM run_events WHERE type = 'result'`);
    expect(said.rows).toEqual([{ payload: expect.objectContaining({ status: 'cancelled' }) }]);
  });

  test('an orphaned trainer that does not end by itself is ended', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'stubborn', { epochs: 1000 });
    const directory = (await untilTraining(stage, runId)).attempts[0]?.runDirectory ?? '';
    await stage.pool.query('UPDATE workflows SET cancel_grace_ms = 100');
    const { pid } = JSON.parse(await readFile(path.join(directory, 'supervisor.json'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    expect((await untilOver(stage, runId)).attempts[0]?.status).toBe('lost');
    expect((await listProcesses()).filter(({ command }) => command.includes(directory))).toEqual([]);
  });

  test('a run whose directory was removed is lost, not waited for', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    const directory = (await untilTraining(stage, runId)).attempts[0]?.runDirectory ?? '';
    await stage.pool.query('UPDATE workflows SET cancel_grace_ms = 100');
    await rm(directory, { recursive: true });
    stage.runs.loop.wake(runId);
    expect(
      (await until(stage, runId, 'a failure', ({ status }) => status === 'failed')).attempts[0]?.status,
    ).toBe('lost');
  });
}
