import { TrainyardError } from '../../shared/errors/error.ts';
import { codeOf } from '../platform/error-code.ts';

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
]);

/**
 * A driver's error as one that a person can act on; an error that is one already, or that no action of theirs could hint,
 * comes back as it is.
 */
export function asPostgresError(error: unknown, { place, database, user }: Target): unknown {
  if (!(error instanceof Error) || error instanceof TrainyardError) return error;
  const code = codeOf(error);
  const fault = (name: string, message: string, hint: string, status = 503) =>
    new TrainyardError(name, message, hint, { status, cause: error });
  const timedOut = /timeout expired|timeout exceeded|Connection terminated|Client has encountered/i.test(
    error.message,
  );
  if (notReached.has(code) || (code === '' && timedOut)) {
    return fault(
      'POSTGRES_UNREACHABLE',
      `No PostgreSQL answers at ${place}${code === '' ? '' : ` (${code})`}`,
      'Start the server, or correct the host and port.',
    );
  }
  if (code === '28P01' || code === '28000') {
    return fault(
      'POSTGRES_LOGIN_REFUSED',
      `PostgreSQL at ${place} does not let the user "${user}" in`,
      'Correct the user and password in the URL, or the server’s pg_hba.conf.',
      401,
    );
  }
  if (/password must be a string|SASL/i.test(error.message) && code === '') {
    return fault(
      'POSTGRES_LOGIN_REFUSED',
      `PostgreSQL at ${place} wants a password for the user "${user}", and the URL's is missing or wrong`,
      'Write it into the URL as postgres://user:password@host/database.',
      401,
    );
  }
  if (/SSL|TLS|certificate/i.test(error.message) && !/^\d/.test(code)) {
    return fault(
      'POSTGRES_TLS',
      `The encrypted connection to ${place} fails: ${error.message}`,
      'Set sslmode in the URL as the server has it (disable, require, verify-full).',
    );
  }
  switch (code) {
    case '3D000':
      return fault(
        'POSTGRES_NO_DATABASE',
        `PostgreSQL at ${place} has no database "${database}"`,
        `Create it (createdb ${database}), or correct the name in the URL.`,
        404,
      );
    case '57P03':
      return fault(
        'POSTGRES_STARTING',
        `PostgreSQL at ${place} is starting up or shutting down`,
        'Try again in a moment.',
      );
    case '53300':
      return fault(
        'POSTGRES_FULL',
        `PostgreSQL at ${place} has no connection left`,
        'End other clients, or raise max_connections.',
      );
    case '42501':
      return fault(
        'POSTGRES_PERMISSION',
        `The user "${user}" may not do this in the database "${database}": ${error.message}`,
        `Make it the database's owner (ALTER DATABASE "${database}" OWNER TO "${user}").`,
        403,
      );
    case '55P03':
    case '40P01':
      return fault(
        'POSTGRES_BUSY',
        `Another session holds a lock in the database "${database}" that this needs: ${error.message}`,
        'Stop the engine (or the other program) that uses the database and try again.',
        409,
      );
    case '53100':
      return fault(
        'POSTGRES_DISK_FULL',
        `The disk of PostgreSQL at ${place} is full`,
        'Make room there and try again.',
        507,
      );
    case '57P01':
    case '57P02':
      return fault(
        'POSTGRES_UNREACHABLE',
        `PostgreSQL at ${place} is shutting down`,
        'Start it and try again.',
      );
    default:
      return error;
  }
}
