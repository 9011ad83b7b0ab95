import pg from 'pg';
import { bookkeepingTables } from '../../postgres/schema/bookkeeping.ts';

/** Not copied: the embedded profile's other stores (they move by their own ports), and the migrations' bookkeeping. */
const leftOut: readonly string[] = ['documents', 'kv_entries', 'kv_queue', ...bookkeepingTables];

export interface TableShape {
  readonly name: string;
  /** Of the columns that are stored, generated ones left out; in the order of their names. */
  readonly columns: readonly string[];
  /** Other tables that must have their rows before. */
  readonly needs: readonly string[];
}

/** A name as an SQL identifier. */
export const quoted = (name: string) => pg.escapeIdentifier(name);

/**
 * The tables to copy, each behind those that its foreign keys name. Partitions come with their parents.
 * @param also names of those that are left out otherwise
 */
export async function readTables(
  client: pg.ClientBase,
  also: readonly string[] = [],
): Promise<readonly TableShape[]> {
  const { rows } = await client.query<TableShape>(
    `SELECT c.relname AS name,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
             ORDER BY a.attname COLLATE "C") AS columns,
       ARRAY(SELECT DISTINCT o.relname::text FROM pg_constraint k JOIN pg_class o ON o.oid = k.confrelid
             WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> k.conrelid) AS needs
     FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relname <> ALL ($1)
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     ORDER BY c.relname COLLATE "C"`,
    [leftOut.filter((name) => !also.includes(name))],
  );
  return inOrder(rows);
}

function inOrder(tables: readonly TableShape[]): readonly TableShape[] {
  const placed: TableShape[] = [];
  const waiting = new Set(tables);
  while (waiting.size > 0) {
    const names = new Set([...waiting].map(({ name }) => name));
    const ready = [...waiting].filter(({ needs }) => !needs.some((need) => names.has(need)));
    if (ready.length === 0) throw new Error(`Tables need each other: ${[...names].join(', ')}`);
    for (const table of ready) waiting.delete(table);
    placed.push(...ready);
  }
  return placed;
}

/** The revisions in a database, in the order in which they were applied. */
export async function readRevisions(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ present: boolean }>(
    "SELECT to_regclass('public.trainyard_migrations') IS NOT NULL AS present",
  );
  if (!rows[0]?.present) return [];
  const applied = await client.query<{ name: string }>(
    'SELECT name FROM trainyard_migrations ORDER BY name COLLATE "C"',
  );
  return applied.rows.map(({ name }) => name);
}

/** The months (the first day of each) that have a partition of `metrics`. */
export async function readMonths(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ month: string }>(
    `SELECT replace(right(c.relname, 7), '_', '-') || '-01' AS month FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = to_regclass('public.metrics') AND c.relname ~ '^metrics_partition_\\d{4}_\\d{2}$' ORDER BY 1`,
  );
  return rows.map(({ month }) => month);
}

export interface TableContent {
  readonly rows: number;
  /** Over every value of every row, whatever the rows' order. */
  readonly hash: string;
}

/** Counts and hashes a table's rows. Sessions must print values the same way (`sameText`). */
export async function readContent(
  client: pg.ClientBase,
  { name, columns }: TableShape,
): Promise<TableContent> {
  const half = (text: string) => `coalesce(sum(('x' || ${text})::bit(64)::bigint::numeric), 0)`;
  const { rows } = await client.query<{ rows: string; hash: string }>(
    `SELECT count(*)::text AS rows, ${half('left(hash, 16)')} || ' ' || ${half('right(hash, 16)')} AS hash
     FROM (SELECT md5(ROW(${columns.map(quoted).join(', ')})::text) AS hash FROM ${quoted(name)}) AS hashed`,
  );
  return { rows: Number(rows[0]?.rows), hash: rows[0]?.hash ?? '' };
}

/** For this transaction: values as text are the same on every server, and nothing is hidden by a row's policy. */
export const sameText =
  "SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1; " +
  "SET LOCAL bytea_output = 'hex'; SET LOCAL row_security = off";
