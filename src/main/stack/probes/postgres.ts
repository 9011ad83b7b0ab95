import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { hasCode } from '../../platform/error-code.ts';
import { migrationsFolder } from '../../platform/paths.ts';
import { clientConfig } from '../../postgres/pool.ts';
import { type Probe, unlessAborted } from './probe.ts';

/** Which migrations there are, by all of their text. */
function migrationsHash(): string {
  const folder = migrationsFolder();
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort())
    hash
      .update(`${name}\0`)
      .update(readFileSync(path.join(folder, name)))
      .update('\0');
  return hash.digest('hex');
}

const version = "split_part(current_setting('server_version'), ' ', 1)";
const applied =
  "(SELECT string_agg(concat_ws(' ', name, sha256), ',' ORDER BY run_on, id) FROM trainyard_migrations LEFT JOIN trainyard_checksums USING (name))";

interface Row {
  readonly version: string;
  readonly applied: string | null;
}

/** Logs in, asks for the version and for the migrations that were applied. */
export const probePostgres: Probe = async ({ postgres }, signal) => {
  const client = new pg.Client(clientConfig({ url: postgres.url, tls: postgres.tls }));
  // Without a listener, an idle connection that breaks would end the process.
  client.on('error', () => {});
  try {
    const answer = async () => {
      await client.connect();
      try {
        return await client.query<Row>(`SELECT ${version} AS version, ${applied} AS applied`);
      } catch (error) {
        // There are no tables of ours yet.
        if (!hasCode(error, '42P01', '42703')) throw error;
        return await client.query<Row>(`SELECT ${version} AS version, NULL AS applied`);
      }
    };
    const [row] = (await unlessAborted(answer(), signal)).rows;
    const shape = row?.applied ? JSON.stringify([row.applied, migrationsHash()]) : null;
    return { version: row?.version ?? '', shape };
  } finally {
    end(client);
  }
};

/** Without waiting for a server that may never answer. */
function end(client: pg.Client): void {
  client.end().catch(() => {});
  client.connection.stream.destroy();
}
