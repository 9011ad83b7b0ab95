import { setTimeout as delay } from 'node:timers/promises';
import type { WorkLog } from '../../platform/work-log.ts';
import type { RunDriver, RunMover } from './driver.ts';

const longestPauseMs = 30_000;

/** Moves a run within this process, at once when it is woken, and again after a growing pause where that failed. */
export class EmbeddedDriver implements RunDriver {
  private readonly log: WorkLog;
  private mover: RunMover | null = null;
  private readonly failures = new Map<string, number>();
  private readonly stop = new AbortController();

  constructor(log: WorkLog) {
    this.log = log;
  }

  async start(mover: RunMover): Promise<void> {
    this.mover = mover;
  }

  wake(runId: string): void {
    void this.attend(runId);
  }

  sweep(runIds: readonly string[]): void {
    for (const runId of runIds) this.wake(runId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mover = null;
    this.stop.abort();
  }

  private async attend(runId: string): Promise<void> {
    try {
      await this.mover?.move(runId);
      this.failures.delete(runId);
    } catch (error) {
      if (!this.mover) return;
      const failures = (this.failures.get(runId) ?? 0) + 1;
      this.failures.set(runId, failures);
      const pauseMs = Math.min(longestPauseMs, 125 * 2 ** failures);
      this.log.warn({ err: error, runId, failures, pauseMs }, 'a run could not be moved on; trying again');
      const again = delay(pauseMs, undefined, { signal: this.stop.signal, ref: false });
      again.then(
        () => this.wake(runId),
        () => undefined,
      );
    }
  }
}
