import type pg from 'pg';
import { type PostgresAddress, withClient } from '../pool.ts';

/**
 * A connection that reads what a schema has. The server locks a table to print what stands on it: whoever reads does not wait
 * for as long as somebody holds one, and what takes long is none of a database's own limit.
 * @throws TrainyardError POSTGRES_…; POSTGRES_BUSY where somebody holds a table
 */
export function withReadingClient<Result>(
  address: PostgresAddress,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withClient(address, async (client) => {
    await client.query("SET lock_timeout = '5s'; SET statement_timeout = 0");
    return use(client);
  });
}
