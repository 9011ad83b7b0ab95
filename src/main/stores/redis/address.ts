import type { ConnectionOptions } from 'node:tls';
import { fault } from '../../../shared/errors/catalogue.ts';
import { type ServerEndpoint, tlsConnection } from '../../platform/endpoints.ts';

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

const invalid = (en: string, ko: string) => fault('REDIS_URL_INVALID', { reason: { en, ko } });

/** Reads an endpoint. No part of the URL but host and port is ever in a message. @throws TrainyardError REDIS_URL_INVALID */
export function readAddress({ url, tls }: ServerEndpoint): RedisAddress {
  const parsed = URL.parse(url);
  if (!parsed || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw invalid(
      'it is no URL that begins with redis:// or rediss://',
      'redis://나 rediss://로 시작하는 URL이 아닙니다',
    );
  }
  const database = parsed.pathname.replace(/^\//, '');
  if (!/^\d{0,9}$/.test(database))
    throw invalid('the path is no number of a database', '경로가 데이터베이스 번호가 아닙니다');
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw invalid('it names no host', '호스트가 없습니다');
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
      ...(tls || parsed.protocol === 'rediss:' ? { tls: tlsConnection(tls) } : {}),
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid(
      'the user or the password has a % that begins no escape',
      '사용자나 비밀번호에 퍼센트 인코딩이 아닌 %가 있습니다',
    );
  }
}
