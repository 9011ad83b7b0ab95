import type pg from 'pg';
import { quoted, type TableShape } from '../migration/table-shapes.ts';
import type { TablePart } from './manifest.ts';

/** Of a table, in one file: what one connection copies while others copy the next. */
const partBytes = 16 * 1024 * 1024;
/** However large a table is, so many files have its rows. */
const mostParts = 64;

/** The table's columns in its own order: alike values lie together there, and pack better than by names. */
export async function orderedColumns(
  client: pg.ClientBase,
  { name, columns }: TableShape,
): Promise<string[]> {
  const { rows } = await client.query<{ column: string }>(
    `SELECT attname::text AS column FROM pg_attribute WHERE attrelid = $1::regclass AND attname = ANY ($2) ORDER BY attnum`,
    [quoted(name), columns],
  );
  return rows.map(({ column }) => column);
}

/** Rows of one table, or of one partition, that lie in these of its pages: all where there is no range. */
export interface PlannedPart extends Omit<TablePart, 'rows'> {
  readonly columns: readonly string[];
  readonly bytes: number;
  /** The last range has no end: what the table has grown by since is looked through as well. */
  readonly pages: { readonly from: number; readonly to: number | null } | null;
}

/**
 * The table itself, or its partitions, which differ in how often they change; each in ranges of pages where it is large. A table of several
 * ranges is locked against whatever would move its rows to other pages, until the transaction ends.
 */
export async function planParts(
  client: pg.ClientBase,
  name: string,
  columns: readonly string[],
): Promise<PlannedPart[]> {
  const { rows } = await client.query<{ leaf: string }>(
    // A table that is not partitioned has no tree.
    `SELECT c.relname AS leaf FROM pg_class c
     WHERE c.relkind = 'r' AND (c.oid = $1::regclass OR c.oid IN (SELECT relid FROM pg_partition_tree($1::regclass) WHERE isleaf))
     ORDER BY c.relname COLLATE "C"`,
    [quoted(name)],
  );
  const parts: PlannedPart[] = [];
  for (const { leaf } of rows) parts.push(...(await rangesOf(client, leaf, columns)));
  return parts;
}

async function rangesOf(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
): Promise<PlannedPart[]> {
  const size = await sizeOf(client, table);
  const file = `database/${fileNameOf(table)}`;
  if (size.bytes < 2 * partBytes)
    return [{ table, columns, file: `${file}.copy.zst`, bytes: size.bytes, pages: null }];
  await client.query(`LOCK TABLE ONLY ${quoted(table)} IN ACCESS SHARE MODE`);
  const { bytes, pages } = await sizeOf(client, table);
  const count = Math.max(1, Math.min(mostParts, pages, Math.floor(bytes / partBytes)));
  const begins = Array.from({ length: count }, (_, index) => Math.floor((pages * index) / count));
  return begins.map((from, index) => ({
    ...{ table, columns, file: `${file}.${index + 1}.copy.zst`, bytes: bytes / count },
    pages: { from, to: begins[index + 1] ?? null },
  }));
}

/** As it is now: what PostgreSQL keeps of it in its catalogue may be old. Long values lie in no page of the table, and count as its bytes. */
async function sizeOf(client: pg.ClientBase, table: string): Promise<{ bytes: number; pages: number }> {
  const { rows } = await client.query<{ bytes: string; pages: string }>(
    `SELECT pg_table_size($1::regclass)::text AS bytes,
       (pg_relation_size($1::regclass) / current_setting('block_size')::int)::text AS pages`,
    [quoted(table)],
  );
  return { bytes: Number(rows[0]?.bytes ?? 0), pages: Number(rows[0]?.pages ?? 0) };
}

/** What prints the part's rows. */
export function copyStatement({ table, columns, pages }: PlannedPart): string {
  const list = columns.map(quoted).join(', ');
  if (!pages) return `COPY ${quoted(table)} (${list}) TO STDOUT`;
  const bounds = [`ctid >= '(${pages.from},0)'`, ...(pages.to === null ? [] : [`ctid < '(${pages.to},0)'`])];
  return `COPY (SELECT ${list} FROM ONLY ${quoted(table)} WHERE ${bounds.join(' AND ')}) TO STDOUT`;
}

/** What a file may be called for a table of any name. */
const fileNameOf = (table: string) =>
  table.replaceAll(/[^a-z0-9_]/g, (sign) => `-${(sign.codePointAt(0) ?? 0).toString(16)}-`);
