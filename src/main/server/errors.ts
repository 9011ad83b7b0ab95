import { ORPCError, ValidationError } from '@orpc/server';
import type { Logger } from 'pino';
import { TrainyardError } from '../../shared/model/errors.ts';
import { systemFault } from '../platform/faults/system-fault.ts';
import type { RefusalLog } from './refusal-log.ts';

/** PostgreSQL's classes 08 (connection), 57P (shutting down, starting up) and the socket's own errors. */
const databaseAway = /^(08\w{3}|57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT)$/;

/** Whether the database was not to be reached, or went away in the middle; it is started again by itself. */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (
    'code' in error &&
    databaseAway.test(String(error.code)) &&
    (!('syscall' in error) || error.syscall !== 'open')
  ) {
    return true;
  }
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    error.message,
  );
}

/** A request that could not be read: its bytes, not its values, are wrong. */
export function unreadable(cause: unknown): TrainyardError {
  return new TrainyardError(
    'MALFORMED_REQUEST',
    'The request could not be read',
    'Send JSON in UTF-8 with the content type application/json, as /api/v1/openapi.json has it.',
    { cause },
  );
}

/** What a person may know of an error, in the contract's form; what they may not goes to the log. */
export function toContractError(
  error: unknown,
  log: Logger,
  refusals: RefusalLog,
): ORPCError<string, unknown> {
  const fault = systemFault(error);
  if (fault) {
    if (fault !== error) log.warn({ err: error }, 'a request met a fault of the machine');
    else if (fault.cause !== undefined) refusals.write({ err: error });
    return new ORPCError(fault.code, {
      status: fault.status,
      message: fault.message,
      data: { hint: fault.hint, place: fault.place },
    });
  }
  if (error instanceof ORPCError) {
    if (error.cause instanceof ValidationError && error.code === 'BAD_REQUEST') {
      const issues = error.cause.issues.map((issue) => {
        const field = (issue.path ?? [])
          .map((part) => (typeof part === 'object' ? part.key : part))
          .join('.');
        return { field, message: issue.message };
      });
      const first = issues[0];
      return new ORPCError('INVALID_INPUT', {
        status: 400,
        message: issues.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; '),
        data: {
          hint: 'Correct the named field and send the request again.',
          place: first?.field ? { field: first.field } : {},
        },
      });
    }
    if (error.status < 500) return error;
  }
  if (isDatabaseAway(error) || (error instanceof Error && isDatabaseAway(error.cause))) {
    log.warn({ err: error }, 'a request met a database that is away');
    return new ORPCError('DATABASE_UNAVAILABLE', {
      status: 503,
      message: 'The database does not answer',
      data: {
        hint: 'The engine starts it again, or waits for it, and goes on by itself; ask again in a moment. If it lasts, "trainyard doctor" says why.',
        place: {},
      },
    });
  }
  log.error({ err: error }, 'a request failed');
  return new ORPCError('INTERNAL', {
    status: 500,
    message: 'The engine met an error that it did not expect',
    data: { hint: 'Look into the engine’s log in the state folder, and try again.', place: {} },
  });
}
