import { ORPCError, ValidationError } from '@orpc/server';
import type { Logger } from 'pino';
import { fault } from '../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../shared/errors/error.ts';
import { codeOf, isBrokenConnection } from '../platform/error-code.ts';
import { systemFault } from '../platform/faults/system-fault.ts';
import { inputFault } from './input-fault.ts';
import { type RefusalLog, refusalOf } from './refusals.ts';

/** PostgreSQL's classes 08 (connection), 57P (shutting down, starting up) and the socket's own errors. */
const databaseAway = /^(08\w{3}|57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT)$/;

/** Whether the database was not to be reached, or went away in the middle; it is started again by itself. */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isFile = 'syscall' in error && error.syscall === 'open';
  if (!isFile && databaseAway.test(codeOf(error))) return true;
  return isBrokenConnection(error);
}

function sent(error: TrainyardError): ORPCError<string, unknown> {
  const { code, ...answer } = refusalOf(error);
  return new ORPCError(code, answer);
}

/** What a person may know of an error, in the contract's form; what they may not goes to the log. */
export function toContractError(
  error: unknown,
  log: Logger,
  refusals: RefusalLog,
): ORPCError<string, unknown> {
  const known = systemFault(error);
  if (known) {
    if (known !== error) log.warn({ err: error }, 'a request met a fault of the machine');
    else if (known.cause !== undefined) refusals.write({ err: error });
    return sent(known);
  }
  if (error instanceof ORPCError) {
    if (error.cause instanceof ValidationError && error.code === 'BAD_REQUEST')
      return sent(inputFault(error.cause.issues));
    if (error.status < 500) return error;
  }
  if (isDatabaseAway(error) || (error instanceof Error && isDatabaseAway(error.cause))) {
    log.warn({ err: error }, 'a request met a database that is away');
    return sent(fault('DATABASE_UNAVAILABLE', {}));
  }
  log.error({ err: error }, 'a request failed');
  return sent(
    fault('INTERNAL', {
      program: { en: 'engine', ko: '엔진' },
      detail: '',
      source: { en: 'the engine’s log in the state folder', ko: '상태 폴더의 엔진 로그' },
    }),
  );
}
