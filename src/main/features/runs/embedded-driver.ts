import { setTimeout as delay } from 'node:timers/promises';
import { BackOff } from '../../platform/waiting.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { RunDriver, RunMover } from './driver.ts';

const firstPauseMs = 250;
const longestPauseMs = 30_000;

/** Moves a run within this process, at once when it is woken, and again after a growing pause where that failed. */
export class EmbeddedDriver implements RunDriver {
  private readonly log: WorkLog;
  private mover: RunMover | null = null;
  private readonly backOffs = new Map<string, BackOff>();
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
      this.backOffs.delete(runId);
    } catch (error) {
      if (!this.mover) return;
      const backOff = this.backOffs.get(runId) ?? new BackOff(firstPauseMs, longestPauseMs);
      this.backOffs.set(runId, backOff);
      const pauseMs = backOff.next();
      this.log.warn({ err: error, runId, pauseMs }, 'a run could not be moved on; trying again');
      const again = delay(pauseMs, undefined, { signal: this.stop.signal, ref: false });
      again.then(
        () => this.wake(runId),
        () => undefined,
      );
    }
  }
}
