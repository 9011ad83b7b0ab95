import { type FSWatcher, watch } from 'node:fs';

const mostWatched = 64;
/** Writers of many lines would wake for each of them. */
const pauseMs = 100;

/** Ends a wait when something changed in one of some folders, or somebody calls. */
export class Waker implements Disposable {
  readonly #watchers = new Map<string, FSWatcher>();
  #isWoken = false;
  #resolve = () => {};

  wake(): void {
    this.#isWoken = true;
    this.#resolve();
  }

  /** Watches these folders; where the system has no watch to give, waits last as long as they may. */
  watch(folders: readonly string[]): void {
    const wanted = new Set(folders.slice(0, mostWatched));
    for (const [folder, watcher] of this.#watchers)
      if (!wanted.has(folder)) {
        watcher.close();
        this.#watchers.delete(folder);
      }
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#watchFolder(folder);
  }

  #watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, () => this.wake());
      const forget = () => {
        watcher.close();
        this.#watchers.delete(folder);
      };
      watcher.on('error', forget);
      this.#watchers.set(folder, watcher);
    } catch {
      // Gone, or no watch is left.
    }
  }

  /** Until something changed, a moment at least. */
  async wait(longestMs: number): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, pauseMs));
    if (!this.#isWoken)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, longestMs);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#isWoken = false;
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }
}
