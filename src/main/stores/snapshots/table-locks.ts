import { fault } from '../../../shared/errors/catalogue.ts';
import { hasCode } from '../../platform/error-code.ts';
import { type PostgresAddress, withClient } from '../../postgres/pool.ts';
import { quoted } from '../migration/table-shapes.ts';

/**
 * Does what needs a table's lock.
 * @throws TrainyardError SNAPSHOT_TABLE_LOCKED, which names who has the table, where the lock did not come in time
 */
export async function namingLock<Result>(
  address: PostgresAddress,
  table: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, '55P03')) throw error;
    throw fault('SNAPSHOT_TABLE_LOCKED', { table, who: await lockersOf(address, table) }, { cause: error });
  }
}

/** Sessions that keep everybody else from the table, or wait to, as ` (psql, process 123)`; empty where they are done. */
async function lockersOf(address: PostgresAddress, table: string): Promise<string> {
  const { rows } = await withClient(address, (client) =>
    client.query<{ who: string }>(
      `SELECT DISTINCT concat_ws(', ', nullif(a.application_name, ''), 'process ' || l.pid) AS who
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE l.mode = 'AccessExclusiveLock' AND a.datname = current_database()
         AND l.relation IN (SELECT $1::regclass UNION SELECT relid FROM pg_partition_tree($1::regclass))`,
      [quoted(table)],
    ),
  );
  return rows.length === 0 ? '' : ` (${rows.map(({ who }) => who).join('; ')})`;
}
