import type { Db, Tx } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';

export interface MonthRow {
  /** `2026-05`, UTC. */
  readonly month: string;
  readonly state: 'attached' | 'detached';
  /** With its indexes. */
  readonly bytes: number;
  /** As the server estimates them; null where it never counted. */
  readonly points: number | null;
}

/** Tables of months have names that are made of a checked month alone: they need no quotes. */
const named = (kind: 'partition' | 'detached', month: string) => {
  if (!/^\d{4}-\d{2}$/.test(month)) throw new TypeError(`${month} is no month.`);
  return `metrics_${kind}_${month.replace('-', '_')}`;
};

/** Every month that has a table, the newest first. What has none lies in `metrics_partition_default`. */
export function listMonths(db: Db): Promise<MonthRow[]> {
  return query<MonthRow>(
    db,
    `SELECT replace(right(relname, 7), '_', '-') AS month, CASE WHEN inhparent IS NULL THEN 'detached' ELSE 'attached' END AS state,
       pg_total_relation_size(c.oid)::float8 AS bytes, CASE WHEN reltuples >= 0 THEN reltuples::float8 END AS points
     FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND inhparent = to_regclass('public.metrics')
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND (CASE WHEN inhparent IS NULL THEN relname ~ '^metrics_detached_\\d{4}_\\d{2}$' ELSE relname ~ '^metrics_partition_\\d{4}_\\d{2}$' END)
     ORDER BY 1 DESC, 2`,
  );
}

/** When the first run that is not over was made; null where none is under way. */
export async function firstUnderWay(db: Db): Promise<Date | null> {
  const [row] = await query<{ first: Date | null }>(
    db,
    "SELECT min(created_at) AS first FROM workflows WHERE status IN ('pending', 'queued', 'running') AND deleted_at IS NULL",
  );
  return row?.first ?? null;
}

/** The order in which whoever writes metrics takes locks; a long reader is not waited for. */
async function lockMetrics(tx: Tx): Promise<void> {
  await query(tx, "SET LOCAL lock_timeout = '3s'");
  await query(tx, 'LOCK TABLE workflows, workflow_runs IN SHARE ROW EXCLUSIVE MODE');
}

const exists = async (tx: Tx, table: string) =>
  (await query<{ found: boolean }>(tx, 'SELECT to_regclass($1) IS NOT NULL AS found', [`public.${table}`]))[0]
    ?.found === true;

/** The columns that both tables have. */
async function columnsOf(tx: Tx, one: string, other: string): Promise<string> {
  const [row] = await query<{ columns: string }>(
    tx,
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute a
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
       AND EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = $2::regclass AND o.attname = a.attname AND NOT o.attisdropped)`,
    [one, other],
  );
  return row?.columns ?? '';
}

/**
 * Makes a month's partition a table of its own, in one transaction: PostgreSQL detaches none concurrently where there is a default partition.
 * Points that came for a month after it was detached go to the others.
 * @throws with SQLSTATE 55P03 where the lock is not to be had
 */
export function detachMonth(db: Db, month: string): Promise<void> {
  const [partition, detached] = [named('partition', month), named('detached', month)];
  return db.transaction(async (tx) => {
    await lockMetrics(tx);
    await query(tx, `ALTER TABLE metrics DETACH PARTITION ${partition}`);
    if (await exists(tx, detached)) {
      const columns = await columnsOf(tx, partition, detached);
      await query(tx, `INSERT INTO ${detached} (${columns}) SELECT ${columns} FROM ${partition}`);
      await query(tx, `DROP TABLE ${partition}`);
      return;
    }
    // The sequence is that of the metrics, which can be dropped then.
    await query(tx, `ALTER TABLE ${partition} ALTER COLUMN id DROP DEFAULT`);
    await query(tx, `ALTER TABLE ${partition} RENAME TO ${detached}`);
  });
}

/** Puts a detached month's points back among the metrics, all or none. @throws with SQLSTATE 55P03 where a lock is not to be had */
export async function attachMonth(db: Db, month: string): Promise<void> {
  const detached = named('detached', month);
  await query(db, 'SELECT ensure_metrics_partitions($1::timestamptz, $1::timestamptz)', [
    `${month}-01T00:00:00Z`,
  ]);
  await db.transaction(async (tx) => {
    await lockMetrics(tx);
    const columns = await columnsOf(tx, detached, 'metrics');
    await query(tx, `INSERT INTO metrics (${columns}) SELECT ${columns} FROM ${detached}`);
    await query(tx, `DROP TABLE ${detached}`);
  });
}

/** Drops a detached month with its points. @throws with SQLSTATE 55P03 where a lock is not to be had */
export function dropMonth(db: Db, month: string): Promise<void> {
  return db.transaction(async (tx) => {
    await lockMetrics(tx);
    await query(tx, `DROP TABLE ${named('detached', month)}`);
  });
}
