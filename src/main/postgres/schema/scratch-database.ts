import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { type PostgresAddress, withClient } from '../pool.ts';

const prefix = 'trainyard_scratch_';
/** A scratch database that is older, and that nobody is connected to, was left behind by a kill. */
const leftBehindMs = 10 * 60_000;

/**
 * Makes an empty database on the server of another one, and drops it afterwards.
 * @throws TrainyardError POSTGRES_…; POSTGRES_PERMISSION where the account may make none
 */
export function withScratchDatabase<Result>(
  address: PostgresAddress,
  use: (scratch: PostgresAddress) => Promise<Result>,
): Promise<Result> {
  return withClient(address, async (client) => {
    await dropLeftBehind(client);
    // When it was made is in its name: the server does not say.
    const name = `${prefix}${Date.now()}_${randomBytes(6).toString('hex')}`;
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    try {
      return await use(onDatabase(address, name));
    } finally {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  });
}

async function dropLeftBehind(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database d
     WHERE datname ~ '^${prefix}\\d+_[0-9a-f]{12}$' AND datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user)
       AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`,
  );
  for (const { name } of rows)
    if (Date.now() - Number(name.slice(prefix.length).split('_')[0]) > leftBehindMs)
      await client.query(`DROP DATABASE IF EXISTS ${name}`);
}

/** The same server and account, another database. */
function onDatabase(address: PostgresAddress, database: string): PostgresAddress {
  if (!('url' in address)) return { ...address, database };
  const [, server = '', , query = ''] =
    /^(postgres(?:ql)?:\/\/[^/?]*)(\/[^?]*)?(\?.*)?$/.exec(address.url) ?? [];
  return { ...address, url: `${server}/${database}${query}` };
}
