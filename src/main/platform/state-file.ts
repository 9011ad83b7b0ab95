import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import type { z } from 'zod';
import { errorMessage, TrainyardError } from '../../shared/errors/error.ts';
import { hasCode } from './error-code.ts';

/** What reading a state file came to. `whole` is checked against its schema. */
export type StateFileReading<T> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'whole'; readonly value: T }
  /** `error.details.fault` is `torn` where somebody may still be writing it. */
  | { readonly kind: 'unusable'; readonly error: TrainyardError };

export interface StateFileOptions {
  /** What to do where this file cannot be used: a sentence for each file says what is lost with it. */
  readonly hint: string;
  /** Bytes; a larger file is none that was written by us. */
  readonly largest?: number;
  /** Accounts besides our own and root that may own it. */
  readonly owners?: readonly number[] | 'any';
  /** A person's own file, outside of the state folder: links and other owners are theirs to choose. */
  readonly isTheirs?: boolean;
}

const largestRecord = 1024 * 1024;

/** @throws TrainyardError with the file, and the field where it is one */
function unusable(
  code: 'STATE_FILE_DAMAGED' | 'STATE_FILE_IRREGULAR' | 'STATE_FILE_UNREADABLE' | 'HOME_OF_ANOTHER_USER',
  file: string,
  what: string,
  options: {
    readonly hint: string;
    readonly field?: string;
    readonly cause?: unknown;
    readonly fault?: 'torn';
  },
): TrainyardError {
  const { hint, field, cause, fault } = options;
  return new TrainyardError(code, `${file} ${what}`, hint, {
    place: { file, ...(field ? { field } : {}) },
    status: 500,
    cause,
    ...(fault ? { details: { fault } } : {}),
  });
}

/** A file whose bytes something else could not make sense of, as SQLite. */
export const damagedStateFile = (file: string, hint: string, cause: unknown) =>
  unusable('STATE_FILE_DAMAGED', file, 'does not hold what Trainyard wrote there', { hint, cause });

/** What a thing is that stands where a file or a folder belongs. */
export function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isFile() ? 'a file' : 'a device';
}

/** Something else that stands where a file belongs. */
export const irregularStateFile = (file: string, stats: Stats, hint: string) =>
  unusable('STATE_FILE_IRREGULAR', file, `is ${kindOf(stats)}, not a file`, { hint });

/**
 * Reads a small file as text. It never waits (as for a pipe), never follows a link, and reads no more than the limit.
 * @returns null where there is none
 * @throws TrainyardError STATE_FILE_DAMAGED (too large, no UTF-8), STATE_FILE_IRREGULAR (a link, a folder, a pipe …),
 * HOME_OF_ANOTHER_USER, STATE_FILE_UNREADABLE
 */
export function readStateText(file: string, options: StateFileOptions): string | null {
  const { hint, largest = largestRecord, owners = [], isTheirs = false } = options;
  let descriptor: number;
  try {
    const seen = lstatSync(file);
    if (!isTheirs && !seen.isFile()) throw irregularStateFile(file, seen, hint);
    const unfollowed = isTheirs ? 0 : (constants.O_NOFOLLOW ?? 0);
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | unfollowed);
  } catch (error) {
    if (error instanceof TrainyardError) throw error;
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    const why = errorMessage(error);
    throw unusable('STATE_FILE_UNREADABLE', file, `cannot be read (${why})`, { hint, cause: error });
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw irregularStateFile(file, stats, hint);
    const ours = process.getuid?.();
    const isAllowed = isTheirs || owners === 'any' || ours === undefined;
    if (!isAllowed && ![ours, 0, ...owners].includes(stats.uid)) {
      const what = `belongs to another user (number ${stats.uid})`;
      throw unusable('HOME_OF_ANOTHER_USER', file, what, {
        hint: 'Run Trainyard as that user, or set TRAINYARD_HOME to a folder of your own.',
      });
    }
    if (stats.size > largest)
      throw unusable(
        'STATE_FILE_DAMAGED',
        file,
        `has ${stats.size} bytes, and at most ${largest} were written`,
        {
          hint,
        },
      );
    // A byte more than it may have: it may have grown since.
    const buffer = Buffer.alloc(Math.min(largest, stats.size + 1));
    let length = 0;
    for (let count = -1; count !== 0 && length < buffer.length; length += count)
      count = readSync(descriptor, buffer, length, buffer.length - length, null);
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } catch (error) {
    if (error instanceof TrainyardError) throw error;
    if (hasCode(error, 'ERR_ENCODING_INVALID_ENCODED_DATA'))
      throw unusable('STATE_FILE_DAMAGED', file, 'is torn: it is no text', {
        hint,
        cause: error,
        fault: 'torn',
      });
    const why = errorMessage(error);
    throw unusable('STATE_FILE_UNREADABLE', file, `cannot be read (${why})`, { hint, cause: error });
  } finally {
    closeSync(descriptor);
  }
}

/** Checks text that was read from a state file. The value of a field is in no message: it may be a secret. */
function parse<T>(file: string, text: string, schema: z.ZodType<T>, hint: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unusable('STATE_FILE_DAMAGED', file, 'is torn: it is no whole JSON', { hint, fault: 'torn' });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  const what = field
    ? `does not hold what Trainyard wrote there: the field ${field} is missing or wrong (${issue?.code})`
    : 'does not hold what Trainyard wrote there';
  throw unusable('STATE_FILE_DAMAGED', file, what, { hint, ...(field ? { field } : {}) });
}

/**
 * Reads back a file that Trainyard wrote: the only way in which the engine, the supervisor and the command line do.
 * @returns null where there is none
 * @throws TrainyardError as `readStateText`, and STATE_FILE_DAMAGED with the field that is wrong
 */
export function readStateFile<T>(file: string, schema: z.ZodType<T>, options: StateFileOptions): T | null {
  const text = readStateText(file, options);
  return text === null ? null : parse(file, text, schema, options.hint);
}

/** The same for those who go on without the file. */
export function inspectStateFile<T>(
  file: string,
  schema: z.ZodType<T>,
  options: StateFileOptions,
): StateFileReading<T> {
  try {
    const value = readStateFile(file, schema, options);
    return value === null ? { kind: 'absent' } : { kind: 'whole', value };
  } catch (error) {
    if (error instanceof TrainyardError) return { kind: 'unusable', error };
    throw error;
  }
}

/**
 * Readies a file that something else opens by its name (SQLite, a log): made empty with mode 0600 where it is missing, closed to
 * others where it was open. It opens no file that exists: closing any descriptor would drop this process's locks on it.
 * @throws TrainyardError STATE_FILE_IRREGULAR
 */
export function prepareOwnFile(file: string, hint: string): void {
  const seen = lstatSync(file, { throwIfNoEntry: false });
  if (!seen) {
    try {
      closeSync(openSync(file, 'wx', 0o600));
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    return;
  }
  if (!seen.isFile()) throw irregularStateFile(file, seen, hint);
  if (process.platform !== 'win32' && (seen.mode & 0o077) !== 0 && seen.uid === process.getuid?.())
    chmodSync(file, 0o600);
}
