import { createHash } from 'node:crypto';
import { stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { beforeAll, expect, test, vi } from 'vitest';
import { snapshotsTable } from '../../../src/main/postgres/schema/bookkeeping.ts';
import { linesOf } from '../../../src/main/stores/snapshots/lines.ts';
import type { Manifest } from '../../../src/main/stores/snapshots/manifest.ts';
import { SnapshotReader } from '../../../src/main/stores/snapshots/snapshot-reader.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import { connected } from '../filled-database.ts';
import { fillStores, type OwnStores, openOwnStores, snapshotOf } from './support.ts';

const silent = () => undefined;
const table = 'run_events';

interface Made {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** A table of several parts: 14,000 rows of 1.6 KB. */
async function fillLarge(source: OwnStores): Promise<void> {
  await fillStores(source);
  await connected(source.url, (client) => add(client, 3000, 17_000));
}

function add(client: pg.ClientBase, from: number, to: number): Promise<unknown> {
  return client.query(
    `INSERT INTO ${table} (workflow_id, seq, type, payload)
     SELECT (SELECT id FROM workflows ORDER BY id LIMIT 1), n, 'log', jsonb_build_object('text', repeat(md5(n::text), 50))
     FROM generate_series($1::int, $2::int - 1) AS n`,
    [from, to],
  );
}

const partsOf = ({ manifest }: Made) =>
  manifest.database.tables.find(({ name }) => name === table)?.parts ?? [];

/** How many of the table's files an earlier snapshot has too, and how many there are. */
async function linkedIn(made: Made): Promise<[linked: number, all: number]> {
  const files = partsOf(made).map(({ file }) => path.join(made.folder, file));
  const links = await Promise.all(files.map(async (file) => (await stat(file)).nlink));
  return [links.filter((count) => count > 1).length, files.length];
}

/** A hash over the rows in a snapshot's files, in any order. */
async function rowsIn({ folder, manifest }: Made): Promise<string> {
  const rows: string[] = [];
  for (const { file } of partsOf({ folder, manifest }))
    for await (const line of linesOf(
      new SnapshotReader(folder, manifest, null).read(file),
      1024 ** 2,
      () => new Error(file),
    ))
      if (line !== '\\.') rows.push(line);
  return hashOf(rows);
}

const hashOf = (rows: readonly string[]) =>
  createHash('sha256')
    .update([...rows].sort().join('\n'))
    .digest('hex');

/** The same over the rows that the database has, as it prints them by another way. */
async function rowsInDatabase(client: pg.ClientBase, { manifest }: Made): Promise<string> {
  const columns = manifest.database.tables.find(({ name }) => name === table)?.columns ?? [];
  const printed = columns.map((name) => `coalesce(replace(${name}::text, '\\', '\\\\'), '\\N')`).join(', ');
  const { rows } = await client.query<{ row: string }>(
    `SELECT concat_ws(chr(9), ${printed}) AS row FROM ${table}`,
  );
  return hashOf(rows.map(({ row }) => row));
}

let source: OwnStores;
beforeAll(async () => {
  source = await openOwnStores();
  await fillLarge(source);
  await allIsOver();
  await snapshotOf(source);
  return () => source[Symbol.asyncDispose]();
});

/** Other tests have transactions under way on this server: what is younger than the oldest of them may not be over. */
async function allIsOver(): Promise<void> {
  await connected(source.url, async (client) => {
    const { rows } = await client.query<{ mine: string }>('SELECT pg_current_xact_id()::text AS mine');
    const query = 'SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AS over';
    await vi.waitUntil(
      async () => (await client.query<{ over: boolean }>(query, [rows[0]?.mine])).rows[0]?.over,
      { timeout: 60_000 },
    );
  });
}

/** Changes rows and takes a snapshot: it has the rows of then, and shares what did not change since the last one. */
async function after(change: (client: pg.ClientBase) => Promise<unknown>): Promise<[number, number]> {
  await connected(source.url, change);
  await allIsOver();
  const made = await snapshotOf(source);
  expect(await verifySnapshot(made.folder, silent)).toEqual([]);
  expect(await rowsIn(made)).toBe(await connected(source.url, (client) => rowsInDatabase(client, made)));
  return linkedIn(made);
}

test('a snapshot shares the rows that did not change with the earlier one, and has those that did', async () => {
  const [nothing, all] = await after((client) => client.query('SELECT 1'));
  expect(all).toBeGreaterThan(2);
  expect(nothing).toBe(all);
  const added = await after((client) => add(client, 30_000, 30_100));
  expect(added).toEqual([all - 1, all]);
  const updated = await after((client) =>
    client.query(`UPDATE ${table} SET type = 'other' WHERE ctid = (SELECT min(ctid) FROM ${table})`),
  );
  // The new row lies at the end, or beside the old one where PostgreSQL has made room there meanwhile.
  expect([all - 2, all - 1]).toContain(updated[0]);
  const removed = await after((client) =>
    client.query(`DELETE FROM ${table} WHERE ctid = (SELECT min(ctid) FROM ${table})`),
  );
  expect(removed).toEqual([all - 1, all]);
  // Room that was freed takes the next row: as many as before, of other transactions.
  const refilled = await after(async (client) => {
    await client.query(`DELETE FROM ${table} WHERE ctid = (SELECT min(ctid) FROM ${table})`);
    await client.query(`VACUUM ${table}`);
    await add(client, 31_000, 31_001);
  });
  expect(refilled[0]).toBeLessThan(all);
  const grown = await after((client) => add(client, 40_000, 48_000));
  expect(grown[0]).toBeGreaterThanOrEqual(all - 1);
  expect(grown[1]).toBeGreaterThan(all);
});

test('rows that lie elsewhere or print otherwise than in the earlier snapshot are written again, though no transaction changed them', async () => {
  const rewritten = await after((client) => client.query(`VACUUM FULL ${table}`));
  expect(rewritten[0]).toBe(0);
  const frozen = await after((client) => client.query(`VACUUM FREEZE ${table}`));
  expect(frozen[0]).toBe(frozen[1]);
  const widened = await after((client) =>
    client.query(`ALTER TABLE ${table} ADD COLUMN added int DEFAULT 7`),
  );
  expect(widened[0]).toBe(0);
  await connected(source.url, (client) => client.query(`ALTER TABLE ${table} DROP COLUMN added`));
});

test('a database without the mark of the earlier snapshot is written whole: it may have been put back to a time before it', async () => {
  const unmarked = await after((client) => client.query(`DELETE FROM ${snapshotsTable}`));
  expect(unmarked[0]).toBe(0);
});

test('a file that was written to after it was found whole is not shared', async () => {
  const first = await snapshotOf(source);
  const [part] = partsOf(first);
  const later = new Date(Date.now() + 60_000);
  await utimes(path.join(first.folder, part?.file ?? ''), later, later);
  const [linked, all] = await linkedIn(await snapshotOf(source));
  expect(linked).toBe(all - 1);
});
