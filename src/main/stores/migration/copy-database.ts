import { randomInt } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { to as copyOut } from 'pg-copy-streams';
import { fault } from '../../../shared/errors/catalogue.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { CopyIn } from '../../postgres/copy-in.ts';
import { type PostgresAddress, withClient } from '../../postgres/pool.ts';
import { makeDetachedMonths } from '../../postgres/schema/detached-months.ts';
import { withIndexesBehind } from '../../postgres/schema/indexes-behind.ts';
import { ContentHash } from './content-hash.ts';
import type { CopyResult, OnCopyProgress } from './progress.ts';
import {
  quoted,
  readContent,
  readMonths,
  readRevisions,
  readTables,
  sameText,
  type TableContent,
  type TableShape,
} from './table-shapes.ts';

/**
 * Copies every table of the schema `public` but the embedded profile's stores of documents, cache and queue: from one snapshot into
 * one transaction, so that a kill at any moment leaves the target as it was. Rows arrive exactly as they are: triggers of the schema
 * (cached counts, `updated_at`) are disabled meanwhile, foreign keys are checked. The target's role must own the tables; it need not be a
 * superuser. The source is only read. Safe to repeat: a target that is a copy already stays as it is.
 * @throws TrainyardError MIGRATION_SCHEMA_DIFFERS if the two are not at the same revision with the same tables; MIGRATION_SAME_STORE;
 *   MIGRATION_TARGET_NOT_EMPTY; MIGRATION_DIFFERS; POSTGRES_…
 */
export async function copyDatabase(options: {
  readonly from: PostgresAddress;
  readonly to: PostgresAddress;
  readonly onProgress: OnCopyProgress;
}): Promise<CopyResult> {
  const { from, to, onProgress } = options;
  return withSnapshotClient(from, 'ISOLATION LEVEL REPEATABLE READ READ ONLY', (source) =>
    withSnapshotClient(to, '', async (target) => {
      await refuseSame(source, target);
      const tables = await comparedTables(source, target);
      const contents = await contentsOf(source, tables, 'checking', onProgress);
      const copied = (await findExistingCopy(source, target, tables, contents, onProgress))
        ? 0
        : await copyTables(source, target, tables, contents, onProgress);
      const hash = new ContentHash();
      for (const [{ name }, content] of contents) hash.add(name, String(content.rows), content.hash);
      const count = [...contents.values()].reduce((sum, { rows }) => sum + rows, 0);
      failpoint('migration.database.commit.before');
      return { count, copied, sha256: hash.hex() };
    }),
  );
}

function withSnapshotClient<Result>(
  address: PostgresAddress,
  mode: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withClient(address, async (client) => {
    await client.query(`BEGIN ${mode}`);
    await client.query(sameText);
    // Don't wait forever for a lock, and don't let server limits end a long copy.
    await client.query(
      "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
    );
    const result = await use(client);
    await client.query('COMMIT');
    return result;
  });
}

/** Takes a lock in the source that the target sees only if it is the same database. */
async function refuseSame(source: pg.Client, target: pg.Client): Promise<void> {
  const number = randomInt(2 ** 47);
  await source.query('SELECT pg_advisory_xact_lock($1)', [number]);
  const { rows } = await target.query<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS free', [
    number,
  ]);
  if (rows[0]?.free) return;
  throw fault('MIGRATION_SAME_STORE', {});
}

async function comparedTables(source: pg.Client, target: pg.Client): Promise<readonly TableShape[]> {
  const [ours, theirs] = [await readRevisions(source), await readRevisions(target)];
  if (ours.join() !== theirs.join()) {
    const [from, to] = [ours.at(-1) ?? '–', theirs.at(-1) ?? '–'];
    const what = {
      en: `the source is at revision ${from}, the target at ${to}`,
      ko: `원본의 리비전은 ${from}, 옮길 곳의 리비전은 ${to}입니다`,
    };
    throw fault('MIGRATION_SCHEMA_DIFFERS', { what });
  }
  const tables = await readTables(source);
  await makeDetachedMonths(target, tables);
  const others = await readTables(target);
  const shapes = new Map(others.map(({ name, columns }) => [name, columns.join()]));
  const differing = tables.filter(({ name, columns }) => shapes.get(name) !== columns.join());
  if (differing.length === 0) return tables;
  const names = differing.map(({ name }) => name).join(', ');
  const what = {
    en: `only one of them has ${names} like that`,
    ko: `${names} 테이블의 구조가 서로 다릅니다`,
  };
  throw fault('MIGRATION_SCHEMA_DIFFERS', { what });
}

async function contentsOf(
  client: pg.Client,
  tables: readonly TableShape[],
  step: 'checking' | 'comparing',
  onProgress: OnCopyProgress,
): Promise<ReadonlyMap<TableShape, TableContent>> {
  const contents = new Map<TableShape, TableContent>();
  for (const table of tables) {
    const content = await readContent(client, table);
    contents.set(table, content);
    onProgress({ step, what: table.name, done: content.rows, total: content.rows });
  }
  return contents;
}

/**
 * Locks the target, and returns whether it is a copy of the source already. A fresh target is none: only `users` has rows there, the
 * local owner's, made by the migrations with that database's own dates.
 * @throws TrainyardError MIGRATION_TARGET_NOT_EMPTY
 */
async function findExistingCopy(
  source: pg.Client,
  target: pg.Client,
  tables: readonly TableShape[],
  contents: ReadonlyMap<TableShape, TableContent>,
  onProgress: OnCopyProgress,
): Promise<boolean> {
  const names = tables.map(({ name }) => quoted(name)).join(', ');
  // From here on nobody else writes to the target; readers may go on.
  await target.query(`LOCK TABLE trainyard_migrations, ${names} IN SHARE ROW EXCLUSIVE MODE`);
  const filled: string[] = [];
  for (const { name } of tables) {
    const { rows } = await target.query<{ filled: boolean }>(
      `SELECT EXISTS (SELECT FROM ${quoted(name)}) AS filled`,
    );
    if (rows[0]?.filled) filled.push(name);
  }
  if (filled.length === 0) return false;
  if (filled.join() === 'users') {
    const owners = await target.query<{ id: string }>('SELECT id FROM users');
    const ids = owners.rows.map(({ id }) => id);
    const known = await source.query('SELECT id FROM users WHERE id = ANY ($1)', [ids]);
    if (known.rowCount === ids.length) return false;
  }
  const there = await contentsOf(target, tables, 'checking', onProgress);
  const other = tables.find((table) => there.get(table)?.hash !== contents.get(table)?.hash);
  if (!other) return true;
  const rows = there.get(other)?.rows;
  const what = phrase('{rows} {rows|row|rows} in the table {table}', '{table} 테이블의 행 {rows}개', {
    rows: String(rows),
    table: other.name,
  });
  throw fault('MIGRATION_TARGET_NOT_EMPTY', { what });
}

async function copyTables(
  source: pg.Client,
  target: pg.Client,
  tables: readonly TableShape[],
  contents: ReadonlyMap<TableShape, TableContent>,
  onProgress: OnCopyProgress,
): Promise<number> {
  for (const month of await readMonths(source)) {
    await target.query('SELECT ensure_metrics_partitions($1::timestamptz, $1::timestamptz)', [month]);
  }
  // Only the owner may do this. No other session sees the triggers disabled, because the transaction enables them again.
  await target.query('SET CONSTRAINTS ALL IMMEDIATE');
  for (const { name } of tables) await target.query(`ALTER TABLE ${quoted(name)} DISABLE TRIGGER USER`);
  await target.query(`TRUNCATE ${tables.map(({ name }) => quoted(name)).join(', ')}`);
  let copied = 0;
  const copyTable = async (table: TableShape) => {
    const { name, columns } = table;
    const list = columns.map(quoted).join(', ');
    await pipeline(
      source.query(copyOut(`COPY (SELECT ${list} FROM ${quoted(name)}) TO STDOUT (FORMAT binary)`)),
      target.query(new CopyIn(`COPY ${quoted(name)} (${list}) FROM STDIN (FORMAT binary)`)),
    );
    failpoint('migration.database.table.after');
    const rows = contents.get(table)?.rows ?? 0;
    copied += rows;
    onProgress({ step: 'copying', what: name, done: rows, total: rows });
  };
  const counts = new Map([...contents].map(([{ name }, { rows }]) => [name, rows]));
  await withIndexesBehind(target, counts, async () => {
    for (const table of tables) await copyTable(table);
  });
  for (const { name } of tables) await target.query(`ALTER TABLE ${quoted(name)} ENABLE TRIGGER USER`);
  await copySequences(source, target);
  const there = await contentsOf(target, tables, 'comparing', onProgress);
  const differing = tables.filter((table) => there.get(table)?.hash !== contents.get(table)?.hash);
  if (differing.length === 0) return copied;
  const names = differing.map(({ name }) => name).join(', ');
  throw fault('MIGRATION_DIFFERS', { what: { en: `the tables ${names}`, ko: `${names} 테이블` } });
}

/** Sequences of the copied tables continue from the source's values; that of `kv_queue` stays as it is. */
async function copySequences(source: pg.Client, target: pg.Client): Promise<void> {
  const { rows } = await source.query<{ name: string; value: string }>(
    `SELECT sequencename AS name, last_value::text AS value FROM pg_sequences
     WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename !~ '^kv_queue_'`,
  );
  for (const { name, value } of rows) {
    await target.query('SELECT setval($1::regclass, $2)', [quoted(name), value]);
  }
}
