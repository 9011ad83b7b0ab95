import pg from 'pg';
import type { Bilingual } from '../../shared/errors/entry.ts';
import { type PostgresAddress, withClient } from './pool.ts';

/** What somebody else has: a table, for nobody else to read; any table of the schema, however; or an advisory lock. */
export type Held =
  | { readonly table: string }
  | { readonly table: null }
  | {
      /** A number of 64 bits. */ readonly advisory: string;
    };

/** Sessions that are named. */
const most = 3;

function condition(held: Held): string {
  if ('advisory' in held)
    return `locktype = 'advisory' AND (classid::bigint << 32 | objid::bigint) = ${BigInt(held.advisory)} AND granted`;
  if (held.table === null)
    return "locktype = 'relation' AND granted AND relation IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)";
  const table = pg.escapeLiteral(pg.escapeIdentifier(held.table));
  // Whoever waits for it keeps others out, too.
  return `mode = 'AccessExclusiveLock' AND relation IN (SELECT ${table}::regclass UNION SELECT relid FROM pg_partition_tree(${table}))`;
}

/** Other sessions that have a lock, as ` (psql, process 123)`, the longest at work first; empty where they are done. */
export async function lockHolders(address: PostgresAddress, held: Held): Promise<Bilingual> {
  const { rows } = await withClient(address, (client) =>
    client.query<{ name: string; pid: number }>(
      `SELECT application_name AS name, pid FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid IN (SELECT pid FROM pg_locks WHERE ${condition(held)})
       ORDER BY xact_start LIMIT ${most}`,
    ),
  );
  if (rows.length === 0) return { en: '', ko: '' };
  const named = (process: string) =>
    rows.map(({ name, pid }) => `${name === '' ? '' : `${name}, `}${process} ${pid}`).join('; ');
  return { en: ` (${named('process')})`, ko: ` (${named('프로세스')})` };
}
