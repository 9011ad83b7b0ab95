import { availableParallelism } from 'node:os';
import pg from 'pg';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { CopyOut } from '../../postgres/copy-out.ts';
import { type PostgresAddress, withClient } from '../../postgres/pool.ts';
import { quoted, readMonths, readRevisions, readTables } from '../migration/table-shapes.ts';
import { otherCount } from './damage.ts';
import { keyTables, type OnRows } from './database-part.ts';
import type { DatabaseManifest, TablePart } from './manifest.ts';
import { begin, type DatabaseView } from './moment.ts';
import type { Earlier } from './objects-part.ts';
import type { SnapshotWriter } from './snapshot-writer.ts';
import { namingLock } from './table-locks.ts';
import { inPages, type KeptPart, readBase, readOrigin, unchangedOf } from './table-origins.ts';
import {
  copyStatement,
  inOwnOrder,
  type Leaf,
  type PlannedPart,
  planParts,
  readLeaves,
  withEnd,
} from './table-parts.ts';

/** Connections that read tables, beside the one that holds the database's snapshot. Each keeps a processor of PostgreSQL's machine busy. */
const readers = Math.min(4, Math.max(2, availableParallelism()));
/** Pages that one query looks at. */
const batchPages = 2048;

/**
 * Writes every table as it was at the view's moment, several at a time; the number of its rows is compared with the view's own. Parts whose
 * rows an earlier snapshot has are linked to it.
 */
export async function writeDatabase(
  address: PostgresAddress,
  view: DatabaseView,
  exported: string,
  writer: SnapshotWriter,
  earlier: Earlier | null,
  withKeys: boolean,
  onRows: OnRows,
): Promise<DatabaseManifest> {
  const origin = await readOrigin(view);
  const base = await readBase(view, origin, earlier);
  const tables = await inOwnOrder(view, await readTables(view, withKeys ? keyTables : []));
  const leaves = await readLeaves(view, address, tables, base);
  const written: TablePart[] = [];
  const add = (part: TablePart) => {
    written.push(part);
    onRows(part.table, part.rows);
  };
  const unchanged = new Set<KeptPart>();
  if (base)
    await acrossConnections(address, exported, batched(leaves), async (client, batch) => {
      for (const one of await unchangedOf(client, batch, base.horizon)) {
        if (!(await writer.link(base, one.file))) continue;
        unchanged.add(one);
        add(one.part);
      }
    });
  // The largest first: the connections end together.
  const work = leaves
    .flatMap((leaf) => planParts(leaf, unchanged))
    .sort((left, right) => right.bytes - left.bytes);
  await acrossConnections(address, exported, work, async (client, part) => {
    const { table, file, place } = part;
    const rows = await namingLock(address, table, () => copyPart(client, part, writer));
    add({ table, rows, file: writer.nameOf(file), place });
  });
  const partsOf = (names: ReadonlySet<string>) =>
    written.filter(({ table }) => names.has(table)).sort(byPlace);
  const copied = new Set(work.map(({ file }) => writer.nameOf(file)));
  const tablesWritten = [];
  for (const { name, columns } of tables) {
    const ofTable = leaves.filter(({ root }) => root === name);
    const parts = partsOf(new Set(ofTable.map(({ table }) => table)));
    await namingLock(address, name, () => compareRows(view, name, parts, copied));
    tablesWritten.push({ name, columns: [...columns], parts });
  }
  return {
    ...(await readFacts(view)),
    origin,
    revisions: [...(await readRevisions(view))],
    tables: tablesWritten,
    sequences: await readSequences(view),
    months: [...(await readMonths(view))],
  };
}

function byPlace(left: TablePart, right: TablePart): number {
  if (left.table !== right.table) return left.table < right.table ? -1 : 1;
  return (left.place?.from ?? 0) - (right.place?.from ?? 0);
}

/**
 * Calls `work` for each item on one of several connections, in a transaction of its own that sees the exported moment: nobody waits for
 * the lock of a table that is done with.
 */
async function acrossConnections<Item>(
  address: PostgresAddress,
  exported: string,
  items: readonly Item[],
  work: (client: pg.ClientBase, item: Item) => Promise<void>,
): Promise<void> {
  const next = items[Symbol.iterator]();
  const count = Math.min(readers, items.length);
  let hasFailed = false;
  await forEachConcurrently(Array.from({ length: count }), readers, () =>
    withClient(address, async (client) => {
      for (const item of next) {
        if (hasFailed) return;
        await begin(client, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
        await client.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(exported)}`);
        await work(client, item);
        await client.query('COMMIT');
      }
    }).catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
}

async function copyPart(client: pg.ClientBase, part: PlannedPart, writer: SnapshotWriter): Promise<number> {
  const copy = client.query(new CopyOut(copyStatement(part), writer.signal));
  await writer.write(part.file, withEnd(copy));
  return copy.rows;
}

/**
 * Of the whole table, however it was parted: what was forgotten shows. Where parts of it were linked, whose rows PostgreSQL counted at this
 * moment, of the pages from the first on that was copied.
 * @throws TrainyardError SNAPSHOT_COUNT_DIFFERS
 */
async function compareRows(
  view: DatabaseView,
  name: string,
  parts: readonly TablePart[],
  copied: ReadonlySet<string>,
): Promise<void> {
  const compare = async (source: string, compared: readonly TablePart[]) => {
    const { rows } = await view.query<{ rows: string }>(`SELECT count(*)::text AS rows FROM ${source}`);
    const written = compared.reduce((sum, part) => sum + part.rows, 0);
    const live = Number(rows[0]?.rows);
    if (written !== live) throw otherCount(`database/${name}`, written, live);
  };
  if (parts.every(({ file }) => copied.has(file))) return compare(quoted(name), parts);
  for (const leaf of new Set(parts.map(({ table }) => table))) {
    const ofLeaf = parts.filter(({ table }) => table === leaf);
    const first = ofLeaf.findIndex(({ file }) => copied.has(file));
    if (first < 0) continue;
    const from = ofLeaf[first]?.place?.from ?? 0;
    await compare(`ONLY ${quoted(leaf)}${inPages({ from, to: null })}`, ofLeaf.slice(first));
  }
}

/** Parts of an earlier snapshot that are looked at by one query: many small ones, or one large one. */
function batched(leaves: readonly Leaf[]): KeptPart[][] {
  const batches: KeptPart[][] = [[]];
  let pages = 0;
  for (const leaf of leaves)
    for (const one of leaf.earlier) {
      const { from, to } = one.part.place;
      batches.at(-1)?.push(one);
      pages += Math.max(0, (to ?? leaf.pages) - from) + 1;
      if (pages < batchPages) continue;
      batches.push([]);
      pages = 0;
    }
  return batches.filter((batch) => batch.length > 0);
}

async function readFacts(view: DatabaseView): Promise<Pick<DatabaseManifest, 'server' | 'collation'>> {
  const { rows } = await view.query<{ server: string; collation: string | null }>(
    `SELECT current_setting('server_version') AS server, datcollversion AS collation
     FROM pg_database WHERE datname = current_database()`,
  );
  return { server: rows[0]?.server ?? '', collation: rows[0]?.collation ?? null };
}

/** @throws PostgreSQL's error where the account may not read one: a restore would give its numbers again */
async function readSequences(view: DatabaseView): Promise<{ name: string; value: string }[]> {
  // The list has no value then, as it has none of a sequence that never gave a number; the sequence itself says why.
  const { rows: refused } = await view.query<{ spelled: string }>(
    `SELECT c.oid::regclass::text AS spelled FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid
     WHERE relnamespace = 'public'::regnamespace AND NOT has_sequence_privilege(seqrelid, 'SELECT, USAGE') LIMIT 1`,
  );
  for (const { spelled } of refused) await view.query(`SELECT last_value FROM ${spelled}`);
  const { rows } = await view.query<{ name: string; value: string }>(
    `SELECT sequencename AS name, last_value::text AS value FROM pg_sequences
     WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY sequencename COLLATE "C"`,
  );
  return rows;
}
