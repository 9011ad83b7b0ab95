import { inLanguage } from '../../../shared/errors/catalogue.ts';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import { databaseFault } from './database-faults.ts';
import { diskFull } from './disk-room.ts';
import { fileFault, isFileError } from './file-faults.ts';

/** No other error in the chain of causes explains more than these: whatever failed, the disk could not be written to. */
const decisive = new Set(['DISK_FULL', 'DISK_READ_ONLY']);
const deepest = 10;

/** What a program wrote that found no space: PostgreSQL's own, Docker's, a shell's. */
const outOfSpace = /no space left on device|disk quota exceeded|database or disk is full/i;

const hasOwnCode = (error: Error): error is Error & { code: string } =>
  'code' in error && typeof error.code === 'string';

function ownFault(error: Error): TrainyardError | null {
  const fault = isFileError(error) ? fileFault(error) : hasOwnCode(error) ? databaseFault(error) : null;
  if (fault) return fault;
  return outOfSpace.test(error.message) ? diskFull(null, error) : null;
}

/**
 * An error of the operating system or of a database, wherever in the chain of causes it stands, as one that a person can act on.
 * An error that says so itself is answered as it is, unless it came of a disk that takes nothing: then it is DISK_FULL or
 * DISK_READ_ONLY, with its own words.
 * @returns null if nothing is known of it: a fault of the program, most likely
 */
export function systemFault(error: unknown): TrainyardError | null {
  let known: TrainyardError | null = null;
  let current = error;
  for (let depth = 0; depth < deepest && current instanceof Error; depth += 1) {
    const found = current instanceof TrainyardError ? current : ownFault(current);
    if (found && known && decisive.has(found.code)) return reworded(known, found);
    known ??= found;
    if (known && decisive.has(known.code)) return known;
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return known;
}

function reworded(step: TrainyardError, found: TrainyardError): TrainyardError {
  const { record, status } = found;
  const words = `(${errorMessage(found.cause)})`;
  // Of the same file it says the same, in the system's words.
  if (step.place.file === found.place.file && step.message.includes(words)) return found;
  const alone = (message: string) => `. ${message.replace(` ${words}`, '').replace(words, '')}`;
  const detail = { en: alone(step.message), ko: alone(inLanguage(step.record, 'ko').message) };
  const parameters = { ...record.parameters, step: detail };
  const message = `${record.message}${detail.en}`;
  return TrainyardError.from({ ...record, message, parameters }, { status, cause: step });
}

/** Whether an error came of a disk without room, or one that takes nothing at all. */
export function isDiskFault(error: unknown): boolean {
  const fault = systemFault(error);
  return fault !== null && decisive.has(fault.code);
}
