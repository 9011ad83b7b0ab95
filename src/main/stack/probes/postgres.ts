import pg from 'pg';
import { clientConfig } from '../../postgres/pool.ts';
import type { Probe } from '../ports.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Logs in and asks for the version: `17.10`. */
export const probePostgres: Probe = async ({ postgres }, signal) => {
  const client = new pg.Client(clientConfig({ url: postgres.url, tls: postgres.tls }));
  // One that breaks while nothing is asked of it would end the process.
  client.on('error', () => {});
  try {
    const answer = async () => {
      await client.connect();
      return await client.query<{ server_version: string }>('SHOW server_version');
    };
    const { rows } = await unlessAborted(answer(), signal);
    return rows[0]?.server_version.split(' ')[0] ?? '';
  } finally {
    end(client);
  }
};

/** Without waiting for a server that may never answer. */
function end(client: pg.Client): void {
  client.end().catch(() => {});
  client.connection.stream.destroy();
}
