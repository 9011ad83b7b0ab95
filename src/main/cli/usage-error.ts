import { TrainyardError } from '../../shared/errors/error.ts';

const code = 'USAGE';

/** The command line itself is wrong: ends with exit code 2. */
export function usageError(message: string, hint: string): TrainyardError {
  return new TrainyardError(code, message, hint);
}

export function isUsageError(error: unknown): boolean {
  return error instanceof TrainyardError && error.code === code;
}
