import path from 'node:path';
import { TrainyardError } from '../../../shared/model/errors.ts';
import { isFileLocked } from '../../file-lock.ts';

/** Whether a supervisor of the run directory is alive: whether its lock is held. What a trainer put in the lock's place holds nothing. */
export function isSupervised(runDirectory: string): boolean {
  try {
    return isFileLocked(path.join(runDirectory, 'supervisor.lock'), '');
  } catch (error) {
    if (error instanceof TrainyardError) return false;
    throw error;
  }
}
