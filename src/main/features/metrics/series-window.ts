import type { MetricPoint, Series } from '../../../shared/contract/run-readings.ts';
import type { BucketRange, RollupView, StepWindow, TouchedRange } from './rollup-rows.ts';
import { type Bucket, bucketWidth, type RollupShape } from './rollups.ts';
import { groupSize, type LevelChoice, openAt, SeriesLine, wholeBuckets, wholeRange } from './series-line.ts';

/** Journal numbers that are read point by point at most: of a metric that is rare, they hold far more points of others. */
const mostNumbers = 20_000;

/** A line on its way to the finest level that shows the window with at most so many buckets. */
interface Descent {
  readonly choice: LevelChoice;
  level: number;
  /** Whole buckets of the level that touch the window. */
  found: TouchedRange | null;
}

/** How a line is drawn: by the points that its rollups hold, by the points with these journal numbers, or by buckets. */
type Drawing =
  | { readonly kind: 'exact' }
  | { readonly kind: 'points'; readonly from: number; readonly to: number }
  | { readonly kind: 'buckets' };

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
  const begin = chosen.map((choice) => wholeRange(shape, choice, Math.max(1, choice.level)));
  const first = await view.within(begin, window);
  const descents = chosen.map((choice, index): Descent => {
    return { choice, level: Math.max(1, choice.level), found: first[index] ?? null };
  });
  for (;;) {
    const moving = descents.filter(
      (descent) => descent.level > 1 && size(rangeBelow(shape, descent)) <= limit,
    );
    if (moving.length === 0) break;
    const found = await view.within(
      moving.map((descent) => rangeBelow(shape, descent)),
      window,
    );
    for (const [index, descent] of moving.entries()) {
      descent.level -= 1;
      descent.found = found[index] ?? null;
    }
  }
  return draw(view, shape, descents, window, limit);
}

const size = ({ from, to }: BucketRange) => to - from;

/** The buckets one level below that may touch the window. */
function rangeBelow(shape: RollupShape, { choice, level, found }: Descent): BucketRange {
  const { attempt, line } = choice;
  const ratio = bucketWidth(shape, level) / bucketWidth(shape, level - 1);
  const whole = wholeBuckets(shape, line, level);
  const from = (found?.from ?? whole) * ratio;
  // What stands behind the last whole bucket may touch the window too.
  const reachesEnd = found === null || found.to === whole;
  const to = reachesEnd ? wholeBuckets(shape, line, level - 1) : found.to * ratio;
  return { attempt, name: line.name, level: level - 1, from, to };
}

async function draw(
  view: RollupView,
  shape: RollupShape,
  descents: readonly Descent[],
  window: StepWindow,
  limit: number,
): Promise<Series[]> {
  const plans = descents.map((descent) => {
    const open = openAt(descent.choice.line, descent.level)
      .map(({ bucket }) => bucket)
      .filter(({ firstStep, lastStep }) => lastStep >= window.fromStep && firstStep <= window.toStep);
    return { descent, open, drawing: chooseDrawing(shape, descent, open, limit) };
  });
  /** What was found of the lines that are drawn so, and nothing of the others. */
  const rangesFor = (kind: Drawing['kind']) =>
    plans.map(({ descent: { choice, level, found }, drawing }): BucketRange => {
      const { from = 0, to = 0 } = drawing.kind === kind ? (found ?? {}) : {};
      return { attempt: choice.attempt, name: choice.line.name, level, from, to };
    });
  const columns = await view.buckets(rangesFor('buckets'));
  const exact = await view.exact(rangesFor('exact'));
  const read = new Map<string, MetricPoint[]>();
  const series: Series[] = [];
  for (const [index, { descent, open, drawing }] of plans.entries()) {
    const { attempt, line } = descent.choice;
    const held = drawing.kind === 'buckets' ? columns[index] : undefined;
    const group = held ? groupSize(held, limit - open.length) : 1;
    const width = held ? bucketWidth(shape, descent.level) * group : 1;
    const drawn = new SeriesLine(line.name, attempt, width, line.total, line.nonFinite);
    if (drawing.kind === 'exact') {
      drawn.addExact(exact[index] ?? [], window);
      drawn.addExact(line.exact, window);
    } else if (drawing.kind === 'points') {
      const { from, to } = drawing;
      const points = read.get(`${from}-${to}`) ?? (await view.points(from, to));
      read.set(`${from}-${to}`, points);
      drawn.addPoints(points, window);
    } else if (held) {
      drawn.addColumns(held, group);
      for (const bucket of open) drawn.addBucket(bucket);
    }
    series.push(drawn.end());
  }
  return series;
}

/** @param open the open buckets that touch the window */
function chooseDrawing(
  shape: RollupShape,
  { choice: { line }, level, found }: Descent,
  open: readonly Readonly<Bucket>[],
  limit: number,
): Drawing {
  const buckets = (found ? found.to - found.from : 0) + open.length;
  if (level > 1 || buckets === 0 || buckets * bucketWidth(shape, 1) > limit) return { kind: 'buckets' };
  const last = open.length > 0 ? wholeBuckets(shape, line, 1) + 1 : (found?.to ?? 0);
  if (last * bucketWidth(shape, 1) <= shape.exactPoints) return { kind: 'exact' };
  const from = Math.min(found?.firstSeq ?? Number.POSITIVE_INFINITY, ...open.map(({ firstSeq }) => firstSeq));
  const to = Math.max(found?.lastSeq ?? 0, ...open.map(({ lastSeq }) => lastSeq));
  return to - from < mostNumbers ? { kind: 'points', from, to } : { kind: 'buckets' };
}
