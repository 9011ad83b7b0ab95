import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { isUnreachable } from '../../../platform/error-code.ts';
import { isFileLocked } from '../../../platform/file-lock.ts';

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
