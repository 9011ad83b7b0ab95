import pg from 'pg';
import type { Bilingual } from '../../shared/errors/entry.ts';
import { type PostgresAddress, withClient } from './pool.ts';

/** Sessions that are named. */
const most = 3;
const askEveryMs = 1000;

const nobody: Bilingual = { en: '', ko: '' };

/** @param condition on `pid`, in SQL @returns as ` (psql, process 123)`, the longest at work first; empty where there is none */
async function sessionsBy(address: PostgresAddress, condition: string): Promise<Bilingual> {
  const { rows } = await withClient(address, (client) =>
    client.query<{ name: string; pid: number }>(
      `SELECT application_name AS name, pid FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition} ORDER BY xact_start LIMIT ${most}`,
    ),
  );
  if (rows.length === 0) return nobody;
  const named = (process: string) =>
    rows.map(({ name, pid }) => `${name === '' ? '' : `${name}, `}${process} ${pid}`).join('; ');
  return { en: ` (${named('process')})`, ko: ` (${named('프로세스')})` };
}

/** Sessions that keep everybody else from a table, or wait to: ` (psql, process 123)`; empty where they are done. */
export function tableHolders(address: PostgresAddress, name: string): Promise<Bilingual> {
  const table = pg.escapeLiteral(pg.escapeIdentifier(name));
  return sessionsBy(
    address,
    `pid IN (SELECT pid FROM pg_locks WHERE mode = 'AccessExclusiveLock'
       AND relation IN (SELECT ${table}::regclass UNION SELECT relid FROM pg_partition_tree(${table})))`,
  );
}

/** Sees who keeps a session waiting, while it waits: afterwards nobody can tell. */
export class LockWatch implements Disposable {
  private readonly address: PostgresAddress;
  private readonly pid: number;
  private readonly timer: NodeJS.Timeout;
  /** Who did last; empty where nobody was seen. */
  who: Bilingual = nobody;

  /** @param pid the session's, in the server */
  constructor(address: PostgresAddress, pid: number) {
    this.address = address;
    this.pid = pid;
    this.timer = setInterval(() => void this.look(), askEveryMs);
  }

  private async look(): Promise<void> {
    try {
      const seen = await sessionsBy(this.address, `pid = ANY (pg_blocking_pids(${this.pid}))`);
      if (seen.en !== '') this.who = seen;
    } catch {
      // A server that takes no more connections: the error is said without names then.
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }
}
