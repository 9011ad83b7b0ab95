import { EventEmitter, once } from 'node:events';

/** Wakes all who wait for something new. */
export class FixtureBell {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  ring(): void {
    this.emitter.emit('news');
  }

  /** Waits until `ready` answers something, or the time is over. */
  async wait<T>(waitMs: number, signal: AbortSignal | undefined, ready: () => T | null): Promise<T | null> {
    const end = AbortSignal.timeout(waitMs);
    const until = signal ? AbortSignal.any([signal, end]) : end;
    for (;;) {
      const found = ready();
      if (found !== null || until.aborted) return found;
      await once(this.emitter, 'news', { signal: until }).catch((error: unknown) => {
        if (!until.aborted) throw error;
      });
    }
  }
}
