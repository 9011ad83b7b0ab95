import { TrainyardError } from '../../../shared/errors/error.ts';

/** The error for a target that holds what the source does not: nothing was written to it. */
export function notEmpty(what: string): TrainyardError {
  return new TrainyardError(
    'MIGRATION_TARGET_NOT_EMPTY',
    `The target already holds data of its own: ${what}`,
    'Move into an empty target, or empty it first; the source stays as it is.',
    { status: 409 },
  );
}

/** The error for a copy whose counts or hashes differ from its source's. */
export function notTheSame(what: string): TrainyardError {
  return new TrainyardError(
    'MIGRATION_DIFFERS',
    `The copy is not the same as its source: ${what}`,
    'Stop whatever writes to the source or the target, then do it again: what was copied already is kept.',
    { status: 409 },
  );
}
