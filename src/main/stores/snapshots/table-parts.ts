import type pg from 'pg';
import { quoted, type TableShape } from '../migration/table-shapes.ts';
import type { PartPlace, TablePart } from './manifest.ts';
import { type Base, inPages, type KeptPart, relationOf } from './table-origins.ts';

/** Of a table, in one file: what one connection copies while others copy the next, and what is copied again when a row of it changes. */
const partBytes = 8 * 1024 * 1024;
/** However large a table is when it is first parted, so many files have its rows. */
const mostParts = 128;

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

/** A table that has rows itself: one that is not partitioned, or a partition. */
export interface Leaf {
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
 * The table itself, or its partitions, which differ in how often they change. What may be parted is locked against whatever would move its
 * rows to other pages, until the transaction ends.
 */
export async function readLeaves(
  client: pg.ClientBase,
  name: string,
  columns: readonly string[],
  base: Base | null,
): Promise<Leaf[]> {
  const { rows } = await client.query<{ leaf: string }>(
    // A table that is not partitioned has no tree.
    `SELECT c.relname AS leaf FROM pg_class c
     WHERE c.relkind = 'r' AND (c.oid = $1::regclass OR c.oid IN (SELECT relid FROM pg_partition_tree($1::regclass) WHERE isleaf))
     ORDER BY c.relname COLLATE "C"`,
    [quoted(name)],
  );
  const leaves: Leaf[] = [];
  for (const { leaf: table } of rows) {
    const kept = base?.partsOf(table) ?? [];
    const seen = await sizeOf(client, table);
    if (kept.length > 0 || seen.bytes >= 2 * partBytes)
      await client.query(`LOCK TABLE ONLY ${quoted(table)} IN ACCESS SHARE MODE`);
    const { bytes, pages } = await sizeOf(client, table);
    const relation = await relationOf(client, table);
    const isSame = coversAll(kept) && kept.every(({ part }) => part.place.relation === relation);
    leaves.push({ table, columns, relation, bytes, pages, earlier: isSame ? kept : [] });
  }
  return leaves;
}

function coversAll(kept: readonly KeptPart[]): boolean {
  const ranges = kept.map(({ part }) => part.place).sort((left, right) => left.from - right.from);
  return (
    ranges.at(-1)?.to === null && ranges.every(({ from }, at) => from === (at === 0 ? 0 : ranges[at - 1]?.to))
  );
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

/** What prints the part's rows. */
export function copyStatement({ table, columns, place }: PlannedPart): string {
  const list = columns.map(quoted).join(', ');
  if (place.from === 0 && place.to === null) return `COPY ${quoted(table)} (${list}) TO STDOUT`;
  return `COPY (SELECT ${list} FROM ONLY ${quoted(table)}${inPages(place)}) TO STDOUT`;
}

/** What a file may be called for a table of any name. */
const fileNameOf = (table: string) =>
  table.replaceAll(/[^a-z0-9_]/g, (sign) => `-${(sign.codePointAt(0) ?? 0).toString(16)}-`);
