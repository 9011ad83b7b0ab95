import type { MetricPoint, Series } from '../../../shared/contract/run-readings.ts';
import type { BucketColumns, BucketRange, StepWindow } from './rollup-rows.ts';
import { type Bucket, bucketWidth, type ExactPoints, type OpenLine, type RollupShape } from './rollups.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const numberOf = (value: number | string | null | undefined) =>
  typeof value === 'number' ? value : Number.NaN;
const orNull = (value: number) => (Number.isFinite(value) ? value : null);

/** How many neighbours must become one for there to be no more than `room`. */
export function groupSize({ count }: BucketColumns, room: number): number {
  return Math.max(1, Math.ceil(count.length / Math.max(1, room)));
}

/** A chart's line under construction: buckets in order. */
export class SeriesLine {
  private readonly series: Mutable<Series>;
  private readonly window: StepWindow | null;

  /** @param window single points outside of it are left out; null: none are */
  constructor(
    { name, total, nonFinite }: OpenLine,
    attempt: number,
    width: number,
    window: StepWindow | null,
  ) {
    const columns = { step: [], epoch: [], min: [], max: [], mean: [], count: [] };
    this.series = { name, attempt, width, ...columns, total, nonFinite };
    this.window = window;
  }

  /** @param group so many neighbours become one */
  addColumns(columns: BucketColumns, group = 1): void {
    const { length } = columns.count;
    for (let from = 0; from < length; from += group) {
      let count = 0;
      let points = 0;
      let min = Number.NaN;
      let max = Number.NaN;
      let sum = 0;
      const to = Math.min(from + group, length);
      for (let at = from; at < to; at += 1) {
        const [low, high] = [numberOf(columns.min[at]), numberOf(columns.max[at])];
        if (!(min <= low) && !Number.isNaN(low)) min = low;
        if (!(max >= high) && !Number.isNaN(high)) max = high;
        count += columns.count[at] ?? 0;
        points += (columns.count[at] ?? 0) + (columns.nonFinite[at] ?? 0);
        sum += numberOf(columns.sum[at]);
      }
      this.push(columns.lastStep[to - 1] ?? 0, columns.lastEpoch[to - 1] ?? 0, min, max, sum / count, points);
    }
  }

  addBucket({ lastStep, lastEpoch, min, max, sum, count, nonFinite }: Readonly<Bucket>): void {
    this.push(lastStep, lastEpoch, min, max, sum / count, count + nonFinite);
  }

  addExact(points: ExactPoints): void {
    for (let at = 0; at < points.length; at += 3) {
      this.addPoint(points[at] ?? 0, points[at + 1] ?? 0, points[at + 2] ?? Number.NaN);
    }
  }

  addPoints(points: readonly MetricPoint[]): void {
    const { name, attempt } = this.series;
    for (const point of points) {
      // A name may be one that every object has: "constructor".
      if (point.attempt !== attempt || !Object.hasOwn(point.values, name)) continue;
      this.addPoint(point.step, point.epoch, Number(point.values[name]));
    }
  }

  private addPoint(step: number, epoch: number, value: number): void {
    const { window } = this;
    if (window && (step < window.fromStep || step > window.toStep)) return;
    this.push(step, epoch, value, value, value, 1);
  }

  end(): Series {
    return this.series;
  }

  /** What is not finite has no place in a chart: null. A sum beyond the largest double leaves a mean without a value. */
  private push(step: number, epoch: number, min: number, max: number, mean: number, points: number): void {
    const { series } = this;
    series.step.push(step);
    series.epoch.push(epoch);
    series.min.push(orNull(min));
    series.max.push(orNull(max));
    series.mean.push(orNull(mean));
    series.count.push(points);
  }
}

/** A line of one attempt, and the level that shows it; 0: its points as they are. */
export interface LevelChoice {
  readonly attempt: number;
  readonly line: OpenLine;
  readonly level: number;
}

/** The finest level at which a line of so many points has at most `limit` buckets; the coarsest where none is. */
export function chooseLevel(shape: RollupShape, total: number, limit: number): number {
  if (total <= Math.min(limit, shape.exactPoints)) return 0;
  for (let level = 1; level < shape.levels; level += 1) {
    if (Math.floor(total / bucketWidth(shape, level)) + level <= limit) return level;
  }
  return shape.levels;
}

/** All whole buckets of a line at a level from 1 on. */
export function wholeRange(shape: RollupShape, { attempt, line }: LevelChoice, level: number): BucketRange {
  return { attempt, name: line.name, level, from: 0, to: wholeBuckets(shape, line, level) };
}

/** How many buckets of a level from 1 on are whole. */
export function wholeBuckets(shape: RollupShape, line: OpenLine, level: number): number {
  return Math.floor(line.total / bucketWidth(shape, level));
}

/**
 * The points behind the last whole bucket of a level, in order: an open bucket holds whole ones of the level below, so those of
 * this level and the finer ones follow each other up to the newest point.
 */
export function openAt(line: OpenLine, level: number): Readonly<Bucket>[] {
  return line.open.filter((open) => open.level <= level).map(({ bucket }) => bucket);
}
