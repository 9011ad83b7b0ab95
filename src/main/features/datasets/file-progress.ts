import type { z } from 'zod';
import type { fileProgressSchema, WorkError } from '../../../shared/contract/file-progress.ts';
import { type ImportPhase, isOver } from '../../../shared/model/import-phase.ts';
import { Pace, secondsLeft } from '../../../shared/model/pace.ts';
import { Wakeups } from '../../platform/wakeups.ts';

export type ProgressState = Readonly<z.infer<typeof fileProgressSchema>>;

/** How often readers are notified of another file; a screen shows no more. */
const reportEveryMs = 200;

/** How far an import or a check is that this engine works at; readers wait for changes. */
export class FileProgress {
  private phase: ImportPhase = 'counting';
  private done = 0;
  private total: number | null = null;
  private error: WorkError | null = null;
  private pace = new Pace();
  private reportedAt = 0;
  private readonly wakeups = new Wakeups();
  private readonly onReport: () => void;

  /** @param onReport called whenever readers are to be notified */
  constructor(onReport: () => void = () => undefined) {
    this.onReport = onReport;
  }

  get state(): ProgressState {
    const { phase, done, total, error } = this;
    const rate = this.isOver || phase === 'counting' ? null : this.pace.rate(done, performance.now());
    return { phase, done, total, rate, secondsLeft: secondsLeft(done, total, rate), error };
  }

  get isOver(): boolean {
    return isOver(this.phase);
  }

  /** Another phase begins, or the work ends. While work is being cancelled, only its end is reported. */
  enter(phase: ImportPhase, total: number | null, error: WorkError | null = null): void {
    if (this.phase === 'cancelling' && !isOver(phase)) return;
    this.phase = phase;
    this.done = phase === 'done' ? (total ?? 0) : 0;
    this.total = total;
    this.error = error;
    this.pace = new Pace();
    this.pace.add(this.done, performance.now());
    this.report();
  }

  /** So many files of this phase are done, or bytes of a download. */
  advance(done: number): void {
    if (this.phase === 'cancelling') return;
    const now = performance.now();
    this.done = done;
    this.pace.add(done, now);
    if (now - this.reportedAt >= reportEveryMs) this.report();
  }

  /** The same, in the terms in which an examination reports progress. */
  follow(phase: 'downloading' | 'counting' | 'validating', done: number, total: number | null): void {
    if (phase !== this.phase) this.enter(phase, total);
    this.advance(done);
  }

  /** Resolves at once if `done` is not what the reader has seen or the work is over, else at the next change in `waitMs`, or once the reader has `left`. */
  async wait(seen: number, waitMs: number, left?: AbortSignal): Promise<void> {
    if (this.isOver || this.done !== seen || waitMs === 0) return;
    await this.wakeups.wait(waitMs, left);
  }

  private report(): void {
    this.reportedAt = performance.now();
    this.wakeups.wake();
    this.onReport();
  }
}
