import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';

const refused = /^(WRONGPASS|NOAUTH|NOPERM)\b|invalid password|invalid username-password/i;
const untrusted = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/;

/**
 * A driver's error as one that a person can act on. The driver's own error is left behind: it holds the command's arguments, and those of
 * a refused sign-in are the password.
 */
export function asRedisError(error: unknown, place: string): TrainyardError {
  if (error instanceof TrainyardError) return error;
  const text = errorMessage(error);
  const code = codeOf(error);
  const cause = new Error(code ? `${text} (${code})` : text);
  if (refused.test(text)) {
    return new TrainyardError(
      'REDIS_REFUSED_CREDENTIALS',
      `Redis at ${place} refuses the user or the password, or the user may not run this command`,
      'Correct the user and the password in the URL, or grant the user every command, key and channel that is used (`ACL SETUSER`).',
      { status: 401, cause },
    );
  }
  if (code && untrusted.test(code)) {
    return new TrainyardError(
      'REDIS_UNTRUSTED',
      `The encrypted connection to Redis at ${place} is not to be trusted (${code})`,
      'Give the certificate of its authority, and the name that its certificate carries; or use redis:// where it has no TLS.',
      { status: 502, cause },
    );
  }
  if (error instanceof Error && error.name === 'ReplyError') {
    return new TrainyardError(
      'REDIS_REFUSED',
      `Redis at ${place} refuses a command: ${text}`,
      "See the server's log: it may be out of memory, unable to write to its disk, or a replica that only reads.",
      { status: 502, cause },
    );
  }
  return new TrainyardError(
    'REDIS_UNREACHABLE',
    `No Redis answers at ${place}${code ? ` (${code})` : ''}`,
    'Start the server, or correct the host and port.',
    { status: 503, cause },
  );
}

/** Whether the call met no server, or one that went away. */
export function isOutage(error: unknown): boolean {
  return error instanceof TrainyardError && error.code === 'REDIS_UNREACHABLE';
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (/SSL routines|wrong version number/i.test(error.message)) return 'ERR_SSL_HANDSHAKE';
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
