import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { exitRecordSchema, supervisorRecordSchema } from '../../../../shared/model/run-directory.ts';
import { isUnreachable } from '../../../platform/error-code.ts';
import { isFileLocked } from '../../../platform/file-lock.ts';
import { inspectStateFile } from '../../../platform/state-file.ts';

const options = { hint: '', owners: 'any', largest: 64 * 1024 } as const;

/**
 * A record in a run directory; null if it is not there. All of them are written whole, and a trainer can put anything in their place:
 * what cannot be read as one was not written by us, and is as good as not there.
 */
export function readRecord<T>(runDirectory: string, name: string, schema: z.ZodType<T>): T | null {
  const found = inspectStateFile(path.join(runDirectory, name), schema, options);
  if (found.kind !== 'unusable') return found.kind === 'whole' ? found.value : null;
  const { code, cause } = found.error;
  // If this process has no descriptors left, for example, the file may be fine, and the run must not be marked lost.
  if (code === 'STATE_FILE_UNREADABLE' && !isUnreachable(cause)) throw found.error;
  return null;
}

/** Why a record of the supervisor cannot be read, in words: the first of `exit.json` and `supervisor.json`; undefined if it can, or is not there. */
export function recordFault(runDirectory: string): string | undefined {
  for (const [name, schema] of [
    ['exit.json', exitRecordSchema],
    ['supervisor.json', supervisorRecordSchema],
  ] as const) {
    const found = inspectStateFile<unknown>(path.join(runDirectory, name), schema, options);
    if (found.kind === 'unusable') return found.error.message;
  }
  return undefined;
}

/** Whether a supervisor of the run directory is alive: whether its lock is held. What a trainer put in the lock's place holds nothing. */
export function isSupervised(runDirectory: string): boolean {
  const file = path.join(runDirectory, 'supervisor.lock');
  try {
    return isFileLocked(file, '');
  } catch (error) {
    if (error instanceof TrainyardError || isClosed(file)) return false;
    throw error;
  }
}

/** Whether a trainer took it away or closed it; SQLite has one code for that and for a process without descriptors. */
function isClosed(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return false;
  } catch (error) {
    if (isUnreachable(error)) return true;
    throw error;
  }
}
