import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricPartitions } from '../../../src/main/features/ingest/metric-partitions.ts';
import { Db } from '../../../src/main/postgres/db.ts';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { connect } from './catalog.ts';
import { addMetric, addProject, addWorkflow } from './rows.ts';
import { databaseWithRun } from './support.ts';

let held: Awaited<ReturnType<typeof databaseWithRun>>;
let client: pg.ClientBase;
let workflow: string;

beforeAll(async () => {
  held = await databaseWithRun();
  ({ client, workflow } = held);
});
afterAll(() => held[Symbol.asyncDispose]());

const ensure = (session: pg.ClientBase, from: string, to: string) =>
  session
    .query<{ name: string }>('SELECT ensure_metrics_partitions($1, $2) AS name', [from, to])
    .then(({ rows }) => rows.map(({ name }) => name));

async function partitionOf(recordedAt: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT tableoid::regclass::text AS name FROM metrics WHERE recorded_at = $1',
    [recordedAt],
  );
  return rows.map(({ name }) => name);
}

test('months are made once, by UTC, and rows go into theirs', async () => {
  expect(await ensure(client, '2030-01-31T23:59:59Z', '2030-03-01T00:00:00Z')).toEqual([
    'metrics_partition_2030_01',
    'metrics_partition_2030_02',
    'metrics_partition_2030_03',
  ]);
  expect(await ensure(client, '2030-01-01', '2030-03-31')).toEqual([]);
  for (const [time, month] of [
    ['2030-01-01T00:00:00Z', '2030_01'],
    ['2030-01-31T23:59:59.999Z', '2030_01'],
    ['2030-02-01T00:00:00Z', '2030_02'],
    ['2030-03-31T23:59:59.999999Z', '2030_03'],
  ] as const) {
    await addMetric(client, workflow, time);
    expect(await partitionOf(time)).toEqual([`metrics_partition_${month}`]);
  }
});

test('the session’s time zone does not move a month', async () => {
  await using session = await connect(held.url);
  await session.query("SET TIME ZONE 'Pacific/Auckland'");
  expect(await ensure(session, '2030-10-01T00:00:00Z', '2030-10-01T00:00:00Z')).toEqual([
    'metrics_partition_2030_10',
  ]);
  await addMetric(client, workflow, '2030-10-31T23:00:00Z');
  expect(await partitionOf('2030-10-31T23:00:00Z')).toEqual(['metrics_partition_2030_10']);
});

test('a point of any time is taken, and moves when its month is made', async () => {
  const early = '1970-01-01T00:00:00Z';
  const late = '2031-05-15T12:00:00Z';
  for (const time of [early, late]) {
    await addMetric(client, workflow, time);
    expect(await partitionOf(time)).toEqual(['metrics_partition_default']);
  }
  const { rows: before } = await client.query('SELECT * FROM metrics WHERE recorded_at = $1', [late]);
  expect(await ensure(client, late, late)).toEqual(['metrics_partition_2031_05']);
  expect(await partitionOf(late)).toEqual(['metrics_partition_2031_05']);
  expect((await client.query('SELECT * FROM metrics WHERE recorded_at = $1', [late])).rows).toEqual(before);
  expect(await partitionOf(early)).toEqual(['metrics_partition_default']);
});

test('sessions that ask at once, with writers beside them, make each month once', async () => {
  const results = await Promise.all([
    ...Array.from({ length: 4 }, async () => {
      await using session = await connect(held.url);
      return await ensure(session, '2032-01-01', '2032-12-01');
    }),
    ...Array.from({ length: 2 }, async (_, place) => {
      await using session = await connect(held.url);
      for (let month = 1; month <= 12; month += 1) {
        await session.query('BEGIN');
        await session.query('UPDATE workflows SET last_seq = last_seq + 1 WHERE id = $1', [workflow]);
        await addMetric(session, workflow, `2032-${String(month).padStart(2, '0')}-1${place}T00:00:00Z`);
        await session.query('COMMIT');
      }
      return [];
    }),
  ]);
  const made = results.flat();
  expect(made.length).toBe(12);
  expect(new Set(made).size).toBe(12);
  const { rows } = await client.query(
    "SELECT count(*) AS n, count(*) FILTER (WHERE tableoid = 'metrics_partition_default'::regclass) AS astray FROM metrics WHERE recorded_at >= '2032-01-01' AND recorded_at < '2033-01-01'",
  );
  expect(rows).toEqual([{ n: 24, astray: 0 }]);
});

test('a new month has every index and foreign key of the parent', async () => {
  await ensure(client, '2033-01-01', '2033-01-01');
  const { rows } = await client.query<{ n: number; parent: number }>(`
    SELECT (SELECT count(*) FROM pg_index WHERE indrelid = 'metrics_partition_2033_01'::regclass AND indisvalid)
         + (SELECT count(*) FROM pg_constraint WHERE conrelid = 'metrics_partition_2033_01'::regclass AND contype = 'f') AS n,
           (SELECT count(*) FROM pg_index WHERE indrelid = 'metrics'::regclass)
         + (SELECT count(*) FROM pg_constraint WHERE conrelid = 'metrics'::regclass AND contype = 'f') AS parent`);
  expect(rows[0]?.n).toBe(rows[0]?.parent);
});

test('ranges that make no sense are refused', async () => {
  for (const [from, to] of [
    ['2030-02-01', '2030-01-01'],
    ['2030-01-01', '2050-01-01'],
    ['-infinity', '2030-01-01'],
    ['2030-01-01', 'infinity'],
  ] as const) {
    await expect(ensure(client, from, to)).rejects.toMatchObject({ code: '22023' });
  }
});

test('a long reader puts a new month off and loses no point', async () => {
  const pool = createPool({ url: held.url });
  try {
    const ensurePartitions = metricPartitions(new Db(pool));
    await using reader = await connect(held.url);
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM metrics_partition_default');
    const soon = new Date(Date.now() + 200 * 24 * 3_600_000);
    await ensurePartitions(soon, soon);
    await addMetric(client, workflow, soon.toISOString());
    expect(await partitionOf(soon.toISOString())).toEqual(['metrics_partition_default']);
    await reader.query('COMMIT');
    await ensurePartitions(soon, soon);
    const month = soon.toISOString().slice(0, 7).replace('-', '_');
    expect(await partitionOf(soon.toISOString())).toEqual([`metrics_partition_${month}`]);
    await ensurePartitions(new Date(0), new Date('9999-01-01'));
    const { rows } = await client.query(
      "SELECT count(*) AS n FROM pg_class WHERE relname ~ '^metrics_partition_(19|9)'",
    );
    expect(rows).toEqual([{ n: 0 }]);
  } finally {
    await pool.end();
  }
});

test('removing a run removes its points', async () => {
  const doomed = await addWorkflow(client, await addProject(client));
  await addMetric(client, doomed, '2030-01-05T00:00:00Z');
  await addMetric(client, doomed, '1999-01-05T00:00:00Z');
  await client.query('DELETE FROM workflows WHERE id = $1', [doomed]);
  const { rows } = await client.query('SELECT count(*) AS n FROM metrics WHERE workflow_id = $1', [doomed]);
  expect(rows).toEqual([{ n: 0 }]);
});
