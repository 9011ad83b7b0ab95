import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { createWorld, queueRun } from './support/acts.ts';

const page = { sort: 'createdAt', order: 'desc', limit: 100 } as const;

test('runs are filtered, sorted and paged in the database', async () => {
  await using world = await createWorld();
  const { stage, datasetId } = world;
  const other = await stage.projects.create(localOwnerId, { name: 'other' });
  const ids = new Map<string, string>();
  for (const name of ['Alpha', 'beta', 'gamma', 'delta'])
    ids.set(name, await queueRun(world, 'quick', { name }));
  ids.set('foreign', await queueRun({ stage, projectId: other.id, datasetId }, 'quick', { name: 'foreign' }));
  const set = (name: string, columns: string) =>
    stage.pool.query(`UPDATE workflows SET ${columns} WHERE id = $1`, [ids.get(name)]);
  await set(
    'Alpha',
    `status = 'completed', progress_percentage = 100, final_metrics = '{"val_accuracy": 0.5, "val_loss": "NaN"}'`,
  );
  await set(
    'beta',
    `status = 'completed', progress_percentage = 90, final_metrics = '{"val_accuracy": 0.9, "val_loss": 0.25}'`,
  );
  await set(
    'gamma',
    `status = 'failed', progress_percentage = 10, final_metrics = '{"val_accuracy": 0.7, "val_loss": 1e-7}'`,
  );
  await stage.pool.query(
    `INSERT INTO workflow_runs (workflow_id, attempt, status, started_at, ended_at)
     SELECT id, n, 'failed', now() - n * interval '10 s', now() FROM workflows, generate_series(1, 2) AS n WHERE id = $1`,
    [ids.get('beta')],
  );
  const list = async (query: object) => {
    const { runs, total } = await stage.runs.views.list(localOwnerId, { ...page, ...query });
    expect(runs.length).toBeLessThanOrEqual(total ?? 0);
    return runs.map(({ name }) => name);
  };
  const mine = { project: 'DEMO' };
  expect(await list({})).toEqual(['foreign', 'delta', 'gamma', 'beta', 'Alpha']);
  expect(await list({ ...mine, sort: 'name', order: 'asc' })).toEqual(['Alpha', 'beta', 'delta', 'gamma']);
  expect(await list({ ...mine, sort: 'progress' })).toEqual(['Alpha', 'beta', 'gamma', 'delta']);
  expect(await list({ ...mine, sort: 'status' })).toEqual(['delta', 'beta', 'Alpha', 'gamma']);
  expect(await list({ ...mine, sort: 'val_accuracy' })).toEqual(['beta', 'gamma', 'Alpha', 'delta']);
  expect(await list({ ...mine, sort: 'score' })).toEqual(['beta', 'gamma', 'Alpha', 'delta']);
  await stage.pool.query(`UPDATE workflow_configs SET task_type = 'detection' WHERE workflow_id = $1`, [
    ids.get('gamma'),
  ]);
  await set('gamma', `final_metrics = '{"val_accuracy": 0.7, "val_loss": 1e-7, "val_map50_95": 0.95}'`);
  expect(await list({ ...mine, sort: 'score' })).toEqual(['gamma', 'beta', 'Alpha', 'delta']);
  expect(await list({ ...mine, sort: 'val_loss', order: 'asc' })).toEqual([
    'gamma',
    'beta',
    'Alpha',
    'delta',
  ]);
  expect((await list({ ...mine, sort: 'durationMs' }))[0]).toBe('beta');
  expect(await list({ ...mine, status: 'completed' })).toEqual(['beta', 'Alpha']);
  expect(await list({ search: 'ALP' })).toEqual(['Alpha']);
  expect(await list({ search: `%' OR true --` })).toEqual([]);
  expect(await list({ search: ids.get('gamma')?.slice(0, 13) })).toEqual(['gamma']);
  expect((await stage.runs.views.list(localOwnerId, { ...page, ...mine, limit: 1 })).total).toBe(4);
  await expect(list({ project: 'none' })).rejects.toMatchObject({ code: 'PROJECT_NOT_FOUND' });
  expect((await stage.runs.views.show(ids.get('beta') ?? '')).durationMs).toBeCloseTo(30_000, -2);
});

test('runs of a project in the bin are not there', async () => {
  await using world = await createWorld();
  const { stage, projectId } = world;
  const runId = await queueRun(world, 'quick');
  await stage.runs.commands.cancel(localOwnerId, runId, 0);
  await stage.projects.remove(localOwnerId, projectId);
  expect((await stage.runs.views.list(localOwnerId, page)).runs).toEqual([]);
  await expect(stage.runs.views.show(runId)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await expect(stage.runs.commands.retry(localOwnerId, runId)).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
  });
});

test('runs are compared by what differs in their configs', async () => {
  await using world = await createWorld();
  const { stage } = world;
  const one = await queueRun(world, 'quick', { overrides: { training: { epochs: 2, seed: 1 } } });
  const two = await queueRun(world, 'slow', { overrides: { training: { epochs: 5, seed: 1 } } });
  await stage.pool.query(
    `INSERT INTO metric_rollups (workflow_id, attempt, name, level, bucket, count, first_step, last_step, first_seq, last_seq, first_epoch, last_epoch)
     SELECT id, 1, metric, 0, point, 1, 1, 1, 1, 1, 1, 1 FROM workflows, unnest(ARRAY['val_loss', 'train_loss', 'a/b']) AS metric, generate_series(1, 50) AS point`,
  );
  const compared = await stage.runs.views.compare(`${one},${two}`);
  expect(compared.runs.map(({ id }) => id)).toEqual([one, two]);
  expect(compared.differences).toEqual([
    { field: 'model.name', values: ['quick', 'slow'] },
    { field: 'training.epochs', values: [2, 5] },
  ]);
  expect(compared.metricNames).toEqual(['a/b', 'train_loss', 'val_loss']);
  for (const wrong of [one, `${one},${one}`, `${one},x`, Array(9).fill(one).join(',')]) {
    await expect(stage.runs.views.compare(wrong)).rejects.toMatchObject({
      code: 'RUNS_INVALID',
      place: { field: 'runs' },
    });
  }
  const gone = `00000000-0000-4000-8000-00000000000a`;
  await expect(stage.runs.views.compare(`${one},${gone}`)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});
