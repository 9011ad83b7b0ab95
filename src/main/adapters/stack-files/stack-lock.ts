import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { StackLock } from '../../domain/stack/machine.ts';
import { hasCode } from '../../error-code.ts';
import { damagedStateFile, prepareOwnFile } from '../../state-file.ts';

const pauseMs = 40;
const lockHint = 'Remove it while nothing works on the stack: it holds nothing, and is made again.';

/**
 * The operating system's lock on `stack.lock.sqlite` of the state folder, which a kill releases. Nobody may open and close that file
 * otherwise in this process: closing any descriptor of a file drops all of the process's POSIX locks on it.
 */
export class SqliteStackLock implements StackLock {
  private readonly home: string;

  constructor(home: string) {
    this.home = home;
  }

  async acquire(onWait: () => void, signal?: AbortSignal): Promise<Disposable> {
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
    const file = path.join(this.home, 'stack.lock.sqlite');
    prepareOwnFile(file, lockHint);
    const database = new Database(file, { timeout: 0 });
    try {
      for (let told = false; !tryLock(database); told = true) {
        if (!told) onWait();
        await pause(pauseMs, undefined, signal ? { signal } : {});
      }
    } catch (error) {
      database.close();
      throw hasCode(error, 'SQLITE_NOTADB') ? damagedStateFile(file, lockHint, error) : error;
    }
    return { [Symbol.dispose]: () => database.close() };
  }
}

function tryLock(database: Database.Database): boolean {
  try {
    // No journal: a lock is to be had on a full disk as well.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (hasCode(error, 'SQLITE_BUSY')) return false;
    throw error;
  }
}
