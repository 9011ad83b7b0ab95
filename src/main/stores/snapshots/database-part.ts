import { availableParallelism } from 'node:os';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import { counted } from '../../../shared/format/units.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { codeOf, hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { CopyIn } from '../../postgres/copy-in.ts';
import { CopyOut } from '../../postgres/copy-out.ts';
import { type PostgresAddress, withClient } from '../../postgres/pool.ts';
import { quoted, readMonths, readRevisions, readTables, sameText } from '../migration/table-shapes.ts';
import { type DatabaseManifest, type Manifest, manifestName, type TablePart } from './manifest.ts';
import { damaged, otherCount, readNamedFile, type SnapshotWriter } from './snapshot-files.ts';
import { namingLock } from './table-locks.ts';
import { copyStatement, orderedColumns, type PlannedPart, planParts } from './table-parts.ts';

/** Connections that write tables, beside the one that holds the database's snapshot. Each keeps a processor of PostgreSQL's machine busy. */
const writers = Math.min(4, Math.max(2, availableParallelism()));
const newline = 0x0a;

/** A transaction that sees what the database held when it began. */
export type DatabaseView = pg.ClientBase;

/** Called for each part that is written or read, with how many rows there were. */
export type OnRows = (table: string, rows: number) => void;

/** Keeps one moment of the database in sight while `use` reads what belongs to it. */
export function atOneMoment<Result>(
  address: PostgresAddress,
  use: (view: DatabaseView, at: Date, exported: string) => Promise<Result>,
): Promise<Result> {
  return withClient(address, async (client) => {
    await begin(client, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query<{ at: Date; exported: string }>(
      'SELECT clock_timestamp() AS at, pg_export_snapshot() AS exported',
    );
    const [row] = rows;
    if (!row) throw new Error('PostgreSQL answered nothing.');
    return use(client, new Date(row.at), row.exported);
  });
}

async function begin(client: pg.ClientBase, mode: string): Promise<void> {
  // PostgreSQL 17 has it. Of the session: a transaction that takes over another's view may ask nothing before.
  await client.query(
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout' AND setting <> '0'",
  );
  await client.query(`BEGIN ${mode}`);
  await client.query(sameText);
  await client.query(
    "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
  );
}

/** Writes every table as it was at the view's moment, several at a time; the number of rows in each file is compared with the view's own. */
export async function writeDatabase(
  address: PostgresAddress,
  view: DatabaseView,
  exported: string,
  writer: SnapshotWriter,
  withKeys: boolean,
  onRows: OnRows,
): Promise<DatabaseManifest> {
  const tables = await readTables(view, withKeys ? keyTables : []);
  const planned = [];
  for (const table of tables) {
    const columns = await orderedColumns(view, table);
    const parts = await namingLock(address, table.name, () => planParts(view, table.name, columns));
    planned.push({ name: table.name, columns, parts });
  }
  // The largest first: the connections end together.
  const work = planned.flatMap(({ parts }) => parts).sort((left, right) => right.bytes - left.bytes);
  const rowsOf = new Map<string, number>();
  const next = work[Symbol.iterator]();
  let hasFailed = false;
  await forEachConcurrently(Array.from({ length: writers }), writers, () =>
    withClient(address, async (client) => {
      for (const part of next) {
        if (hasFailed) return;
        const rows = await copyPart(client, address, exported, part, writer);
        rowsOf.set(part.file, rows);
        onRows(part.table, rows);
      }
    }).catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
  const tablesWritten = [];
  for (const { name, columns, parts } of planned) {
    const written = parts.map(({ table, file }) => ({ table, rows: rowsOf.get(file) ?? 0, file }));
    await namingLock(address, name, () => compareRows(view, name, written));
    tablesWritten.push({ name, columns, parts: written });
  }
  return {
    ...(await readFacts(view)),
    revisions: [...(await readRevisions(view))],
    tables: tablesWritten,
    sequences: await readSequences(view),
    months: [...(await readMonths(view))],
  };
}

/** In a transaction of its own: nobody waits for the lock of a table that is written. */
async function copyPart(
  client: pg.ClientBase,
  address: PostgresAddress,
  exported: string,
  part: PlannedPart,
  writer: SnapshotWriter,
): Promise<number> {
  await begin(client, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(exported)}`);
  const copy = client.query(new CopyOut(copyStatement(part), writer.signal));
  await namingLock(address, part.table, () => writer.write(part.file, copy));
  await client.query('COMMIT');
  return copy.rows;
}

/** Of the whole table, however it was parted: what was forgotten shows. @throws TrainyardError SNAPSHOT_COUNT_DIFFERS */
async function compareRows(view: DatabaseView, name: string, parts: readonly TablePart[]): Promise<void> {
  const { rows } = await view.query<{ rows: string }>(`SELECT count(*)::text AS rows FROM ${quoted(name)}`);
  const written = parts.reduce((sum, part) => sum + part.rows, 0);
  const live = Number(rows[0]?.rows);
  if (written !== live) throw otherCount(`database/${name}`, written, live);
}

/** Where the cache and the queue of a profile without Redis lie. */
const keyTables = ['kv_entries', 'kv_queue'];

/** Ends of rows: COPY writes those within a value as `\n`. */
export function linesIn(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines += 1;
  return lines;
}

async function readFacts(view: DatabaseView): Promise<Pick<DatabaseManifest, 'server' | 'collation'>> {
  const { rows } = await view.query<{ server: string; collation: string | null }>(
    `SELECT current_setting('server_version') AS server, datcollversion AS collation
     FROM pg_database WHERE datname = current_database()`,
  );
  return { server: rows[0]?.server ?? '', collation: rows[0]?.collation ?? null };
}

async function readSequences(view: DatabaseView): Promise<{ name: string; value: string }[]> {
  const { rows } = await view.query<{ name: string; value: string }>(
    `SELECT sequencename AS name, last_value::text AS value FROM pg_sequences
     WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY sequencename COLLATE "C"`,
  );
  return rows;
}

/**
 * Puts a snapshot's rows into a database at the snapshot's revision whose tables are empty but for the local owner, in one transaction.
 * @param beforeCommit puts what belongs to the rows into its stores, once PostgreSQL has taken every row
 * @throws TrainyardError SNAPSHOT_TABLE_UNKNOWN, SNAPSHOT_FILE_…, RESTORE_DIFFERS, POSTGRES_…; the database is as it was then
 */
export async function readDatabase(
  address: PostgresAddress,
  folder: string,
  manifest: Manifest,
  withKeys: boolean,
  onRows: OnRows,
  beforeCommit: () => Promise<void>,
): Promise<void> {
  const { database } = manifest;
  await withClient(address, async (client) => {
    await begin(client, '');
    const known = await knownTables(client, database);
    const tables = known.filter(({ name }) => withKeys || !keyTables.includes(name));
    const names = tables.map(({ name }) => quoted(name));
    await client.query(`LOCK TABLE trainyard_migrations, ${names.join(', ')} IN ACCESS EXCLUSIVE MODE`);
    for (const month of database.months)
      await client.query('SELECT ensure_metrics_partitions($1::timestamptz, $1::timestamptz)', [month]);
    // Rows arrive as they were: no trigger counts or dates them anew.
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    for (const name of names) await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
    await client.query(`TRUNCATE ${names.join(', ')}`);
    for (const { name, columns, parts } of tables) {
      const list = columns.map(quoted).join(', ');
      let expected = 0;
      for (const part of parts) {
        await pipeline(
          readNamedFile(folder, manifest, part.file),
          client.query(new CopyIn(`COPY ${quoted(name)} (${list}) FROM STDIN`)),
        ).catch(refused(part.file));
        failpoint('restore.database.table.after');
        expected += part.rows;
        onRows(part.table, part.rows);
      }
      const { rows } = await client.query<{ rows: string }>(
        `SELECT count(*)::text AS rows FROM ${quoted(name)}`,
      );
      const found = Number(rows[0]?.rows);
      if (found !== expected) throw differs(name, found, expected);
    }
    for (const name of names) await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
    for (const { name, value } of database.sequences)
      await client
        .query('SELECT setval($1::regclass, $2)', [quoted(name), value])
        .catch(refused(manifestName));
    await beforeCommit();
    failpoint('restore.database.commit.before');
    await client.query('COMMIT');
    failpoint('restore.database.commit.after');
  });
}

/** For `catch`: what PostgreSQL does not take is a fault of the file that holds it. By classes of SQLSTATE: data, constraints, names and limits. */
const refused =
  (file: string) =>
  (error: unknown): never => {
    if (!/^(22|23|42|54)...$/.test(codeOf(error)) || hasCode(error, '42501')) throw error;
    throw damaged(file, errorMessage(error), error);
  };

function differs(table: string, found: number, expected: number) {
  const what = {
    en: `${table} has ${counted(found, 'row')} instead of ${expected}`,
    ko: `${table} 테이블의 행이 ${expected}개여야 하는데 ${found}개입니다`,
  };
  return fault('RESTORE_DIFFERS', { what });
}

/** The snapshot's tables, which are the database's with the same columns; so are its sequences. */
async function knownTables(client: pg.ClientBase, { tables, sequences, revisions }: DatabaseManifest) {
  const present = new Map(
    (await readTables(client, keyTables)).map(({ name, columns }) => [name, columns.toSorted().join()]),
  );
  const { rows } = await client.query<{ name: string }>(
    "SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'",
  );
  const inSnapshot = new Set(tables.map(({ name }) => name));
  const unknown =
    tables.find(({ name, columns }) => present.get(name) !== columns.toSorted().join())?.name ??
    // Of a profile with Redis it has no tables for keys.
    [...present.keys()].find((name) => !inSnapshot.has(name) && !keyTables.includes(name)) ??
    sequences.find(({ name }) => !rows.some((row) => row.name === name))?.name;
  if (unknown === undefined) return tables;
  throw fault('SNAPSHOT_TABLE_UNKNOWN', { table: unknown, revision: revisions.at(-1) ?? '–' });
}
