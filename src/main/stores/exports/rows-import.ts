import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { errorMessage, type TrainyardError } from '../../../shared/errors/error.ts';
import { codeOf } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { CopyIn } from '../../postgres/copy-in.ts';
import { type PostgresAddress, withClient } from '../../postgres/pool.ts';
import { readObjects } from '../../postgres/schema/objects.ts';
import { sequencesBehind } from '../../postgres/schema/sequences.ts';
import { quoted, readTables, sameText } from '../migration/table-shapes.ts';
import { type CopyBlock, findCopyBlock } from './copy-blocks.ts';
import { readPackedFile } from './packed-file.ts';
import { ImportedTable, type RowConflicts } from './row-conflicts.ts';

export interface RowsImport {
  readonly table: string;
  readonly added: number;
  /** There already, with the same content. */
  readonly present: number;
  /** Left out because of a row that is there. */
  readonly skipped: number;
  /** Why nothing was imported; the first of them. */
  readonly problems: readonly TrainyardError[];
  readonly problemCount: number;
}

export interface RowsImportRequest {
  /** Packed by its name's end. */
  readonly file: string;
  readonly table: string;
  readonly onConflict: RowConflicts;
}

/** Rows of the file with the number of its line, in a table of this connection alone. */
const staging = 'pg_temp.imported_rows';

/**
 * Adds the rows of one table from a file of SQL. Nothing of the file is run: the rows of its COPY block are taken as values of the live table's
 * columns, compared with what is there, and added in one transaction or not at all. Harmless to repeat: a row that is there with the same
 * content stays. The table's triggers run, as for every row that is added.
 * @throws TrainyardError EXPORT_TABLE_UNKNOWN, IMPORT_…, POSTGRES_…
 */
export async function importRows(address: PostgresAddress, request: RowsImportRequest): Promise<RowsImport> {
  const file = path.resolve(request.file);
  const { table, onConflict } = request;
  return withClient(address, async (client) => {
    await client.query(`BEGIN; ${sameText}`);
    await client.query(
      "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
    );
    const live = await liveTable(client, table);
    await using block = await findCopyBlock(file, readPackedFile(file), table);
    if (!block) throw fault('IMPORT_TABLE_MISSING', { file, table }, { place: { file } });
    const imported = await ImportedTable.read(client, { file, table, staging, columns: block.columns });
    compareColumns(file, table, live, block.columns, imported.key);
    await stage(client, file, table, block);
    // From here on nobody else writes to it; readers may go on.
    await client.query(`LOCK TABLE ${quoted(table)} IN SHARE ROW EXCLUSIVE MODE`);
    const present = await imported.removePresent();
    const taken = await imported.takeConflicts(onConflict);
    const problems = [...taken.problems, ...(await imported.missingReferences())];
    const refused = (all: readonly TrainyardError[], count: number) => ({
      ...{ table, added: 0, present: 0, skipped: 0, problems: all, problemCount: count },
    });
    if (problems.length > 0) return refused(problems, taken.more + imported.moreMissing + problems.length);
    const { added, left, problems: others } = await imported.add(onConflict);
    if (others.length > 0) return refused(others, left);
    for (const { command } of await sequencesBehind(client, await sequencesOf(client, table)))
      await client.query(command);
    failpoint('import.rows.commit.before');
    await client.query('COMMIT');
    return { ...{ table, added, present }, skipped: taken.skipped + left, problems: [], problemCount: 0 };
  });
}

async function liveTable(client: pg.Client, table: string): Promise<readonly string[]> {
  const tables = await readTables(client);
  const found = tables.find(({ name }) => name === table);
  if (found) return found.columns;
  const names = tables.map(({ name }) => name).join(', ');
  throw fault('EXPORT_TABLE_UNKNOWN', { table, tables: names }, { place: { field: 'table' } });
}

function compareColumns(
  file: string,
  table: string,
  live: readonly string[],
  columns: readonly string[],
  key: readonly string[],
): void {
  const differ = (what: Bilingual) =>
    fault('IMPORT_COLUMNS_DIFFER', { file, table, what }, { place: { file } });
  const unknown = columns.find((name) => !live.includes(name));
  if (unknown !== undefined)
    throw differ({
      en: `the database has no column ${unknown}`,
      ko: `데이터베이스에 ${unknown} 열이 없습니다`,
    });
  const missing = key.find((name) => !columns.includes(name));
  if (missing !== undefined || key.length === 0)
    throw differ({
      en: `the file has no key (${missing ?? '–'})`,
      ko: `파일에 키가 없습니다(${missing ?? '–'})`,
    });
}

async function stage(client: pg.Client, file: string, table: string, block: CopyBlock): Promise<void> {
  const list = block.columns.map(quoted).join(', ');
  await client.query(
    `CREATE TEMPORARY TABLE imported_rows ON COMMIT DROP AS SELECT NULL::bigint AS "its line", ${list} FROM ${quoted(table)} WITH NO DATA`,
  );
  try {
    await pipeline(block.rows, client.query(new CopyIn(`COPY ${staging} ("its line", ${list}) FROM STDIN`)));
  } catch (error) {
    throw asRowFault(file, block.firstLine, error);
  }
  await client.query(`ANALYZE ${staging}`);
}

/** Where PostgreSQL says in which row a value does not fit. */
function asRowFault(file: string, firstLine: number, error: unknown): unknown {
  if (!(error instanceof Error) || !/^22/.test(codeOf(error)) || !('where' in error)) return error;
  const [, row, column] =
    /^COPY imported_rows, line (\d+)(?:, column ([^:]+))?/m.exec(String(error.where)) ?? [];
  if (!row) return error;
  const line = firstLine + Number(row) - 1;
  const reason = `${column ? `${column}: ` : ''}${errorMessage(error)}`;
  const place = { file, line, ...(column ? { field: column } : {}) };
  return fault('IMPORT_ROW_INVALID', { file, line, reason }, { place, cause: error });
}

async function sequencesOf(client: pg.Client, table: string) {
  const owned = `${quoted(table)}.`.replace(/^"([a-z_][a-z0-9_]*)"\.$/, '$1.');
  return (await readObjects(client)).filter(
    ({ kind, parts }) => kind === 'sequence' && parts.ownedBy?.startsWith(owned),
  );
}
