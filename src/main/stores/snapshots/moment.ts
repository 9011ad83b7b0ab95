import type pg from 'pg';
import { type PostgresAddress, withClient } from '../../postgres/pool.ts';
import { sameText } from '../migration/table-shapes.ts';

/** A transaction that sees what the database held when it began. */
export type DatabaseView = pg.ClientBase;

/** Keeps one moment of the database in sight while `use` reads what belongs to it. */
export function atOneMoment<Result>(
  address: PostgresAddress,
  use: (view: DatabaseView, at: Date, exported: string) => Promise<Result>,
): Promise<Result> {
  return withClient(address, async (client) => {
    await begin(client, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query<{ at: Date; exported: string }>(
      'SELECT clock_timestamp() AS at, pg_export_snapshot() AS exported',
    );
    const [row] = rows;
    if (!row) throw new Error('PostgreSQL answered nothing.');
    return use(client, new Date(row.at), row.exported);
  });
}

/** Begins a transaction that may take as long as it needs, but waits for no lock for long. */
export async function begin(client: pg.ClientBase, mode: string): Promise<void> {
  // PostgreSQL 17 has it. Of the session: a transaction that takes over another's view may ask nothing before.
  await client.query(
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout' AND setting <> '0'",
  );
  await client.query(`BEGIN ${mode}`);
  await client.query(sameText);
  await client.query(
    "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
  );
}
