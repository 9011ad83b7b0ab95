import { type FSWatcher, statSync, watch } from 'node:fs';
import { fault } from '../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../shared/errors/error.ts';
import { hasCode } from '../platform/error-code.ts';

/** Where no watch can be had, or it did not tell. */
const lookEveryMs = 1000;

function moved(home: string): TrainyardError {
  return fault('HOME_MOVED', { home }, { place: { file: home } });
}

/**
 * Sees when the folder of a running engine is not at its path any more: whatever is written there from then on would make a second,
 * empty state folder. It tells so once.
 */
export class HomeWatch implements Disposable {
  private readonly home: string;
  private readonly own: { readonly dev: number; readonly ino: number };
  private readonly timer: NodeJS.Timeout;
  private readonly watcher: FSWatcher | null;
  private onMoved: ((error: TrainyardError) => void) | null;

  /** @param home absolute, and there */
  constructor(home: string, onMoved: (error: TrainyardError) => void) {
    this.home = home;
    this.onMoved = onMoved;
    this.own = statSync(home);
    this.timer = setInterval(() => this.look(), lookEveryMs).unref();
    this.watcher = this.watchForMoves();
  }

  /** @throws TrainyardError HOME_MOVED */
  check(): void {
    this.look();
    if (this.onMoved === null) throw moved(this.home);
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
    this.watcher?.close();
  }

  private look(): void {
    if (this.onMoved === null || this.isThere()) return;
    const { onMoved } = this;
    this.onMoved = null;
    onMoved(moved(this.home));
  }

  private isThere(): boolean {
    try {
      const { dev, ino } = statSync(this.home);
      return dev === this.own.dev && ino === this.own.ino;
    } catch (error) {
      // Anything else says nothing of where the folder is: a disk that has a fault, no descriptors.
      return !hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP');
    }
  }

  private watchForMoves(): FSWatcher | null {
    try {
      const watcher = watch(this.home, { persistent: false }, () => this.look());
      watcher.on('error', () => this.look());
      return watcher;
    } catch (error) {
      if (!hasCode(error, 'ENOSPC', 'EMFILE', 'ENFILE')) throw error;
      return null;
    }
  }
}
