import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';
import { aboutFile, hasCode } from './error-code.ts';
import { damagedStateFile, prepareOwnFile, type StateFileHint } from './state-file.ts';

/** SQLite, loaded for the first lock: a command that reaches the engine by its socket asks for none. */
function openDatabase(file: string, options: Sqlite.Options): Sqlite.Database {
  const Database: typeof Sqlite = createRequire(import.meta.url)('better-sqlite3');
  return new Database(file, options);
}

/**
 * Takes an operating system's lock on a file, by SQLite, until disposed; a kill releases it. Nobody may open and close the file
 * otherwise in this process: closing any descriptor of a file drops all of the process's POSIX locks on it.
 * @param hint what to do where something else is in the file's place
 * @param timeoutMs how long to wait for whoever has the lock: who only asks whether it is held has a part of it for an instant
 * @returns null if another has it
 * @throws TrainyardError STATE_FILE_DAMAGED, STATE_FILE_IRREGULAR; an error of SQLite that names the file
 */
export function acquireFileLock(file: string, hint: StateFileHint, timeoutMs: number): Disposable | null {
  prepareOwnFile(file, hint);
  let database: Sqlite.Database | null = null;
  try {
    database = openDatabase(file, { timeout: timeoutMs });
    // No journal: a lock is to be had on a full disk as well.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (hasCode(error, 'SQLITE_BUSY')) return null;
    throw lockFault(file, hint, error);
  }
  return { [Symbol.dispose]: () => database.close() };
}

/** Whether another process has the lock. Not to be asked in the process that has it. @throws as `acquireFileLock` */
export function isFileLocked(file: string, hint: StateFileHint): boolean {
  if (!existsSync(file)) return false;
  prepareOwnFile(file, hint);
  let database: Sqlite.Database | null = null;
  try {
    database = openDatabase(file, { timeout: 0, fileMustExist: true });
    database.prepare('SELECT 1 FROM sqlite_master').all();
    return false;
  } catch (error) {
    if (hasCode(error, 'SQLITE_BUSY')) return true;
    throw lockFault(file, hint, error);
  } finally {
    database?.close();
  }
}

const lockFault = (file: string, hint: StateFileHint, error: unknown) =>
  hasCode(error, 'SQLITE_NOTADB') ? damagedStateFile(file, hint, error) : aboutFile(file, error);
