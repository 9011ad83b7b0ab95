import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import {
  type CreateWorld,
  journalOf,
  queueRun,
  statesOf,
  until,
  untilOver,
  untilTraining,
} from '../support/acts.ts';

/** Resuming and retrying, whoever drives the runs. */
export function runAgainContract(createWorld: CreateWorld): void {
  test('a failed run goes on from its checkpoint, as a further attempt of the same run', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'flaky', { epochs: 3 });
    const failed = await untilOver(stage, runId);
    expect(failed).toMatchObject({ status: 'failed', actions: ['resume', 'retry'] });
    const again = await stage.runs.commands.resume(localOwnerId, runId);
    expect(again).toMatchObject({ status: 'queued', error: null, completedAt: null, cancelRequested: false });
    const run = await untilOver(stage, runId);
    expect(run).toMatchObject({ status: 'completed', attemptCount: 2, startedAt: failed.startedAt });
    expect(run.attempts[1]).toMatchObject({
      attempt: 2,
      status: 'completed',
      resumedFrom: { attempt: 1, epoch: 1, step: 4 },
    });
    const config = JSON.parse(
      await readFile(path.join(run.attempts[1]?.runDirectory ?? '', 'config.json'), 'utf8'),
    );
    expect(config.resume).toEqual({
      from: path.join(run.attempts[0]?.runDirectory ?? '', 'checkpoints', 'last.safetensors'),
      epoch: 1,
      step: 4,
    });
    expect(await statesOf(stage, runId)).toEqual([
      'pending',
      'queued',
      'running',
      'failed',
      'queued',
      'running',
      'completed',
    ]);
    const { rows } = await stage.pool.query('SELECT retry_wanted FROM workflows');
    expect(rows).toEqual([{ retry_wanted: null }]);
  });

  test('a run whose config another release wrote is shown with what is known of it, and is not trained again with what is not', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'quick');
    const { config } = await untilOver(stage, runId);
    const { rows } = await stage.pool.query('SELECT hyperparameters FROM workflow_configs');
    const hyperparameters = rows[0].hyperparameters as { training: object; resources: object };
    const store = (changed: object) =>
      stage.pool.query('UPDATE workflow_configs SET hyperparameters = $1', [JSON.stringify(changed)]);
    // A field that is new, as of a release that has gone on since.
    const { amp: _amp, ...older } = hyperparameters.training as { amp: boolean };
    await store({ ...hyperparameters, training: older });
    expect(await stage.runs.views.show(runId)).toMatchObject({ config, unread: [] });
    const { learningRate: _rate, scheduler: _type, ...rest } = older as Record<string, unknown>;
    const training = { ...rest, epochs: 'many', scheduler: 'cosine', loss: 'focal' };
    await store({ ...hyperparameters, training });
    const shown = await stage.runs.views.show(runId);
    expect(shown).toMatchObject({ config: { model: config?.model, task: config?.task } });
    expect([...shown.unread].sort()).toEqual(
      ['epochs', 'learningRate', 'loss', 'scheduler'].map((name) => `training.${name}`),
    );
    await expect(stage.runs.commands.retry(localOwnerId, runId)).rejects.toMatchObject({
      code: 'RUN_CONFIG_OUTDATED',
      message: expect.stringContaining('training.loss'),
    });
    expect(await stage.runs.views.show(runId)).toMatchObject({ status: 'completed', attemptCount: 1 });
    for (const odd of [{}, { training: null, model: [], dataset: 7, resources: 'none' }]) {
      await store(odd);
      expect((await stage.runs.views.show(runId)).unread).toContain('training.epochs');
    }
  });

  test('a retry trains from the start', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'quick');
    await untilOver(stage, runId);
    expect(await stage.runs.commands.retry(localOwnerId, runId)).toMatchObject({
      status: 'queued',
      progress: 0,
      finalMetrics: null,
    });
    const run = await until(
      stage,
      runId,
      'two attempts',
      ({ status, attempts }) => status === 'completed' && attempts.length === 2,
    );
    expect(run.attempts[1]).toMatchObject({ status: 'completed', resumedFrom: null });
    expect((await journalOf(stage, runId)).find(({ payload }) => payload.cause === 'retry')).toMatchObject({
      payload: { from: 'completed', to: 'queued' },
    });
  });

  test('a cancelled run goes on where it was, in the newest attempt that has a checkpoint', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'slow', { epochs: 1000 });
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await untilTraining(stage, runId);
      await stage.runs.commands.cancel(localOwnerId, runId, 5000);
      await untilOver(stage, runId);
      if (attempt < 3) await stage.runs.commands.resume(localOwnerId, runId);
    }
    const { attempts } = await stage.runs.views.show(runId);
    expect(attempts.map(({ resumedFrom }) => resumedFrom?.attempt ?? null)).toEqual([null, 1, 2]);
    const steps = attempts.map(({ resumedFrom }) => resumedFrom?.step ?? 0);
    expect(steps).toEqual([...steps].sort((one, other) => one - other));
  });

  test('a damaged checkpoint is not gone on from', async () => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, 'flaky', { epochs: 3 });
    const { attempts } = await untilOver(stage, runId);
    const file = path.join(attempts[0]?.runDirectory ?? '', 'checkpoints', 'last.safetensors');
    const whole = await readFile(file);
    await truncate(file, whole.length - 1);
    await expect(stage.runs.commands.resume(localOwnerId, runId)).rejects.toMatchObject({
      code: 'RUN_CHECKPOINT_MISSING',
      message: expect.stringContaining(`${whole.length - 1} bytes where its header tells of ${whole.length}`),
      hint: expect.stringContaining('retry'),
    });
    await writeFile(file, '');
    await expect(stage.runs.commands.resume(localOwnerId, runId)).rejects.toMatchObject({
      message: expect.stringContaining('is empty'),
    });
    expect(await statesOf(stage, runId)).toEqual(['pending', 'queued', 'running', 'failed']);
  });

  test.each([
    ['quick', 'resume', 'completed', 'CONFLICT', 'Possible now: retry.'],
    [
      'failing',
      'resume',
      'no checkpoint',
      'RUN_CHECKPOINT_MISSING',
      'Possible now: retry, which trains from the start.',
    ],
  ] as const)('%s cannot %s: %s', async (behaviour, action, message, code, hint) => {
    await using world = await createWorld();
    const { stage } = world;
    await stage.runs.loop.start();
    const runId = await queueRun(world, behaviour);
    await untilOver(stage, runId);
    await expect(stage.runs.commands[action](localOwnerId, runId)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      hint,
    });
  });

  test('what is under way can be neither retried, resumed nor removed; what is over is removed softly', async () => {
    await using world = await createWorld();
    const { stage, projectId, datasetId } = world;
    const runId = await queueRun(world, 'quick');
    for (const action of ['retry', 'resume', 'remove'] as const) {
      await expect(stage.runs.commands[action](localOwnerId, runId), action).rejects.toMatchObject({
        code: 'CONFLICT',
        hint: 'Possible now: cancel.',
      });
    }
    await stage.runs.commands.cancel(localOwnerId, runId, 0);
    expect(await stage.runs.commands.remove(localOwnerId, runId)).toEqual({ id: runId });
    await expect(stage.runs.views.show(runId)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', status: 404 });
    await expect(stage.runs.commands.retry(localOwnerId, runId)).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
    const { rows } = await stage.pool.query('SELECT workflow_count FROM projects WHERE id = $1', [projectId]);
    expect(rows).toEqual([{ workflow_count: 0 }]);

    const other = await queueRun(world, 'quick');
    await stage.runs.commands.cancel(localOwnerId, other, 0);
    await stage.pool.query('UPDATE datasets SET deleted_at = now() WHERE id = $1', [datasetId]);
    await expect(stage.runs.commands.retry(localOwnerId, other)).rejects.toMatchObject({
      code: 'RUN_DATASET_REMOVED',
      message: expect.stringContaining('dataset'),
    });
  });
}
