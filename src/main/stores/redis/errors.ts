import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import { codeOf, tlsCode } from '../../platform/error-code.ts';

const refused = /^(WRONGPASS|NOAUTH|NOPERM)\b|invalid password|invalid username-password/i;

/**
 * A driver's error as one that a person can act on. The driver's own error is left behind: it holds the command's arguments, and those of
 * a refused sign-in are the password.
 */
export function asRedisError(error: unknown, place: string): TrainyardError {
  if (error instanceof TrainyardError) return error;
  const text = errorMessage(error);
  const untrusted = tlsCode(error);
  const code = untrusted ?? codeOf(error);
  const cause = new Error(code ? `${text} (${code})` : text);
  if (refused.test(text)) return fault('REDIS_REFUSED_CREDENTIALS', { place }, { cause });
  if (untrusted) return fault('REDIS_UNTRUSTED', { place, system: untrusted }, { cause });
  if (error instanceof Error && error.name === 'ReplyError')
    return fault('REDIS_REFUSED', { place, answer: text }, { cause });
  const why = code ? { en: ` (${code})`, ko: `(${code})` } : '';
  return fault('REDIS_UNREACHABLE', { place, why }, { cause });
}

/** Whether the call met no server, or one that went away. */
export function isOutage(error: unknown): boolean {
  return error instanceof TrainyardError && error.code === 'REDIS_UNREACHABLE';
}
