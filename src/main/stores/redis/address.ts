import type { ConnectionOptions } from 'node:tls';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { ServerEndpoint } from '../../platform/endpoints.ts';

/** Where a Redis server is and how to be let in. Only `place` (host and port) may be shown. */
export interface RedisAddress {
  readonly place: string;
  /** As ioredis takes them. */
  readonly options: {
    readonly host: string;
    readonly port: number;
    readonly db: number;
    readonly username?: string;
    readonly password?: string;
    readonly tls?: ConnectionOptions;
  };
}

function invalid(reason: string): TrainyardError {
  return new TrainyardError(
    'REDIS_URL_INVALID',
    `The address of Redis cannot be used: ${reason}`,
    'Give redis://user:password@host:port/database, or rediss://… for TLS.',
  );
}

/** Reads an endpoint. No part of the URL but host and port is ever in a message. @throws TrainyardError REDIS_URL_INVALID */
export function readAddress({ url, tls }: ServerEndpoint): RedisAddress {
  const parsed = URL.parse(url);
  if (!parsed || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw invalid('it is no URL that begins with redis:// or rediss://');
  }
  const database = parsed.pathname.replace(/^\//, '');
  if (!/^\d{0,9}$/.test(database)) throw invalid('the path is no number of a database');
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw invalid('it names no host');
  const port = Number(parsed.port || 6379);
  const username = decoded(parsed.username);
  const password = decoded(parsed.password);
  return {
    place: `${parsed.hostname}:${port}`,
    options: {
      host,
      port,
      db: Number(database || 0),
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      ...(tls || parsed.protocol === 'rediss:'
        ? {
            tls: {
              ...(tls?.ca ? { ca: tls.ca } : {}),
              ...(tls?.cert ? { cert: tls.cert } : {}),
              ...(tls?.key ? { key: tls.key } : {}),
              ...(tls?.serverName ? { servername: tls.serverName } : {}),
            },
          }
        : {}),
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid('the user or the password has a % that begins no escape');
  }
}
