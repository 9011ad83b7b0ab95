import type { Series } from '../../../shared/contract/run-readings.ts';
import type { BucketRange, RollupView, StepWindow, StoredPoint, TouchedRange } from './ports.ts';
import { bucketWidth, type RollupShape } from './rollups.ts';
import { type LevelChoice, openAt, wholeBuckets, wholeRange } from './series-level.ts';
import { groupSize, SeriesLine } from './series-line.ts';

/** Journal numbers that are read point by point at most: of a metric that is rare, they hold far more points of others. */
const mostNumbers = 20_000;

/** A line on its way to the finest level that shows the window with at most so many buckets. */
interface Descent {
  readonly choice: LevelChoice;
  level: number;
  /** Whole buckets of the level that touch the window. */
  found: TouchedRange | null;
  done: boolean;
}

/**
 * Lines within a window of steps. From the level that shows a whole line it goes down level by level: at each, only what touched the
 * window one level above is looked at.
 */
export async function locate(
  view: RollupView,
  shape: RollupShape,
  chosen: readonly LevelChoice[],
  window: StepWindow,
  limit: number,
): Promise<Series[]> {
  const first = await view.within(
    chosen.map((choice) => wholeRange(shape, choice)),
    window,
  );
  const descents = chosen.map((choice, index): Descent => {
    const { level } = choice;
    return { choice, level, found: first[index] ?? null, done: level === 0 };
  });
  for (;;) {
    const moving = descents.filter((descent) => !descent.done && mayDescend(shape, descent, limit));
    if (moving.length === 0) break;
    const ranges = moving.map((descent) => rangeBelow(shape, descent));
    const found = await view.within(ranges, window);
    for (const [index, descent] of moving.entries()) {
      descent.level -= 1;
      descent.found = found[index] ?? null;
      descent.done = descent.level === 0;
    }
  }
  return draw(view, shape, descents, window, limit);
}

/** Whether the next finer level holds all that touched the window, in at most `limit` buckets. */
function mayDescend(shape: RollupShape, descent: Descent, limit: number): boolean {
  const { choice, level, found } = descent;
  const { from, to } = rangeBelow(shape, descent);
  if (to - from > limit) return false;
  if (level > 1 || choice.line.total <= shape.exactPoints) return true;
  // Level 0 ends somewhere in the midst of this line.
  const isLast = found?.to === wholeBuckets(shape, choice.line, level);
  return found !== null && !isLast && to <= shape.exactPoints;
}

function rangeBelow(shape: RollupShape, { choice, level, found }: Descent): BucketRange {
  const { attempt, line } = choice;
  const ratio = bucketWidth(shape, level) / bucketWidth(shape, level - 1);
  const whole = wholeBuckets(shape, line, level);
  const wholeBelow = wholeBuckets(shape, line, level - 1);
  const from = (found?.from ?? whole) * ratio;
  // What stands behind the last whole bucket may touch the window too.
  const to = found === null || found.to === whole ? wholeBelow : found.to * ratio;
  return { attempt, name: line.name, level: level - 1, from, to };
}

async function draw(
  view: RollupView,
  shape: RollupShape,
  descents: readonly Descent[],
  window: StepWindow,
  limit: number,
): Promise<Series[]> {
  const columns = await view.buckets(
    descents.map(({ choice, level, found }) => ({
      attempt: choice.attempt,
      name: choice.line.name,
      level,
      from: found?.from ?? 0,
      to: found?.to ?? 0,
    })),
  );
  const read = new Map<string, StoredPoint[]>();
  const series: Series[] = [];
  for (const [index, { choice, level, found }] of descents.entries()) {
    const { attempt, line } = choice;
    const open = openAt(line, level)
      .map(({ bucket }) => bucket)
      .filter(({ firstStep, lastStep }) => lastStep >= window.fromStep && firstStep <= window.toStep);
    const numbers = exactNumbers(shape, level, found, open, limit);
    const held = columns[index];
    const group = numbers || !held ? 1 : groupSize(held, limit - open.length);
    const width = numbers ? 1 : bucketWidth(shape, level) * group;
    const drawn = new SeriesLine(line.name, attempt, width, line.total, line.nonFinite);
    if (numbers) {
      const key = `${numbers.from}-${numbers.to}`;
      const points = read.get(key) ?? (await view.points(numbers.from, numbers.to));
      read.set(key, points);
      drawn.addPoints(points, window);
    } else {
      if (held) drawn.addColumns(held, group);
      for (const bucket of open) drawn.addBucket(bucket);
    }
    series.push(drawn.end());
  }
  return series;
}

/** The journal numbers of a window that is narrow enough to be shown point by point; null where it is not. */
function exactNumbers(
  shape: RollupShape,
  level: number,
  found: TouchedRange | null,
  open: readonly { readonly firstSeq: number; readonly lastSeq: number }[],
  limit: number,
): { from: number; to: number } | null {
  if (level !== 1) return null;
  const from = Math.min(found?.firstSeq ?? Number.POSITIVE_INFINITY, ...open.map(({ firstSeq }) => firstSeq));
  const to = Math.max(found?.lastSeq ?? 0, ...open.map(({ lastSeq }) => lastSeq));
  const buckets = (found ? found.to - found.from : 0) + open.length;
  if (buckets === 0 || buckets * bucketWidth(shape, 1) > limit || to - from >= mostNumbers) return null;
  return { from, to };
}
