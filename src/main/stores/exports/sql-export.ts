import type pg from 'pg';
import { to as copyOut } from 'pg-copy-streams';
import type { PostgresAddress } from '../../postgres/pool.ts';
import { linesIn } from '../snapshots/database-part.ts';
import { atOneMoment } from '../snapshots/moment.ts';
import { type ExportedTable, readSchemaSql, readSequenceSql, type SchemaSql } from './catalogue.ts';
import { structureSql } from './reprinted-structure.ts';

/** The last line of an export: without it a part is missing. */
export const lastLine = '-- The export is complete.';

export interface SqlExport {
  /** What the database held at this time. */
  readonly at: Date;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** What is not in it, as SQL or in words. */
  readonly leftOut: readonly string[];
}

export interface SqlExportRequest {
  /** Names of tables; null for everything. */
  readonly tables: readonly string[] | null;
  /** Of Trainyard. */
  readonly version: string;
  /** Takes the text to its end. */
  readonly write: (text: AsyncIterable<Buffer>) => Promise<void>;
  readonly onRows: (rows: number) => void;
}

/**
 * Writes a database, or some of its tables, as SQL that psql restores into an empty database, in one transaction: the tables as they stand
 * there (whatever profile the server is of), their rows as COPY prints them, then what the rows have to be there for. It is the database at
 * one moment, and never more than a few rows of it are held.
 * @throws TrainyardError EXPORT_TABLE_UNKNOWN, POSTGRES_…, and what `write` throws
 */
export function exportSql(
  address: PostgresAddress,
  { tables: names, version, write, onRows }: SqlExportRequest,
): Promise<SqlExport> {
  return atOneMoment(address, async (view, at) => {
    const schema = await readSchemaSql(view, names);
    const written: { name: string; rows: number }[] = [];
    let all = 0;
    const onTable = (name: string) => {
      const table = { name, rows: 0 };
      written.push(table);
      return (rows: number) => {
        table.rows += rows;
        all += rows;
        onRows(all);
      };
    };
    const head = await headOf(view, at, version);
    await write(textOf(view, head, schema, names === null, onTable));
    return { at, tables: written, leftOut: schema.leftOut };
  });
}

/** In one transaction: what psql could not run to its end changes nothing. A psql that went on after an error would take rows for commands. */
async function headOf(view: pg.ClientBase, at: Date, version: string): Promise<string> {
  const { rows } = await view.query<{ server: string }>("SELECT current_setting('server_version') AS server");
  return `-- Trainyard ${version}, PostgreSQL ${rows[0]?.server ?? '?'}, ${at.toISOString()}
-- psql -v ON_ERROR_STOP=1 -f FILE restores it into an empty database.
\\set ON_ERROR_STOP on

BEGIN;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL standard_conforming_strings = on;
SET LOCAL search_path = public;
SET LOCAL check_function_bodies = off;
SET LOCAL client_min_messages = warning;
SET LOCAL row_security = off;
SET LOCAL lock_timeout = 0;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL DateStyle = 'ISO';
SET LOCAL IntervalStyle = 'postgres';
CREATE SCHEMA IF NOT EXISTS public;

`;
}

async function* textOf(
  view: pg.ClientBase,
  head: string,
  { tables, before, after, leftOut }: SchemaSql,
  isAll: boolean,
  onTable: (name: string) => (rows: number) => void,
): AsyncGenerator<Buffer> {
  const text = (statements: readonly string[]) =>
    Buffer.from(statements.map((one) => `${one};\n\n`).join(''));
  yield Buffer.from(head);
  yield text(before);
  for (const table of tables) yield* copyBlockOf(view, table, null, onTable(table.name));
  yield text(after);
  const structure = isAll ? await structureSql(view) : null;
  yield text([...(await readSequenceSql(view, tables, isAll)), ...(structure ? [structure] : []), 'COMMIT']);
  if (leftOut.length > 0) yield Buffer.from(`-- Not in this file:\n${leftOut.map(commented).join('\n')}\n`);
  yield Buffer.from(`${lastLine}\n`);
}

/** No line of it may be one that psql runs. */
const commented = (text: string) => text.replaceAll(/^/gm, '-- ').replaceAll(/\r|\f|\v/g, ' ');

/** The rows of a table as psql takes them. @param where which of the rows `t`, in SQL; null for all */
export async function* copyBlockOf(
  view: pg.ClientBase,
  { spelled, columns }: Pick<ExportedTable, 'spelled' | 'columns'>,
  where: string | null,
  onRows: (rows: number) => void,
): AsyncGenerator<Buffer> {
  const list = columns.join(', ');
  yield Buffer.from(`COPY ${spelled} (${list}) FROM stdin;\n`);
  // By a query, which reads a table with its partitions.
  const copy = view.query(
    copyOut(`COPY (SELECT ${list} FROM ${spelled} AS t ${where === null ? '' : `WHERE ${where}`}) TO STDOUT`),
  );
  // Where whoever reads this fails, the connection ends behind it, which the stream reports once nobody listens any more.
  copy.on('error', () => undefined);
  for await (const chunk of copy as AsyncIterable<Buffer>) {
    onRows(linesIn(chunk));
    yield chunk;
  }
  yield Buffer.from('\\.\n\n');
}
