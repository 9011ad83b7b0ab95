import { fault } from '../../../shared/errors/catalogue.ts';
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
  if (refused.test(text)) return fault('REDIS_REFUSED_CREDENTIALS', { place }, { cause });
  if (code && untrusted.test(code)) return fault('REDIS_UNTRUSTED', { place, system: code }, { cause });
  if (error instanceof Error && error.name === 'ReplyError')
    return fault('REDIS_REFUSED', { place, answer: text }, { cause });
  const why = code ? { en: ` (${code})`, ko: `(${code})` } : '';
  return fault('REDIS_UNREACHABLE', { place, why }, { cause });
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
