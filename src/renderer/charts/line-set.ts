import type { MetricPoint, Series } from '../../shared/contract/run-readings.ts';
import { LineBuffer } from './line-buffer.ts';

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
  private readonly window: StepWindow | null;

  constructor(series: readonly Series[], cursor: number, window: StepWindow | null = null) {
    this.cursor = cursor;
    this.window = window;
    for (const one of series) this.fill(one);
  }

  /** Takes the points after the cursor. @returns the names of the lines that grew */
  take(points: readonly MetricPoint[], next: number): ReadonlySet<string> {
    const grown = new Set<string>();
    for (const point of points) {
      if (point.seq <= this.cursor) continue;
      this.cursor = point.seq;
      this.noteEpoch(point.step, point.epoch);
      if (this.window && (point.step < this.window.fromStep || point.step > this.window.toStep)) continue;
      for (const [name, value] of Object.entries(point.values)) {
        // "NaN", "Infinity" and the like come as strings, as JSON has no word for them.
        this.line(name, point.attempt).append(point.step, Number(value));
        grown.add(name);
      }
    }
    this.cursor = Math.max(this.cursor, next);
    return grown;
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
      this.noteEpoch(step, series.epoch[index] ?? 0);
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

  private noteEpoch(step: number, epoch: number): void {
    if (epoch > 0) this.stepsPerEpoch = Math.max(this.stepsPerEpoch, step / epoch);
  }
}
