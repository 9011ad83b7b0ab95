import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import { codeOf } from '../../platform/error-code.ts';
import { CopyIn } from '../../postgres/copy-in.ts';
import { readObjects } from '../../postgres/schema/objects.ts';
import { sequencesBehind } from '../../postgres/schema/sequences.ts';
import { quoted, readTables } from '../migration/table-shapes.ts';
import { type CopyBlock, findCopyBlock } from './copy-blocks.ts';
import { readPackedFile } from './packed-file.ts';
import { ImportedTable } from './row-conflicts.ts';

/** Rows of the file with the number of its line, in a table of this connection alone. */
const staging = 'pg_temp.imported_rows';

/**
 * Reads a table's rows from a file into a table aside, in the transaction under way; those that were there before go.
 * @param file absolute
 * @throws TrainyardError EXPORT_TABLE_UNKNOWN, IMPORT_TABLE_MISSING, IMPORT_COLUMNS_DIFFER, IMPORT_ROW_INVALID, IMPORT_FILE_DAMAGED
 */
export async function stageRows(client: pg.Client, file: string, table: string): Promise<ImportedTable> {
  const live = await liveTable(client, table);
  await using block = await findCopyBlock(file, readPackedFile(file), table);
  if (!block) throw fault('IMPORT_TABLE_MISSING', { file, table }, { place: { file } });
  const imported = await ImportedTable.read(client, { file, table, staging, columns: block.columns });
  compareColumns(file, table, live, block.columns, imported.key);
  await client.query(`DROP TABLE IF EXISTS ${staging}`);
  await stage(client, file, table, block);
  return imported;
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

/** What gives the table's columns numbers goes on behind those that it has now. */
export async function advanceSequences(client: pg.Client, table: string): Promise<void> {
  const owned = `${quoted(table)}.`.replace(/^"([a-z_][a-z0-9_]*)"\.$/, '$1.');
  const sequences = (await readObjects(client)).filter(
    ({ kind, parts }) => kind === 'sequence' && parts.ownedBy?.startsWith(owned),
  );
  for (const { command } of await sequencesBehind(client, sequences)) await client.query(command);
}
