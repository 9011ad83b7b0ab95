import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { sweepConfigDocuments } from '../../../src/main/features/runs/create-run.ts';
import { configOf, insertConfig } from '../../../src/main/features/runs/run-config-rows.ts';
import { Db } from '../../../src/main/postgres/db.ts';
import type { CreateRunInput } from '../../../src/shared/contract/runs.ts';
import { createWorld, queueRun } from './support/acts.ts';
import { ensureDataset } from './support/stage.ts';

const request: Omit<CreateRunInput, 'project' | 'dataset'> = {
  ...{ model: 'builtin/quick', executor: 'auto', priority: 0, overrides: {}, source: 'manual' },
};

test.each<
  [
    string,
    Partial<Omit<CreateRunInput, 'executor'>>,
    { code: string; status: number; place: object; hint?: unknown },
  ]
>([
  [
    'an unknown project',
    { project: 'nowhere' },
    { code: 'PROJECT_NOT_FOUND', status: 404, place: { field: 'project' } },
  ],
  [
    'an unknown dataset',
    { dataset: randomUUID() },
    { code: 'DATASET_NOT_FOUND', status: 404, place: { field: 'dataset' } },
  ],
  [
    'an unknown version',
    { version: 7 },
    { code: 'DATASET_VERSION_NOT_FOUND', status: 404, place: { field: 'version' } },
  ],
  [
    'an unknown model',
    { model: 'strange/resnet50' },
    { code: 'MODEL_UNKNOWN', status: 400, place: { field: 'model' } },
  ],
  [
    'splits that do not add up',
    { overrides: { dataset: { trainSplit: 0.5, valSplit: 0.2, testSplit: 0.2 } } },
    { code: 'SPLITS_INVALID', status: 400, place: { field: 'overrides.dataset.trainSplit' } },
  ],
  [
    'early stopping without anything to watch',
    { overrides: { dataset: { trainSplit: 1 }, training: { earlyStop: { enabled: true } } } },
    { code: 'CONFIG_INVALID', status: 400, place: { field: 'overrides.training.earlyStop.metric' } },
  ],
  [
    'early stopping by a metric of another task',
    { overrides: { training: { earlyStop: { enabled: true, metric: 'val_map50' } } } },
    {
      code: 'CONFIG_INVALID',
      status: 400,
      place: { field: 'overrides.training.earlyStop.metric' },
      hint: expect.stringMatching(/: choose one of val_loss, /),
    },
  ],
  [
    'a warm-up longer than the training',
    { overrides: { training: { epochs: 2, scheduler: { warmupEpochs: 3 } } } },
    { code: 'CONFIG_INVALID', status: 400, place: { field: 'overrides.training.scheduler.warmupEpochs' } },
  ],
])('%s is refused, names its field, and changes nothing', async (_what, wrong, expected) => {
  await using world = await createWorld();
  const { stage, datasetId } = world;
  const create = stage.runs.create(localOwnerId, {
    project: 'demo',
    dataset: datasetId,
    ...request,
    ...wrong,
  });
  await expect(create).rejects.toMatchObject({ hint: expect.stringMatching(/\.$/), ...expected });
  const { rows } = await stage.pool.query(
    `SELECT (SELECT count(*) FROM workflows) + (SELECT count(*) FROM documents WHERE collection = 'training_configs') AS made`,
  );
  expect(rows).toEqual([{ made: 0 }]);
});

test('a dataset without a usable version is refused', async () => {
  await using world = await createWorld();
  const { stage, datasetId } = world;
  const create = () => stage.runs.create(localOwnerId, { project: 'demo', dataset: datasetId, ...request });
  await stage.pool.query(`UPDATE dataset_versions SET classes = '[{"name": "round", "count": 3}]'`);
  await expect(create()).rejects.toMatchObject({ code: 'TOO_FEW_CLASSES', place: { field: 'dataset' } });
  await stage.pool.query(`DELETE FROM dataset_versions`);
  await stage.pool.query(`UPDATE datasets SET status = 'processing'`);
  await expect(create()).rejects.toMatchObject({
    code: 'DATASET_NOT_READY',
    hint: 'Wait for its import to be over.',
  });
});

test('the same request makes one run, however often and however simultaneously it comes', async () => {
  await using world = await createWorld();
  const { stage } = world;
  const requestId = randomUUID();
  const made = await Promise.all(Array.from({ length: 8 }, () => queueRun(world, 'quick', { requestId })));
  expect(new Set(made).size).toBe(1);
  expect(await queueRun(world, 'slow', { requestId })).toBe(made[0]);
  const { rows } = await stage.pool.query('SELECT last_seq, request_id FROM workflows');
  expect(rows).toEqual([{ last_seq: 3, request_id: requestId }]);
  expect(await stage.parts.documents.count('training_configs')).toBe(1);
});

test('a run is created once a removal that holds its project, and then wants its dataset, is through', async () => {
  await using world = await createWorld();
  const { stage, projectId, datasetId } = world;
  const removal = await stage.pool.connect();
  try {
    await removal.query('BEGIN');
    await removal.query('SELECT FROM projects WHERE id = $1 FOR NO KEY UPDATE', [projectId]);
    const creating = queueRun(world, 'quick');
    creating.catch(() => undefined);
    const blocked = 'SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))';
    const { rows } = await removal.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await expect.poll(async () => (await stage.pool.query(blocked, [rows[0]?.pid])).rowCount).toBe(1);
    await removal.query('SELECT FROM datasets WHERE id = $1 FOR UPDATE', [datasetId]);
    await removal.query('COMMIT');
    expect((await stage.runs.views.show(await creating)).status).toBe('queued');
  } finally {
    removal.release(true);
  }
});

test('what a run is to have of the machine is kept, every field of it', async () => {
  await using world = await createWorld();
  const { pool } = world.stage;
  const db = new Db(pool);
  const runId = await queueRun(world, 'quick');
  const whole = {
    ...(await configOf(db, runId)),
    resources: { gpuCount: 2, gpuType: 'H200', memoryGb: 9, workers: 0 },
  };
  await pool.query('DELETE FROM workflow_configs WHERE workflow_id = $1', [runId]);
  await db.transaction((tx) => insertConfig(tx, runId, whole, null));
  expect(await configOf(db, runId)).toEqual(whole);
});

test('runs that are not named are numbered by what they train on and with', async () => {
  await using world = await createWorld();
  const { stage } = world;
  const nameOf = async (runId: string) =>
    (await stage.runs.views.show(runId)).name.replace(/^shapes-\w+/, 'shapes');
  expect(await nameOf(await queueRun(world, 'quick'))).toBe('shapes · quick · 1');
  expect(await nameOf(await queueRun(world, 'quick'))).toBe('shapes · quick · 2');
  expect(await nameOf(await queueRun(world, 'slow'))).toBe('shapes · slow · 1');
  expect(await nameOf(await queueRun(world, 'quick', { name: 'mine' }))).toBe('mine');
  expect(await nameOf(await queueRun(world, 'quick'))).toBe('shapes · quick · 3');
});

test('a config document whose run was never made is swept, others and young ones stay', async () => {
  await using world = await createWorld();
  const { documents, db } = world.stage.parts;
  const runId = await queueRun(world, 'quick');
  const made = await documents.get('training_configs', `${runId}:1`);
  if (!made) throw new Error('the run has no document');
  const hour = 3_600_000;
  const orphan = async (ageMs: number) => {
    const id = randomUUID();
    await documents.put('training_configs', {
      ...made,
      id: `${id}:1`,
      workflowId: id,
      createdAt: new Date(Date.now() - ageMs).toISOString(),
    });
    return `${id}:1`;
  };
  const old = await orphan(2 * hour);
  const young = await orphan(0.1 * hour);
  await documents.put('training_configs', {
    ...made,
    createdAt: new Date(Date.now() - 2 * hour).toISOString(),
  });
  expect(await sweepConfigDocuments(documents, db)).toBe(1);
  expect(await documents.get('training_configs', old)).toBeNull();
  expect(await documents.get('training_configs', young)).not.toBeNull();
  expect(await documents.get('training_configs', `${runId}:1`)).not.toBeNull();
});

test('a run that is being queued and the removal of its project do not pass each other', async () => {
  await using world = await createWorld();
  const { stage } = world;
  for (let round = 0; round < 5; round += 1) {
    const project = await stage.projects.create(localOwnerId, { name: `round ${round}` });
    const datasetId = await ensureDataset(stage.pool);
    const [queued, removed] = await Promise.allSettled([
      queueRun({ stage, projectId: project.id, datasetId }, 'quick'),
      stage.projects.remove(localOwnerId, project.id),
    ]);
    expect([queued.status, removed.status].sort()).toEqual(['fulfilled', 'rejected']);
  }
});
