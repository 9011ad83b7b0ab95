import { statSync } from 'node:fs';
import { fault } from '../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../shared/errors/error.ts';
import { hasCode } from '../platform/error-code.ts';
import { watchFolder } from '../platform/watch-folder.ts';

/** For changes that the watch missed: each write looks by itself. */
const lookEveryMs = 5000;
/** For folders that cannot be watched. */
const withoutWatchMs = 1000;

function moved(home: string): TrainyardError {
  return fault('HOME_MOVED', { home }, { place: { file: home } });
}

/**
 * Sees when the folder of a running engine is not at its path any more: whatever is written there from then on would make a second,
 * empty state folder.
 * @param home absolute, and there
 * @param onMoved called once
 * @returns `check` throws HOME_MOVED, too
 */
export function watchHome(
  home: string,
  onMoved: (error: TrainyardError) => void,
): Disposable & { check(): void } {
  const own = statSync(home);
  let isMoved = false;
  const isThere = () => {
    try {
      const { dev, ino } = statSync(home);
      return dev === own.dev && ino === own.ino;
    } catch (error) {
      // Anything else says nothing of where the folder is: a disk that has a fault, no descriptors.
      return !hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP');
    }
  };
  const look = () => {
    if (isMoved || isThere()) return;
    isMoved = true;
    onMoved(moved(home));
  };
  const watcher = watchFolder(home, look)?.unref();
  const timer = setInterval(look, watcher ? lookEveryMs : withoutWatchMs).unref();
  return {
    check: () => {
      look();
      if (isMoved) throw moved(home);
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      watcher?.close();
    },
  };
}
