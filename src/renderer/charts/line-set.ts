import type { LiveLine, LivePage, Series } from '../../shared/contract/run-readings.ts';
import { LineBuffer, type MadeBucket } from './line-buffer.ts';

export interface Line {
  readonly name: string;
  readonly attempt: number;
  readonly buffer: LineBuffer;
}

/** Steps from and to, both included. */
export interface StepWindow {
  readonly fromStep: number;
  readonly toStep: number;
}

/** All lines of a run, or of a window of it, up to a journal number; each point counts once. */
export class LineSet {
  readonly lines = new Map<string, Line>();
  /** The journal number up to which the lines are complete. */
  cursor: number;
  /** As far as seen: exact once an epoch has ended, since within epoch e no step passes e epochs. */
  stepsPerEpoch = 0;
  /** The newest step of any line. */
  lastStep = 0;
  private readonly window: StepWindow | null;

  constructor(series: readonly Series[], cursor: number, window: StepWindow | null = null) {
    this.cursor = cursor;
    this.window = window;
    for (const one of series) this.fill(one);
  }

  /** Takes a page that was read from the cursor on. What stood ahead goes: the page has all of it. */
  take({
    lines,
    next,
    ahead,
    stepsPerEpoch,
  }: Pick<LivePage, 'lines' | 'next' | 'ahead' | 'stepsPerEpoch'>): void {
    for (const { buffer } of this.lines.values()) buffer.dropAhead();
    this.stepsPerEpoch = Math.max(this.stepsPerEpoch, stepsPerEpoch);
    for (const line of lines) this.append(line);
    for (const line of ahead) {
      const buffer = this.line(line.name, line.attempt);
      for (const bucket of this.bucketsOf(line)) buffer.showAhead(bucket);
    }
    this.cursor = Math.max(this.cursor, next);
  }

  private append(line: LiveLine): void {
    const buffer = this.line(line.name, line.attempt);
    for (const bucket of this.bucketsOf(line)) {
      buffer.appendBucket(bucket);
      buffer.total += bucket.count;
      buffer.nonFinite += bucket.count - bucket.finite;
    }
  }

  /** What a line has in the window. */
  private *bucketsOf({
    step: steps,
    mean: means,
    merged,
  }: LiveLine): Generator<MadeBucket & { finite: number }> {
    for (const [index, step] of steps.entries()) {
      this.lastStep = step;
      if (this.window && (step < this.window.fromStep || step > this.window.toStep)) continue;
      const mean = means[index] ?? null;
      const finite = merged?.finite[index] ?? (mean === null ? 0 : 1);
      const [min = mean, max = mean] = [merged?.min[index], merged?.max[index]];
      yield { step, min, max, mean, finite, count: merged?.count[index] ?? 1 };
    }
  }

  private line(name: string, attempt: number): LineBuffer {
    const key = `${name} ${attempt}`;
    const found = this.lines.get(key);
    if (found) return found.buffer;
    const buffer = new LineBuffer();
    this.lines.set(key, { name, attempt, buffer });
    return buffer;
  }

  private fill(series: Series): void {
    const buffer = this.line(series.name, series.attempt);
    for (const [index, step] of series.step.entries()) {
      const epoch = series.epoch[index] ?? 0;
      if (epoch > 0) this.stepsPerEpoch = Math.max(this.stepsPerEpoch, step / epoch);
      this.lastStep = step;
      buffer.appendBucket({
        step,
        min: series.min[index] ?? null,
        max: series.max[index] ?? null,
        mean: series.mean[index] ?? null,
        count: series.count[index] ?? 1,
      });
    }
    buffer.total = series.total;
    buffer.nonFinite = series.nonFinite;
  }
}
