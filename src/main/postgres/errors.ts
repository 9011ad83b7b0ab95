import { fault } from '../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../shared/errors/error.ts';
import { codeOf, isBrokenConnection } from '../platform/error-code.ts';

/** What a person may know of where a connection goes: never the password. */
export interface Target {
  /** `host:port`, or a socket folder. */
  readonly place: string;
  readonly database: string;
  readonly user: string;
}

const notReached = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EACCES',
  'ETIMEDOUT',
  'EPIPE',
  // Of a server that takes connections and does not answer (`ServerWatch`).
  '08006',
]);

type KnownCode =
  | 'POSTGRES_NO_DATABASE'
  | 'POSTGRES_STARTING'
  | 'POSTGRES_PERMISSION'
  | 'POSTGRES_BUSY'
  | 'POSTGRES_DISK_FULL';

/** By SQLSTATE. */
const known = new Map<string, KnownCode>([
  ['3D000', 'POSTGRES_NO_DATABASE'],
  ['57P01', 'POSTGRES_STARTING'],
  ['57P02', 'POSTGRES_STARTING'],
  ['57P03', 'POSTGRES_STARTING'],
  ['42501', 'POSTGRES_PERMISSION'],
  ['55P03', 'POSTGRES_BUSY'],
  ['40P01', 'POSTGRES_BUSY'],
  ['53100', 'POSTGRES_DISK_FULL'],
]);

/**
 * A driver's error as one that a person can act on; an error that is one already, or that no action of theirs could put right,
 * comes back as it is.
 */
export function asPostgresError(error: unknown, { place, database, user }: Target): unknown {
  if (!(error instanceof Error) || error instanceof TrainyardError) return error;
  const code = codeOf(error);
  const options = { cause: error };
  const parameters = { place, database, user, cause: error.message };
  if (notReached.has(code) || (code === '' && isBrokenConnection(error))) {
    const why = code === '' ? '' : { en: ` (${code})`, ko: `(${code})` };
    return fault('POSTGRES_UNREACHABLE', { place, why }, options);
  }
  if (code === '28P01' || code === '28000')
    return fault('POSTGRES_LOGIN_REFUSED', { ...parameters, why: code }, options);
  if (/password must be a string|SASL/i.test(error.message) && code === '') {
    const why = {
      en: 'the password in the URL is missing or wrong',
      ko: 'URL에 비밀번호가 없거나 틀렸습니다',
    };
    return fault('POSTGRES_LOGIN_REFUSED', { ...parameters, why }, options);
  }
  if (/SSL|TLS|certificate/i.test(error.message) && !/^\d/.test(code))
    return fault('POSTGRES_TLS', parameters, options);
  if (code === '53300') {
    const server = { en: `PostgreSQL at ${place}`, ko: `${place}에 있는 PostgreSQL` };
    return fault('POSTGRES_FULL', { server }, options);
  }
  const ours = known.get(code);
  return ours ? fault(ours, parameters, options) : error;
}

/** Where a URL leads. @throws TrainyardError POSTGRES_URL_INVALID, without the URL's text, which may hold a password */
export function readTarget(databaseUrl: string): Target {
  const invalid = (en: string, ko: string) => fault('POSTGRES_URL_INVALID', { fault: { en, ko } });
  if (!/^postgres(ql)?:\/\//.test(databaseUrl))
    throw invalid('does not start with postgres://', 'postgres://로 시작하지 않습니다');
  const emptyHost = databaseUrl.replace(/^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)(?=[/?]|$)/, '$1localhost');
  if (!URL.canParse(emptyHost)) throw invalid('cannot be read', '읽을 수 없습니다');
  const url = new URL(emptyHost);
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const port = url.port || url.searchParams.get('port') || '5432';
  const user = decodeURIComponent(url.username) || url.searchParams.get('user') || '';
  const database = decodeURIComponent(url.pathname.slice(1)) || user;
  if (database === '') throw invalid('names no database', '데이터베이스 이름이 없습니다');
  return { place: host.startsWith('/') ? `${host} (port ${port})` : `${host}:${port}`, database, user };
}
