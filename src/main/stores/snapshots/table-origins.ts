import type pg from 'pg';
import { hasCode } from '../../platform/error-code.ts';
import { type PostgresAddress, withClient } from '../../postgres/pool.ts';
import { snapshotsTable } from '../../postgres/schema/bookkeeping.ts';
import { quoted } from '../migration/table-shapes.ts';
import type { Manifest, PartPlace, SnapshotFile, TablePart } from './manifest.ts';
import type { Earlier } from './objects-part.ts';
import type { LinkedTo } from './snapshot-writer.ts';

type Origin = NonNullable<Manifest['database']['origin']>;

/** Numbers of transactions are used again after twice as many. */
const mostTransactions = 2n ** 30n;
/** Marks that stay: of as many snapshots as anybody keeps. */
const mostMarks = 500;

/** Which database this is, and which of its transactions are over. Null where the server does not tell. */
export async function readOrigin(view: pg.ClientBase): Promise<Origin | null> {
  const { rows: allowed } = await view.query<{ may: boolean }>(
    "SELECT has_function_privilege('pg_control_system()', 'execute') AS may",
  );
  if (!allowed[0]?.may) return null;
  const { rows } = await view.query<Origin>(
    `SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS database,
       pg_snapshot_xmin(pg_current_snapshot())::text AS horizon
     FROM pg_control_system()`,
  );
  return rows[0] ?? null;
}

/** An earlier snapshot of this very database, whose files serve where its rows are still the same. */
export interface Base extends LinkedTo {
  readonly horizon: string;
  /** Its parts of a table or partition, with their files. */
  readonly partsOf: (leaf: string) => readonly KeptPart[];
}

export interface KeptPart {
  readonly part: TablePart & { readonly place: PartPlace };
  readonly file: SnapshotFile;
}

/**
 * Null where an earlier snapshot says nothing of this database. Its mark must be here: a database that was put back to a time before that
 * snapshot (a copy of its folder, a disk's snapshot) has used the numbers of those transactions again.
 */
export async function readBase(
  view: pg.ClientBase,
  origin: Origin | null,
  earlier: Earlier | null,
): Promise<Base | null> {
  const before = earlier?.manifest.database.origin;
  if (!origin || !earlier || !before || before.database !== origin.database) return null;
  const passed = BigInt(origin.horizon) - BigInt(before.horizon);
  if (passed < 0n || passed > mostTransactions) return null;
  const { rows: tables } = await view.query<{ present: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS present',
    [`public.${snapshotsTable}`],
  );
  if (!tables[0]?.present) return null;
  const { rowCount } = await view.query(`SELECT FROM ${snapshotsTable} WHERE id = $1`, [earlier.manifest.id]);
  if (rowCount !== 1) return null;
  const files = new Map(earlier.manifest.files.map((file) => [file.path, file]));
  const parts = new Map<string, KeptPart[]>();
  for (const part of earlier.manifest.database.tables.flatMap((table) => table.parts)) {
    const file = files.get(part.file);
    if (!file || !part.place) continue;
    parts.set(part.table, [...(parts.get(part.table) ?? []), { part: { ...part, place: part.place }, file }]);
  }
  return {
    ...{ folder: earlier.folder, verifiedAt: earlier.verifiedAt, horizon: before.horizon },
    partsOf: (leaf) => parts.get(leaf) ?? [],
  };
}

/**
 * Notes in a database that a snapshot of it has seen what was over by then. Written behind that moment: whichever copy of the database has
 * the mark has everything that the snapshot saw.
 */
export async function markDatabase(address: PostgresAddress, id: string): Promise<void> {
  try {
    await withClient(address, async (client) => {
      await client.query(
        `CREATE TABLE IF NOT EXISTS ${snapshotsTable} (id text PRIMARY KEY, taken_on timestamptz NOT NULL DEFAULT now())`,
      );
      // On the disk, behind all that the snapshot saw, also where the server is set up not to wait for that.
      await client.query('SET synchronous_commit = on');
      await client.query(`INSERT INTO ${snapshotsTable} (id) VALUES ($1)`, [id]);
      await client.query(
        `DELETE FROM ${snapshotsTable} WHERE id NOT IN (SELECT id FROM ${snapshotsTable} ORDER BY id DESC LIMIT ${mostMarks})`,
      );
    });
  } catch (error) {
    // One that only reads gets whole snapshots each time.
    if (!hasCode(error, '25006', 'POSTGRES_PERMISSION')) throw error;
  }
}

/**
 * Those whose pages still hold the rows that they held at the horizon: no row is younger, and as many are left. An update makes a younger
 * row, and takes the older one away; a row is never older than its transaction.
 */
export async function unchangedOf(
  client: pg.ClientBase,
  parts: readonly KeptPart[],
  horizon: string,
): Promise<readonly KeptPart[]> {
  const seen = parts.map(
    ({ part: { table, place } }, at) =>
      `SELECT ${at} AS at, count(*)::text AS rows, coalesce(min(age(xmin)) > age($1::xid), true) AS old FROM ONLY ${quoted(table)}${inPages(place)}`,
  );
  const { rows } = await client.query<{ at: number; rows: string; old: boolean }>(seen.join(' UNION ALL '), [
    BigInt.asUintN(32, BigInt(horizon)).toString(),
  ]);
  const counts = new Map(rows.map(({ at, rows: count, old }) => [at, old ? Number(count) : null]));
  return parts.filter(({ part }, at) => counts.get(at) === part.rows);
}

/** A condition on where rows lie; empty for all pages. */
export function inPages({ from, to }: Pick<PartPlace, 'from' | 'to'>): string {
  const bounds = [
    ...(from === 0 ? [] : [`ctid >= '(${from},0)'`]),
    ...(to === null ? [] : [`ctid < '(${to},0)'`]),
  ];
  return bounds.length === 0 ? '' : ` WHERE ${bounds.join(' AND ')}`;
}
