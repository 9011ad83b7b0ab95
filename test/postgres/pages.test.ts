import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listDatasets } from '../../src/main/features/datasets/dataset-rows.ts';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';
import { listJobs } from '../../src/main/features/jobs/job-rows.ts';
import { listProjects } from '../../src/main/features/projects/project-rows.ts';
import { listRuns } from '../../src/main/features/runs/run-queries.ts';
import { Db } from '../../src/main/postgres/db.ts';
import type { Page } from '../../src/main/postgres/pages.ts';
import { createPool } from '../../src/main/postgres/pool.ts';
import type { PageQuery } from '../../src/shared/contract/common.ts';
import { mainMetric } from '../../src/shared/model/main-metric.ts';
import { runSorts } from '../../src/shared/model/run.ts';
import { addManyRows, manyProjectId } from '../support/many-rows.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const count = 2000;
let database: TestDatabase;
let pool: pg.Pool;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url });
  db = new Db(pool);
  const client = await pool.connect();
  await addManyRows(client, count);
  client.release();
});

afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

async function readAll<Row>(read: (page: PageQuery) => Promise<Page<Row>>, limit: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ; ) {
    const page: Page<Row> = await read({ after, limit });
    expect(page.total).toBe(after === undefined ? count : null);
    for (const row of page.rows) expect(row).not.toHaveProperty('place');
    rows.push(...page.rows);
    if (page.next === null) return rows;
    after = page.next;
  }
}

const anyRun = { projectId: null, status: null, search: null };
const projects = (page: PageQuery) => listProjects(db, localOwnerId, null, page);

test('the pages of a list hold every row once, in order, whatever their size', async () => {
  const newestFirst = Array.from({ length: count }, (_, index) => `project ${count - index}`);
  for (const limit of [1999, 500, 333])
    expect((await readAll(projects, limit)).map(({ name }) => name)).toEqual(newestFirst);
  const whole = await projects({ limit: count });
  expect([whole.rows.length, whole.next]).toEqual([count, null]);
});

test.each(runSorts)(
  'runs ordered by %s are on pages in one order, which is the other one backwards',
  async (sort) => {
    // Of equal values, of none, and of text that is no number.
    await pool.query(`UPDATE workflows SET final_metrics = (CASE WHEN name LIKE '%7' THEN NULL
    WHEN name LIKE '%3' THEN '{"val_loss": "NaN", "val_accuracy": 1e-7}' ELSE '{"val_loss": 0.5, "val_accuracy": 0.25}' END)::jsonb`);
    const read = (order: 'asc' | 'desc') =>
      readAll((page) => listRuns(db, { ...anyRun, sort, order }, page), 333);
    const [rising, falling] = [await read('asc'), await read('desc')];
    const ids = new Set(rising.map(({ id }) => id));
    expect([rising.length, ids.size, new Set(falling.map(({ id }) => id)).size]).toEqual([
      count,
      count,
      count,
    ]);
    // What has no value is last both ways.
    const isMetric = sort === 'score' || sort.startsWith('val_');
    const hasValue = ({ taskType, finalMetrics }: (typeof rising)[number]) => {
      const name = sort === 'score' ? (mainMetric(taskType, []) ?? '') : sort;
      return !isMetric || typeof finalMetrics?.[name] === 'number';
    };
    expect(rising.filter(hasValue).map(({ id }) => id)).toEqual(
      falling
        .filter(hasValue)
        .map(({ id }) => id)
        .reverse(),
    );
    for (const list of [rising, falling])
      expect(list.findIndex((run) => !hasValue(run))).toBe(isMetric ? list.filter(hasValue).length : -1);
  },
);

test('a page goes on where the one before ended, whatever came or went meanwhile', async () => {
  const first = await projects({ limit: 3 });
  await pool.query("INSERT INTO projects (user_id, name) VALUES ($1, 'newer')", [localOwnerId]);
  await pool.query('UPDATE projects SET deleted_at = now() WHERE id = $1', [manyProjectId(count - 1)]);
  const second = await projects({ after: first.next ?? '', limit: 2 });
  expect(second.rows.map(({ id }) => id)).toEqual([manyProjectId(count - 3), manyProjectId(count - 4)]);
  await pool.query("DELETE FROM projects WHERE name = 'newer'");
  await pool.query('UPDATE projects SET deleted_at = NULL');
});

test('a page far down is reached by skipping rows, from the start or from a place', async () => {
  const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);
  const last = await projects({ skip: count - 3, limit: 5 });
  expect([names(last.rows), last.next, last.total]).toEqual([
    ['project 3', 'project 2', 'project 1'],
    null,
    null,
  ]);
  const [first, jumped] = [await projects({ limit: 10 }), await projects({ skip: 1000, limit: 10 })];
  expect(names(jumped.rows)[0]).toBe(`project ${count - 1000}`);
  const beyond = await projects({ after: jumped.next ?? '', limit: 1 });
  expect(names(beyond.rows)).toEqual([`project ${count - 1010}`]);
  expect(names((await projects({ after: first.next ?? '', skip: 5, limit: 1 })).rows)).toEqual([
    `project ${count - 15}`,
  ]);
  for (const skip of [count, count + 7])
    expect(await projects({ skip, limit: 5 })).toEqual({ rows: [], next: null, total: null });
  expect((await projects({ skip: 0, limit: 1 })).total).toBe(count);
});

test.each(runSorts)(
  'runs ordered by %s are where pages have them, however they are reached',
  async (sort) => {
    for (const order of ['asc', 'desc'] as const) {
      const read = (page: PageQuery) => listRuns(db, { ...anyRun, sort, order }, page);
      const all = await readAll(read, 500);
      const { rows } = await read({ skip: 1500, limit: 500 });
      expect(rows.map(({ id }) => id)).toEqual(all.slice(1500).map(({ id }) => id));
    }
  },
);

test('a page that skips rows holds what stands there now', async () => {
  const at = async (skip: number) => (await projects({ skip, limit: 1 })).rows[0]?.id;
  expect(await at(500)).toBe(manyProjectId(count - 500));
  await pool.query("INSERT INTO projects (user_id, name) VALUES ($1, 'newer')", [localOwnerId]);
  expect(await at(500)).toBe(manyProjectId(count - 499));
  await pool.query('UPDATE projects SET deleted_at = now() WHERE id = ANY ($1)', [
    [manyProjectId(count), manyProjectId(count - 1)],
  ]);
  expect(await at(500)).toBe(manyProjectId(count - 501));
  await pool.query("DELETE FROM projects WHERE name = 'newer'");
  await pool.query('UPDATE projects SET deleted_at = NULL');
});

test('a place that no page of this list has answered is refused', async () => {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { next } = await listRuns(db, { ...anyRun, sort: 'name', order: 'asc' }, { limit: 1 });
  const id = manyProjectId(1);
  const wrong = ['x', '', encoded(null), encoded(['newest desc']), next ?? ''];
  wrong.push(encoded(['newest desc', "2026-01-01 00:00:00+00'", id]), encoded(['newest desc', 'now', id]));
  for (const after of wrong)
    await expect(projects({ after, limit: 1 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      place: { field: 'after' },
    });
});

test('a place with a value that no row can have is refused', async () => {
  const encoded = (...place: string[]) => Buffer.from(JSON.stringify(place)).toString('base64url');
  const id = manyProjectId(1);
  for (const time of ['999999-11-30 01:05:16+00', '2026-13-45 01:05:16+00'])
    for (const skip of [0, 3])
      await expect(
        projects({ after: encoded('newest desc', time, id), skip, limit: 1 }),
      ).rejects.toMatchObject({ code: 'INVALID_INPUT', place: { field: 'after' } });
  const byName = listRuns(
    db,
    { ...anyRun, sort: 'name', order: 'asc' },
    { after: encoded('name asc', 'a\0b', id), limit: 1 },
  );
  await expect(byName).rejects.toMatchObject({ code: 'INVALID_INPUT', place: { field: 'after' } });
});

test('the first and the last page are read by an index: neither reads what other pages hold', async () => {
  const explained: string[] = [];
  const explaining = new Db({
    query: async (query: { text: string; values: unknown[] }) => {
      const { rows } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS) ${query.text}`, query.values);
      explained.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return pool.query(query);
    },
  } as unknown as pg.Pool);
  type Read = (at: Db, page: PageQuery) => Promise<Page<unknown>>;
  const lists: Read[] = [
    (at, page) => listProjects(at, localOwnerId, null, page),
    (at, page) => listDatasets(at, { userId: localOwnerId, projectId: null, search: null }, page),
    (at, page) => listRuns(at, { ...anyRun, sort: 'createdAt', order: 'desc' }, page),
    (at, page) => listRuns(at, { ...anyRun, sort: 'name', order: 'asc' }, page),
    (at, page) => listJobs(at, localOwnerId, {}, page),
  ];
  for (const read of lists) {
    explained.length = 0;
    const { next } = await read(db, { limit: count - 5 });
    await read(explaining, { after: next ?? '', limit: 5 });
    await read(explaining, { limit: 5 });
    const plans = explained.filter((plan) => plan.startsWith('Limit'));
    expect(plans).toHaveLength(2);
    for (const plan of plans) {
      expect(plan).toMatch(/Index (Only )?Scan (Backward )?using/);
      expect(plan).not.toContain('Seq Scan');
      expect(Number(/Buffers: shared hit=(\d+)/.exec(plan)?.[1])).toBeLessThan(200);
    }
  }
});
