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
import * as z from 'zod/mini';
import { fault } from '../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../shared/errors/entry.ts';
import { type ErrorOptions, errorMessage, TrainyardError } from '../../shared/errors/error.ts';
import { hasCode } from './error-code.ts';

/** What reading a state file came to. `whole` is checked against its schema. */
export type StateFileReading<T> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'whole'; readonly value: T }
  /** `error.details.fault` is `torn` where somebody may still be writing it. */
  | { readonly kind: 'unusable'; readonly error: TrainyardError };

/** What to do if a file cannot be used; empty if the error is shown to nobody. */
export type StateFileHint = Bilingual | '';

export interface StateFileOptions {
  /** What to do where this file cannot be used: a sentence for each file says what is lost with it. */
  readonly hint: StateFileHint;
  /** Bytes; a larger file is none that was written by us. */
  readonly largest?: number;
  /** Accounts besides our own and root that may own it. */
  readonly owners?: readonly number[] | 'any';
  /** A person's own file, outside of the state folder: links and other owners are theirs to choose. */
  readonly isTheirs?: boolean;
}

const largestRecord = 1024 * 1024;

const isTorn = { details: { fault: 'torn' } };

/** A file that does not hold what was written there: the text goes on after its path. */
function damaged(
  file: string,
  hint: StateFileHint,
  what: Bilingual,
  options: Omit<ErrorOptions, 'place'> & { readonly field?: string } = {},
): TrainyardError {
  const { field, ...others } = options;
  const place = { file, ...(field ? { field } : {}) };
  return fault('STATE_FILE_DAMAGED', { file, fault: what, hint }, { ...others, place });
}

const notOurs = {
  en: 'does not hold what Trainyard wrote there',
  ko: 'Trainyard가 쓴 내용이 아닙니다',
};

/** A file whose bytes something else could not make sense of, as SQLite. */
export const damagedStateFile = (file: string, hint: StateFileHint, cause: unknown) =>
  damaged(file, hint, notOurs, { cause });

/** What a thing is that stands where a file or a folder belongs. */
export function kindOf(stats: Stats): Bilingual {
  if (stats.isSymbolicLink()) return { en: 'a link', ko: '링크' };
  if (stats.isDirectory()) return { en: 'a folder', ko: '폴더' };
  if (stats.isFIFO()) return { en: 'a pipe', ko: '파이프' };
  if (stats.isSocket()) return { en: 'a socket', ko: '소켓' };
  return stats.isFile() ? { en: 'a file', ko: '파일' } : { en: 'a device', ko: '장치' };
}

/** Something else that stands where a file belongs. */
export const irregularStateFile = (file: string, stats: Stats, hint: StateFileHint) =>
  fault('STATE_FILE_IRREGULAR', { file, kind: kindOf(stats), hint }, { place: { file } });

function unreadable(file: string, hint: StateFileHint, cause: unknown): TrainyardError {
  return fault(
    'STATE_FILE_UNREADABLE',
    { file, cause: errorMessage(cause), hint },
    { place: { file }, cause },
  );
}

/**
 * Reads a small file as text. It never waits (as for a pipe), never follows a link, and reads no more than the limit.
 * @returns null if there is none
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
    throw unreadable(file, hint, error);
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw irregularStateFile(file, stats, hint);
    const ours = process.getuid?.();
    const isAllowed = isTheirs || owners === 'any' || ours === undefined;
    if (!isAllowed && ![ours, 0, ...owners].includes(stats.uid))
      throw fault('HOME_OF_ANOTHER_USER', { path: file, uid: stats.uid }, { status: 500, place: { file } });
    if (stats.size > largest)
      throw damaged(file, hint, {
        en: `has ${stats.size} bytes, and at most ${largest} were written`,
        ko: `${stats.size}바이트인데, Trainyard는 많아야 ${largest}바이트를 씁니다`,
      });
    // A byte more than it may have: it may have grown since.
    const buffer = Buffer.alloc(Math.min(largest, stats.size + 1));
    let length = 0;
    for (let count = -1; count !== 0 && length < buffer.length; length += count)
      count = readSync(descriptor, buffer, length, buffer.length - length, null);
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } catch (error) {
    if (error instanceof TrainyardError) throw error;
    if (hasCode(error, 'ERR_ENCODING_INVALID_ENCODED_DATA'))
      throw damaged(
        file,
        hint,
        { en: 'is torn: it is no text', ko: '끊겼습니다. 텍스트가 아닙니다' },
        { cause: error, ...isTorn },
      );
    throw unreadable(file, hint, error);
  } finally {
    closeSync(descriptor);
  }
}

/** Checks text that was read from a state file. The value of a field is in no message: it may be a secret. */
function parse<T>(file: string, text: string, schema: z.core.$ZodType<T>, hint: StateFileHint): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const what = { en: 'is torn: it is no whole JSON', ko: '끊겼습니다. 온전한 JSON이 아닙니다' };
    throw damaged(file, hint, what, isTorn);
  }
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  const what = {
    en: `${notOurs.en}: the field ${field} is missing or wrong (${issue?.code})`,
    ko: `${notOurs.ko}. ${field} 항목이 없거나 올바르지 않습니다(${issue?.code})`,
  };
  throw damaged(file, hint, field ? what : notOurs, { field });
}

/**
 * Reads back a file that Trainyard wrote: the only way in which the engine, the supervisor and the command line do.
 * @returns null if there is none
 * @throws TrainyardError as `readStateText`, and STATE_FILE_DAMAGED with the field that is wrong
 */
export function readStateFile<T>(
  file: string,
  schema: z.core.$ZodType<T>,
  options: StateFileOptions,
): T | null {
  const text = readStateText(file, options);
  return text === null ? null : parse(file, text, schema, options.hint);
}

/** The same for those who go on without the file. */
export function inspectStateFile<T>(
  file: string,
  schema: z.core.$ZodType<T>,
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
export function prepareOwnFile(file: string, hint: StateFileHint): void {
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
