import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withIndexesBehind } from '../../../src/main/postgres/schema/indexes-behind.ts';
import { readEverything } from './catalog.ts';
import { addMetric } from './rows.ts';
import { databaseWithRun } from './support.ts';

let held: Awaited<ReturnType<typeof databaseWithRun>>;
let client: pg.ClientBase;
let workflow: string;

beforeAll(async () => {
  held = await databaseWithRun();
  ({ client, workflow } = held);
  await client.query("SELECT ensure_metrics_partitions('2030-01-01Z', '2030-02-01Z')");
});
afterAll(() => held[Symbol.asyncDispose]());

/** Indexes and keys of every relation, of partitions, too. */
async function indexesAndKeys(): Promise<readonly string[]> {
  const { rows } = await client.query<{ one: string }>(
    `SELECT indexdef AS one FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
     ORDER BY 1`,
  );
  return rows.map(({ one }) => one);
}

/** Every table, as one that gets many rows. */
async function allTables(): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
  );
  return new Map(rows.map(({ name }) => [name, 1e6]));
}

test('indexes and keys of every table are away while it is filled, but keys that others lead to, and are the same behind the rows', async () => {
  const [before, everything] = [await indexesAndKeys(), await readEverything(client)];
  let during: readonly string[] = [];
  await client.query('BEGIN');
  await withIndexesBehind(client, await allTables(), async () => {
    during = await indexesAndKeys();
    await addMetric(client, workflow, '2030-01-05Z');
    await addMetric(client, workflow, '2035-01-05Z');
  });
  await client.query('COMMIT');
  expect(await indexesAndKeys()).toEqual(before);
  expect(await readEverything(client)).toEqual(everything);
  const gone = before.filter((one) => !during.includes(one));
  for (const one of ['idx_metrics_epoch', 'metrics_partition_2030_01_pkey', 'FOREIGN KEY (workflow_id)'])
    expect(gone.join('\n')).toContain(one);
  expect(during.join('\n')).toContain('UNIQUE INDEX workflows_pkey');
  expect(during.length).toBeLessThan(before.length / 2);
});

test('rows that lead to nothing, or that are there twice, are refused by the key that is made behind them, and everything is as it was', async () => {
  const before = await indexesAndKeys();
  const fill = (load: () => Promise<void>) => withIndexesBehind(client, new Map([['metrics', 1e6]]), load);
  const stranger = '00000000-0000-4000-8000-00000000ffff';
  await client.query('BEGIN');
  await expect(fill(() => addMetric(client, stranger, '2030-01-06Z'))).rejects.toMatchObject({
    code: '23503',
  });
  await client.query('ROLLBACK; BEGIN');
  const twice =
    'INSERT INTO metrics (id, workflow_id, epoch, step, recorded_at) OVERRIDING SYSTEM VALUE VALUES ($1, $2, 1, 1, $3)';
  const addTwice = async () => {
    for (const _ of [1, 2]) await client.query(twice, ['1', workflow, '2030-01-07Z']);
  };
  await expect(fill(addTwice)).rejects.toMatchObject({ code: '23505', table: 'metrics_partition_2030_01' });
  await client.query('ROLLBACK');
  expect(await indexesAndKeys()).toEqual(before);
});
