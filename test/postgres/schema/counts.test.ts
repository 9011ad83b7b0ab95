import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { connect } from './catalog.ts';
import { addDataset, addProject, addWorkflow } from './rows.ts';

let database: TestDatabase;
let client: pg.Client & AsyncDisposable;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await connect(database.url);
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Projects whose counts are not what they count. */
async function wrongCounts(): Promise<unknown[]> {
  const { rows } = await client.query(`
    SELECT name, workflow_count, dataset_count, workflows, datasets FROM (
      SELECT p.*,
        (SELECT count(*) FROM workflows w WHERE w.project_id = p.id AND w.deleted_at IS NULL) AS workflows,
        (SELECT count(*) FROM project_datasets l JOIN datasets d ON d.id = l.dataset_id
         WHERE l.project_id = p.id AND d.deleted_at IS NULL) AS datasets
      FROM projects p) AS counted
    WHERE workflow_count IS DISTINCT FROM workflows OR dataset_count IS DISTINCT FROM datasets`);
  return rows;
}

const place = fc.nat({ max: 2 });
const action = fc.oneof(
  fc.record({ kind: fc.constant('add workflow' as const), project: place }),
  fc.record({ kind: fc.constantFrom('bin workflow', 'restore workflow', 'remove workflow'), of: place }),
  fc.record({ kind: fc.constant('move workflow' as const), of: place, project: place }),
  fc.record({
    kind: fc.constantFrom('link', 'unlink', 'move link'),
    of: place,
    project: place,
    other: place,
  }),
  fc.record({ kind: fc.constantFrom('bin dataset', 'restore dataset', 'remove dataset'), of: place }),
  fc.record({ kind: fc.constantFrom('remove project', 'truncate workflows', 'truncate links') }),
  fc.record({ kind: fc.constant('bin all workflows' as const) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** One statement for each action, on the nth row that there is (or none). */
async function perform(step: Action): Promise<void> {
  const workflow = '(SELECT id FROM workflows ORDER BY id OFFSET $1 LIMIT 1)';
  const dataset = '(SELECT id FROM datasets ORDER BY id OFFSET $1 LIMIT 1)';
  const project = (parameter: string) => `(SELECT id FROM projects ORDER BY id OFFSET ${parameter} LIMIT 1)`;
  const run = (text: string, ...values: number[]) => client.query(text, values);
  switch (step.kind) {
    case 'add workflow':
      await run(
        `INSERT INTO workflows (project_id, user_id, name) SELECT id, user_id, 'w' FROM projects WHERE id = ${project('$1')}`,
        step.project,
      );
      return;
    case 'bin workflow':
      await run(`UPDATE workflows SET deleted_at = now() WHERE id = ${workflow}`, step.of);
      return;
    case 'restore workflow':
      await run(`UPDATE workflows SET deleted_at = NULL WHERE id = ${workflow}`, step.of);
      return;
    case 'remove workflow':
      await run(`DELETE FROM workflows WHERE id = ${workflow}`, step.of);
      return;
    case 'move workflow':
      await run(
        `UPDATE workflows SET project_id = coalesce(${project('$2')}, project_id) WHERE id = ${workflow}`,
        step.of,
        step.project,
      );
      return;
    case 'bin all workflows':
      await run('UPDATE workflows SET deleted_at = now()');
      return;
    case 'link':
      await run(
        `INSERT INTO project_datasets (project_id, dataset_id)
         SELECT p.id, d.id FROM projects p, datasets d WHERE p.id = ${project('$2')} AND d.id = ${dataset} ON CONFLICT DO NOTHING`,
        step.of,
        step.project,
      );
      return;
    case 'unlink':
      await run(
        `DELETE FROM project_datasets WHERE dataset_id = ${dataset} AND project_id = ${project('$2')}`,
        step.of,
        step.project,
      );
      return;
    case 'move link':
      await run(
        `UPDATE project_datasets l SET project_id = p.id FROM projects p
         WHERE l.dataset_id = ${dataset} AND l.project_id = ${project('$2')} AND p.id = ${project('$3')}
           AND NOT EXISTS (SELECT FROM project_datasets o WHERE o.project_id = p.id AND o.dataset_id = l.dataset_id)`,
        step.of,
        step.project,
        step.other,
      );
      return;
    case 'bin dataset':
      await run(`UPDATE datasets SET deleted_at = now() WHERE id = ${dataset}`, step.of);
      return;
    case 'restore dataset':
      await run(`UPDATE datasets SET deleted_at = NULL WHERE id = ${dataset}`, step.of);
      return;
    case 'remove dataset':
      await run(`DELETE FROM datasets WHERE id = ${dataset}`, step.of);
      return;
    case 'remove project':
      await run(`DELETE FROM projects WHERE id = ${project('0')}`);
      return;
    case 'truncate workflows':
      await run('TRUNCATE workflows CASCADE');
      return;
    case 'truncate links':
      await run('TRUNCATE project_datasets');
  }
}

test('a project’s counts are what they count, whatever is done', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 25 }), async (steps) => {
      await client.query('BEGIN');
      try {
        for (let index = 0; index < 3; index += 1) {
          await addProject(client);
          await addDataset(client);
        }
        for (const step of steps) {
          await perform(step);
          expect(await wrongCounts()).toEqual([]);
        }
      } finally {
        await client.query('ROLLBACK');
      }
    }),
    { numRuns: 60 },
  );
});

test('emptying a table at one stroke empties the counts', async () => {
  await client.query('BEGIN');
  const project = await addProject(client);
  await addWorkflow(client, project);
  await client.query('INSERT INTO project_datasets (project_id, dataset_id) VALUES ($1, $2)', [
    project,
    await addDataset(client),
  ]);
  const counts = async () =>
    (await client.query('SELECT workflow_count, dataset_count FROM projects WHERE id = $1', [project])).rows;
  expect(await counts()).toEqual([{ workflow_count: 1, dataset_count: 1 }]);
  await client.query('TRUNCATE workflows CASCADE');
  expect(await counts()).toEqual([{ workflow_count: 0, dataset_count: 1 }]);
  await client.query('TRUNCATE project_datasets');
  expect(await counts()).toEqual([{ workflow_count: 0, dataset_count: 0 }]);
  await client.query('ROLLBACK');
});

test('linking a dataset while another session bins it leaves a true count', async () => {
  await using other = await connect(database.url);
  const project = await addProject(client);
  const second = await addProject(client);
  const link = 'INSERT INTO project_datasets (project_id, dataset_id) VALUES ($1, $2)';
  const bin = 'UPDATE datasets SET deleted_at = now() WHERE id = $1';
  for (const linkFirst of [true, false]) {
    const dataset = await addDataset(client);
    await client.query(link, [second, dataset]);
    await client.query('BEGIN');
    await other.query('BEGIN');
    const [one, two] = linkFirst
      ? [() => client.query(link, [project, dataset]), () => other.query(bin, [dataset])]
      : [() => other.query(bin, [dataset]), () => client.query(link, [project, dataset])];
    await one();
    const waiting = two();
    await (linkFirst ? client : other).query('COMMIT');
    await waiting;
    await (linkFirst ? other : client).query('COMMIT');
    expect(await wrongCounts()).toEqual([]);
  }
});

test('sessions that add and bin runs of one project at once leave a true count', async () => {
  const project = await addProject(client);
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      await using session = await connect(database.url);
      for (let index = 0; index < 10; index += 1) {
        const workflow = await addWorkflow(session, project);
        if (index % 3 === 0)
          await session.query('UPDATE workflows SET deleted_at = now() WHERE id = $1', [workflow]);
      }
    }),
  );
  expect(await wrongCounts()).toEqual([]);
  const { rows } = await client.query('SELECT workflow_count FROM projects WHERE id = $1', [project]);
  expect(rows).toEqual([{ workflow_count: 24 }]);
});

test('an ingested batch, which sets last_seq, does not touch the project', async () => {
  const workflow = await addWorkflow(client, await addProject(client));
  const version = async () =>
    (
      await client.query(
        'SELECT p.xmin::text FROM projects p JOIN workflows w ON w.project_id = p.id WHERE w.id = $1',
        [workflow],
      )
    ).rows;
  const before = await version();
  await client.query('UPDATE workflows SET last_seq = last_seq + 5, progress_percentage = 50 WHERE id = $1', [
    workflow,
  ]);
  expect(await version()).toEqual(before);
});

test('updated_at follows each change', async () => {
  const { rows: tables } = await client.query<{ name: string; touched: boolean }>(
    `SELECT c.relname AS name, EXISTS (
       SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid = 'trainyard_touch_updated_at'::regproc
     ) AS touched
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'updated_at' ORDER BY 1`,
  );
  expect(tables.filter(({ touched }) => !touched)).toEqual([]);
  const filled = ['datasets', 'inference_endpoints', 'ingest_cursors', 'projects', 'users', 'workflows'];
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(filled));
  const workflow = await addWorkflow(client, await addProject(client));
  const dataset = await addDataset(client);
  const attempt = 'INSERT INTO workflow_runs (workflow_id, attempt) VALUES ($1, 1) RETURNING id';
  const { rows: attempts } = await client.query(attempt, [workflow]);
  await client.query('INSERT INTO ingest_cursors (attempt_id) VALUES ($1)', [attempts[0].id]);
  await client.query(
    "INSERT INTO inference_endpoints (workflow_id, user_id, endpoint_url) SELECT id, user_id, 'u' FROM workflows WHERE id = $1",
    [workflow],
  );
  expect(dataset).not.toBe('');
  for (const name of filled) {
    const old = "UPDATE TABLE_NAME SET updated_at = '2020-01-01' WHERE true".replace('TABLE_NAME', name);
    await client.query(old);
    const { rows } = await client.query(
      `SELECT count(*) AS rows, count(*) FILTER (WHERE updated_at > now() - interval '1 minute') AS fresh FROM ${name}`,
    );
    expect(rows[0].rows, name).toBeGreaterThan(0);
    expect(rows[0].fresh, name).toBe(rows[0].rows);
  }
});

test('a dataset’s size and file count are its newest version’s', async () => {
  const dataset = await addDataset(client);
  const add = (version: number, images: number) =>
    client.query(
      "INSERT INTO dataset_versions (dataset_id, version, manifest_sha256, mode, image_count, size_bytes) VALUES ($1, $2, 'x', 'copy', $3, $4)",
      [dataset, version, images, images * 1000],
    );
  const described = async () =>
    (await client.query('SELECT size_bytes, file_count FROM datasets WHERE id = $1', [dataset])).rows[0];
  await add(1, 10);
  expect(await described()).toEqual({ size_bytes: 10_000, file_count: 10 });
  await add(2, 7);
  expect(await described()).toEqual({ size_bytes: 7_000, file_count: 7 });
  await client.query('DELETE FROM dataset_versions WHERE dataset_id = $1 AND version = 2', [dataset]);
  expect(await described()).toEqual({ size_bytes: 10_000, file_count: 10 });
  await client.query('UPDATE dataset_versions SET size_bytes = 5 WHERE dataset_id = $1', [dataset]);
  expect(await described()).toEqual({ size_bytes: 5, file_count: 10 });
  await client.query('DELETE FROM datasets WHERE id = $1', [dataset]);
});

test('a second attempt cannot be alive beside a first', async () => {
  const workflow = await addWorkflow(client, await addProject(client));
  const add = (attempt: number) =>
    client.query('INSERT INTO workflow_runs (workflow_id, attempt) VALUES ($1, $2)', [workflow, attempt]);
  await add(1);
  await expect(add(2)).rejects.toThrow('idx_workflow_runs_one_alive');
  await client.query("UPDATE workflow_runs SET status = 'lost' WHERE workflow_id = $1", [workflow]);
  await add(2);
});
