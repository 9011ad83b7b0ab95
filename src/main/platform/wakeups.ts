/** Those who wait for something to happen. */
export class Wakeups {
  private readonly waiting = new Set<() => void>();

  /** Wakes all who wait now. */
  wake(): void {
    for (const done of [...this.waiting]) done();
  }

  /** Resolves once it is woken, after `ms` at the latest, or when the signal is aborted. */
  wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.waiting.add(done);
      signal?.addEventListener('abort', done);
    });
  }
}
