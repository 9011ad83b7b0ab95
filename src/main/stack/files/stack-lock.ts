import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { acquireFileLock } from '../../platform/file-lock.ts';
import type { StackLock } from '../machine.ts';

const pauseMs = 40;
const lockHint = 'Remove it while nothing works on the stack: it holds nothing, and is made again.';

/** The lock on `stack.lock.sqlite` of the state folder. */
export class SqliteStackLock implements StackLock {
  private readonly home: string;

  constructor(home: string) {
    this.home = home;
  }

  async acquire(onWait: () => void, signal?: AbortSignal): Promise<Disposable> {
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
    for (let told = false; ; told = true) {
      const lock = acquireFileLock(path.join(this.home, 'stack.lock.sqlite'), lockHint, 0);
      if (lock) return lock;
      if (!told) onWait();
      await pause(pauseMs, undefined, signal ? { signal } : {});
    }
  }
}
