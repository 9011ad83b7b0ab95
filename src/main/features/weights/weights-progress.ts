import type { WeightsProgress as Progress } from '../../../shared/contract/weights.ts';
import { Pace, secondsLeft } from '../../../shared/model/pace.ts';
import { Wakeups } from '../../platform/wakeups.ts';

type Phase = Progress['phase'];

/** How often readers are notified of more bytes; a screen shows no more. */
const reportEveryMs = 200;

/** How far weights are that this engine stores; readers wait for changes. */
export class WeightsProgress {
  private phase: Phase = 'waiting';
  private done = 0;
  private total: number | null = null;
  private error: Progress['error'] = null;
  private pace = new Pace();
  private reportedAt = 0;
  private readonly wakeups = new Wakeups();

  get state(): Progress {
    const { phase, done, total, error } = this;
    const rate =
      phase === 'downloading' || phase === 'storing' ? this.pace.rate(done, performance.now()) : null;
    return { phase, done, total, rate, secondsLeft: secondsLeft(done, total, rate), error };
  }

  /** Another file or phase begins, or the work ends. */
  enter(phase: Phase, total: number | null, done = 0, error: Progress['error'] = null): void {
    Object.assign(this, { phase, total, done, error });
    this.pace = new Pace();
    this.pace.add(done, performance.now());
    this.report();
  }

  /** So many bytes of the file are done. */
  advance(done: number): void {
    const now = performance.now();
    this.done = done;
    this.pace.add(done, now);
    if (now - this.reportedAt >= reportEveryMs) this.report();
  }

  /** Resolves at once where `seen` bytes are not what is done or the work is over, else at the next change in `waitMs`. */
  async wait(seen: number, waitMs: number): Promise<void> {
    const isOver = this.phase === 'done' || this.phase === 'failed';
    if (isOver || this.done !== seen || waitMs === 0) return;
    await this.wakeups.wait(waitMs);
  }

  private report(): void {
    this.reportedAt = performance.now();
    this.wakeups.wake();
  }
}
