import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import { counted } from '../../../shared/format/units.ts';
import { codeOf, hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { CopyIn } from '../../postgres/copy-in.ts';
import { type PostgresAddress, withClient } from '../../postgres/pool.ts';
import { makeDetachedMonths } from '../../postgres/schema/detached-months.ts';
import { withIndexesBehind } from '../../postgres/schema/indexes-behind.ts';
import { quoted, readTables } from '../migration/table-shapes.ts';
import { damaged } from './damage.ts';
import { type DatabaseManifest, manifestName } from './manifest.ts';
import { begin } from './moment.ts';
import type { SnapshotReader } from './snapshot-reader.ts';

const newline = 0x0a;

/** Called for each part that is written or read, with how many rows there were. */
export type OnRows = (table: string, rows: number) => void;

/** Where the cache and the queue of a profile without Redis lie. */
export const keyTables = ['kv_entries', 'kv_queue'];

/** Ends of rows: COPY writes those within a value as `\n`. */
export function linesIn(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines += 1;
  return lines;
}

/**
 * Puts a snapshot's rows into a database at the snapshot's revision whose tables are empty but for the local owner, in one transaction.
 * @param beforeCommit puts what belongs to the rows into its stores, once PostgreSQL has taken every row
 * @throws TrainyardError SNAPSHOT_TABLE_UNKNOWN, SNAPSHOT_FILE_…, RESTORE_DIFFERS, POSTGRES_…; the database is as it was then
 */
export async function readDatabase(
  address: PostgresAddress,
  snapshot: SnapshotReader,
  withKeys: boolean,
  onRows: OnRows,
  beforeCommit: () => Promise<void>,
): Promise<void> {
  const { database } = snapshot.manifest;
  await withClient(address, async (client) => {
    await begin(client, '');
    await makeDetachedMonths(client, database.tables);
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
    const rows = new Map(tables.map(({ name, parts }) => [name, rowsOf(parts)]));
    await withIndexesBehind(client, rows, async () => {
      for (const table of tables) await fillTable(client, snapshot, table, onRows);
    }).catch(refused((table) => fileOf(tables, table)));
    for (const name of names) await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
    for (const { name, value } of database.sequences)
      await client
        .query('SELECT setval($1::regclass, $2)', [quoted(name), value])
        .catch(refused(() => manifestName));
    await beforeCommit();
    failpoint('restore.database.commit.before');
    await client.query('COMMIT');
    failpoint('restore.database.commit.after');
  });
}

type CopiedTable = DatabaseManifest['tables'][number];

async function fillTable(
  client: pg.ClientBase,
  snapshot: SnapshotReader,
  { name, columns, parts }: CopiedTable,
  onRows: OnRows,
): Promise<void> {
  const list = columns.map(quoted).join(', ');
  for (const part of parts) {
    await pipeline(
      snapshot.read(part.file),
      client.query(new CopyIn(`COPY ${quoted(name)} (${list}) FROM STDIN`)),
    ).catch(refused(() => part.file));
    failpoint('restore.database.table.after');
    onRows(part.table, part.rows);
  }
  const { rows } = await client.query<{ rows: string }>(`SELECT count(*)::text AS rows FROM ${quoted(name)}`);
  const [found, expected] = [Number(rows[0]?.rows), rowsOf(parts)];
  if (found !== expected) throw differs(name, found, expected);
}

const rowsOf = (parts: CopiedTable['parts']) => parts.reduce((sum, { rows }) => sum + rows, 0);

/** The first file with rows of a table, or of the partition. */
const fileOf = (tables: readonly CopiedTable[], table: string | undefined) =>
  tables.flatMap(({ name, parts }) => parts.filter((part) => name === table || part.table === table)).at(0)
    ?.file ?? manifestName;

/**
 * For `catch`: what PostgreSQL does not take is a fault of the file that holds it. By classes of SQLSTATE: data, constraints, names and limits.
 * @param fileOfTable the file, by the table that the error names
 */
const refused =
  (fileOfTable: (table: string | undefined) => string) =>
  (error: unknown): never => {
    if (!/^(22|23|42|54)...$/.test(codeOf(error)) || hasCode(error, '42501')) throw error;
    const table = error instanceof pg.DatabaseError ? error.table : undefined;
    throw damaged(fileOfTable(table), errorMessage(error), error);
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
