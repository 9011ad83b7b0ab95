import { lstatSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { hasCode } from '../../error-code.ts';

/**
 * Whether a supervisor of the run directory is alive: whether its lock is held. Ask only once there is a supervisor.json: the
 * question takes the lock for an instant, and would turn a supervisor away that is just beginning.
 */
export function isSupervised(runDirectory: string): boolean {
  const file = path.join(runDirectory, 'supervisor.lock');
  // Behind a link nobody of ours has locked anything.
  if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  const database = new Database(file, { timeout: 0 });
  try {
    // No journal: a lock is to be had on a full disk as well.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return false;
  } catch (error) {
    if (hasCode(error, 'SQLITE_BUSY')) return true;
    if (hasCode(error, 'SQLITE_NOTADB')) return false;
    throw error;
  } finally {
    database.close();
  }
}
