import { fault } from '../../shared/errors/catalogue.ts';
import { findEngine } from '../platform/find-engine.ts';
import { acquireEngineLock, ensureSecrets, openHome, removeEngineRecord } from '../platform/home.ts';
import { homeFolder } from '../platform/paths.ts';
import {
  connectionTo,
  type PostgresConnection,
  startEmbeddedPostgres,
  urlOf,
} from '../postgres/embedded/embedded-postgres.ts';
import { findLocation } from '../postgres/embedded/location.ts';
import { readPostmasterFile } from '../postgres/embedded/postmaster.ts';
import { serverUser } from '../postgres/embedded/server-user.ts';

/** Where the server is that the running engine keeps; null if it is not there at the moment. */
export function runningDatabase(home: string): PostgresConnection | null {
  const location = findLocation(home, serverUser());
  const server = readPostmasterFile(location.dataDirectory);
  return server && connectionTo(location, server.port, ensureSecrets(home).postgresPassword);
}

/** Uses the state folder's own database: the running engine's server, else one started for as long as this takes. */
export async function withEmbeddedDatabase<T>(use: (databaseUrl: string) => Promise<T>): Promise<T> {
  const home = openHome(homeFolder());
  const running = findEngine(home) ? runningDatabase(home) : null;
  if (running) return use(urlOf(running));
  using lock = acquireEngineLock(home);
  if (!lock) throw fault('ENGINE_STARTING', {});
  removeEngineRecord(home);
  const server = await startEmbeddedPostgres(home);
  try {
    return await use(server.url);
  } finally {
    await server.stop();
  }
}
