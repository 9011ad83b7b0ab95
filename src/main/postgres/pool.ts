import type { Socket } from 'node:net';
import pg from 'pg';
import { type TlsOptions, tlsConnection } from '../platform/endpoints.ts';
import { asPostgresError, readTarget } from './errors.ts';
import { types } from './types.ts';

/** A server by its URL, or by its parts (`host` may be a socket folder). */
export type PostgresAddress =
  | { readonly url: string; readonly tls?: TlsOptions | null }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

// How the server prints times, names and texts must not depend on what somebody set for the database or the account.
const sessionOptions = [
  ...['TimeZone=UTC', 'search_path=public', 'DateStyle=ISO', 'IntervalStyle=postgres'],
  ...['quote_all_identifiers=off', 'standard_conforming_strings=on'],
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** A URL may bring `options` of its own, which the driver would take instead of ours: both hold. */
function withOptions(text: string): pg.ClientConfig {
  if (!/[?&]options=/.test(text)) return { connectionString: text, options: sessionOptions };
  const url = new URL(text);
  url.searchParams.set('options', `${url.searchParams.get('options')} ${sessionOptions}`);
  return { connectionString: url.href };
}

/** Certificates given are what is trusted, and the name is checked; without any the URL's `sslmode` decides. */
function withTls(config: pg.ClientConfig, tls: TlsOptions | null | undefined): pg.ClientConfig {
  if (!tls || !config.connectionString) return config;
  const url = new URL(config.connectionString);
  // The driver would take the URL's word over ours.
  for (const name of ['sslmode', 'sslrootcert', 'sslcert', 'sslkey']) url.searchParams.delete(name);
  const ssl = { ...tlsConnection(tls), rejectUnauthorized: true };
  return { ...config, connectionString: url.href, ssl };
}

/**
 * What the driver would take from the shell's variables (`PGSSLMODE`, `PGCLIENTENCODING`, `PGSSLNEGOTIATION` …) where nothing is
 * said: they are meant for other servers. A URL's own parameters come before these.
 */
const notOfTheShell: pg.ClientConfig & Record<string, unknown> = {
  ssl: false,
  sslnegotiation: 'postgres',
  client_encoding: 'UTF8',
  port: 5432,
  host: 'localhost',
  // Any text: the driver takes an empty one for none.
  application_name: 'trainyard',
};

/** How every connection of ours is made: sessions are in UTC and see the schema `public` alone, whatever the server's defaults. */
export function clientConfig(address: PostgresAddress): pg.ClientConfig {
  const place =
    'url' in address
      ? withTls(withOptions(address.url), address.tls)
      : { ...address, options: sessionOptions };
  return {
    ...notOfTheShell,
    ...place,
    types,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  };
}

/** A driver's error as `asPostgresError` has it, of a connection to this address. */
export function asErrorOf(address: PostgresAddress, error: unknown): unknown {
  const target =
    'url' in address ? readTarget(address.url) : { ...address, place: `${address.host}:${address.port}` };
  return asPostgresError(error, target);
}

/**
 * Uses one connection that is made for it, and ends it.
 * @throws TrainyardError POSTGRES_… where the server cannot be reached or refuses
 */
export async function withClient<Result>(
  address: PostgresAddress,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(clientConfig(address));
  let lost: Error | null = null;
  client.on('error', (error) => {
    lost = error;
  });
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    throw asErrorOf(address, lost ?? error);
  } finally {
    await client.end();
  }
}

/** Longer than the half minute after which an idle engine looks around: a connection made anew for each look costs more than the look. */
const keptIdleMs = 60_000;

/**
 * Connections to a server, made when they are needed. `onIdleError` receives the errors of those that break while idle (the
 * server went away): the next query connects anew.
 */
export function createPool(
  address: PostgresAddress,
  options: {
    readonly max?: number;
    readonly onIdleError?: (error: Error) => void;
    /** Makes each connection's socket. */
    readonly stream?: () => Socket;
  } = {},
): pg.Pool {
  const { max = 20, onIdleError, stream } = options;
  const pool = new pg.Pool({
    ...clientConfig(address),
    max,
    idleTimeoutMillis: keptIdleMs,
    ...(stream ? { stream } : {}),
  });
  pool.on('error', (error) => onIdleError?.(error));
  // One that breaks in use rejects the query under way, or the next one; without a listener it would end the process as well.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
