import type pg from 'pg';
import type { PostgresAddress } from '../../postgres/pool.ts';
import { quoted, type TableShape } from '../migration/table-shapes.ts';
import type { PartPlace, TablePart } from './manifest.ts';
import { namingLock } from './table-locks.ts';
import { type Base, inPages, type KeptPart } from './table-origins.ts';

/** Of a table, in one file: what one connection copies while others copy the next, and what is copied again when a row of it changes. */
const partBytes = 8 * 1024 * 1024;
/** However large a table is when it is first parted, so many files have its rows. */
const mostParts = 128;

/** A table, with its stored columns in its own order: alike values lie together there, and pack better than by names. */
export interface OrderedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export async function inOwnOrder(
  client: pg.ClientBase,
  tables: readonly TableShape[],
): Promise<readonly OrderedTable[]> {
  const { rows } = await client.query<OrderedTable>(
    `SELECT name, array_agg(attname::text ORDER BY attnum) AS columns
     FROM unnest($1::text[]) AS tables (name) JOIN pg_attribute ON attrelid = quote_ident(name)::regclass AND attnum > 0 GROUP BY name`,
    [tables.map(({ name }) => name)],
  );
  const ordered = new Map(rows.map(({ name, columns }) => [name, columns]));
  return tables.map(({ name, columns }) => ({
    name,
    columns: (ordered.get(name) ?? []).filter((column) => columns.includes(column)),
  }));
}

/** A table that has rows itself: one that is not partitioned, or a partition. */
export interface Leaf {
  /** What it is a partition of; itself, where it is none. */
  readonly root: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly relation: string;
  readonly bytes: number;
  readonly pages: number;
  /** An earlier snapshot's parts of it; together they are all of its pages. */
  readonly earlier: readonly KeptPart[];
}

/** Rows of a leaf that lie in some of its pages, in one file. */
export interface PlannedPart extends Omit<TablePart, 'rows'> {
  readonly place: PartPlace;
  readonly columns: readonly string[];
  readonly bytes: number;
}

/**
 * The tables themselves, or their partitions, which differ in how often they change. What may be parted is locked against whatever would
 * move its rows to other pages, until the transaction ends.
 * @throws TrainyardError SNAPSHOT_TABLE_LOCKED
 */
export async function readLeaves(
  client: pg.ClientBase,
  address: PostgresAddress,
  tables: readonly OrderedTable[],
  base: Base | null,
): Promise<Leaf[]> {
  const found = await leavesOf(client, tables);
  for (const { table, bytes } of found)
    if (bytes >= 2 * partBytes || (base && base.partsOf(table).length > 0))
      await namingLock(address, table, () =>
        client.query(`LOCK TABLE ONLY ${quoted(table)} IN ACCESS SHARE MODE`),
      );
  const shapes = await shapesOf(client, found);
  const columnsOf = new Map(tables.map(({ name, columns }) => [name, columns]));
  return found.map(({ root, table, bytes }) => {
    const shape = shapes.get(table);
    const kept = base?.partsOf(table) ?? [];
    const isSame = coversAll(kept) && kept.every(({ part }) => part.place.relation === shape?.relation);
    return {
      ...{ root, table, columns: columnsOf.get(root) ?? [], relation: shape?.relation ?? '' },
      ...{ bytes: Number(shape?.bytes ?? bytes), pages: Number(shape?.pages ?? 0) },
      earlier: isSame ? kept : [],
    };
  });
}

async function leavesOf(
  client: pg.ClientBase,
  tables: readonly OrderedTable[],
): Promise<readonly { root: string; table: string; bytes: number }[]> {
  const { rows } = await client.query<{ root: string; table: string; bytes: string }>(
    // A table that is not partitioned has no tree.
    `SELECT root, c.relname AS table, pg_table_size(c.oid)::text AS bytes
     FROM unnest($1::text[]) WITH ORDINALITY AS tables (root, at)
     CROSS JOIN LATERAL (SELECT relid FROM pg_partition_tree(quote_ident(root)::regclass) WHERE isleaf UNION SELECT quote_ident(root)::regclass) AS tree (leaf)
     JOIN pg_class c ON c.oid = leaf AND c.relkind = 'r'
     ORDER BY at, c.relname COLLATE "C"`,
    [tables.map(({ name }) => name)],
  );
  return rows.map(({ root, table, bytes }) => ({ root, table, bytes: Number(bytes) }));
}

interface Shape {
  readonly table: string;
  readonly relation: string;
  readonly bytes: string;
  readonly pages: string;
}

/**
 * As they are now: what PostgreSQL keeps in its catalogue may be old. Long values lie in no page of a table, and count as its bytes. Which
 * file has the rows, and how the columns are made, changes where rows are written anew or print otherwise.
 */
async function shapesOf(
  client: pg.ClientBase,
  leaves: readonly { readonly table: string }[],
): Promise<ReadonlyMap<string, Shape>> {
  const { rows } = await client.query<Shape>(
    `SELECT leaf AS table, pg_table_size(relation)::text AS bytes,
       (pg_relation_size(relation) / current_setting('block_size')::int)::text AS pages,
       pg_relation_filenode(relation) || ':' || md5(string_agg(concat_ws(' ', attnum, attname, atttypid, atttypmod, attmissingval::text,
         (SELECT string_agg(enumlabel, ' ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = atttypid)), ',' ORDER BY attnum)) AS relation
     FROM unnest($1::text[]) AS leaves (leaf), LATERAL (SELECT quote_ident(leaf)::regclass AS relation) AS named
     LEFT JOIN pg_attribute ON attrelid = relation AND attnum > 0 AND NOT attisdropped
     GROUP BY leaf, relation`,
    [leaves.map(({ table }) => table)],
  );
  return new Map(rows.map((shape) => [shape.table, shape]));
}

function coversAll(kept: readonly KeptPart[]): boolean {
  const ranges = kept.map(({ part }) => part.place).sort((left, right) => left.from - right.from);
  return (
    ranges.at(-1)?.to === null && ranges.every(({ from }, at) => from === (at === 0 ? 0 : ranges[at - 1]?.to))
  );
}

/**
 * What is to be copied of a leaf. Ranges of pages stay what they were in the earlier snapshot; the last one, which has no end, is parted
 * as it grows.
 */
export function planParts(leaf: Leaf, unchanged: ReadonlySet<KeptPart>): PlannedPart[] {
  const { table, columns, relation, bytes, pages } = leaf;
  const ranges = leaf.earlier
    .filter((kept) => !unchanged.has(kept))
    .map(({ part: { place } }) => ({ from: place.from, to: place.to }));
  const open = leaf.earlier.length === 0 ? { from: 0, to: null } : ranges.find(({ to }) => to === null);
  const closed = ranges.filter(({ to }) => to !== null);
  return [...closed, ...(open ? split(open.from, leaf) : [])].map(({ from, to }) => ({
    ...{ table, columns, place: { relation, from, to } },
    file: `database/${fileNameOf(table)}${from === 0 && to === null ? '' : `.${from}`}.copy.zst`,
    bytes: pages === 0 ? bytes : (bytes * ((to ?? pages) - from)) / pages,
  }));
}

function split(begin: number, { bytes, pages }: Leaf): { from: number; to: number | null }[] {
  const each = Math.max(1, Math.ceil(pages / Math.max(1, Math.min(mostParts, bytes / partBytes))));
  const begins = [begin];
  for (let next = begin + each; next < pages; next += each) begins.push(next);
  // What is left of a small table is not worth a file.
  if (bytes < 2 * partBytes) begins.splice(1);
  return begins.map((from, index) => ({ from, to: begins[index + 1] ?? null }));
}

/** Ends rows as psql and pg_restore want it in a file. */
export const endOfRows = Buffer.from('\\.\n');

export async function* withEnd(rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* rows;
  yield endOfRows;
}

/** What prints the part's rows. */
export function copyStatement({ table, columns, place }: PlannedPart): string {
  const list = columns.map(quoted).join(', ');
  if (place.from === 0 && place.to === null) return `COPY ${quoted(table)} (${list}) TO STDOUT`;
  return `COPY (SELECT ${list} FROM ONLY ${quoted(table)}${inPages(place)}) TO STDOUT`;
}

/** What a file may be called for a table of any name. */
const fileNameOf = (table: string) =>
  table.replaceAll(/[^a-z0-9_]/g, (sign) => `-${(sign.codePointAt(0) ?? 0).toString(16)}-`);
