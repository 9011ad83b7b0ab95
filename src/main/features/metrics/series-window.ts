import type { MetricPoint, Series } from '../../../shared/contract/run-readings.ts';
import {
  type BucketRange,
  bucketsIn,
  exactPointsIn,
  hasItsPoints,
  pointsIn,
  type RollupView,
  type StepWindow,
  type TouchedRange,
  touchedIn,
} from './rollup-rows.ts';
import { type Bucket, bucketWidth, type OpenLine, type RollupShape } from './rollups.ts';
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

/** What a line is drawn of: whole buckets of a level, and the open ones behind them. */
interface Plan {
  readonly line: OpenLine;
  readonly range: BucketRange;
  readonly open: readonly Readonly<Bucket>[];
  readonly drawing: Drawing;
}

/** A line from its first point to its newest. */
export function planWhole(shape: RollupShape, choice: LevelChoice): Plan {
  const { line, level } = choice;
  const range = wholeRange(shape, choice, Math.max(1, level));
  return { line, range, open: openAt(line, level), drawing: { kind: level === 0 ? 'exact' : 'buckets' } };
}

/**
 * Lines within a window of steps. From the level that shows a whole line it goes down level by level: at each, only what touched the
 * window one level above is looked at.
 */
export async function planWithin(
  view: RollupView,
  shape: RollupShape,
  chosen: readonly LevelChoice[],
  window: StepWindow,
  limit: number,
): Promise<Plan[]> {
  const begin = chosen.map((choice) => wholeRange(shape, choice, Math.max(1, choice.level)));
  const first = await touchedIn(view, begin, window);
  const descents = chosen.map((choice, index): Descent => {
    return { choice, level: Math.max(1, choice.level), found: first[index] ?? null };
  });
  for (;;) {
    const moving = descents.filter(
      (descent) => descent.level > 1 && size(rangeBelow(shape, descent)) <= limit,
    );
    if (moving.length === 0) break;
    const found = await touchedIn(
      view,
      moving.map((descent) => rangeBelow(shape, descent)),
      window,
    );
    for (const [index, descent] of moving.entries()) {
      descent.level -= 1;
      descent.found = found[index] ?? null;
    }
  }
  return descents.map((descent): Plan => {
    const { attempt, line } = descent.choice;
    const open = openAt(line, descent.level).filter(
      ({ firstStep, lastStep }) => lastStep >= window.fromStep && firstStep <= window.toStep,
    );
    const { from = 0, to = 0 } = descent.found ?? {};
    const range = { attempt, name: line.name, level: descent.level, from, to };
    return { line, range, open, drawing: chooseDrawing(shape, descent, open, limit) };
  });
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

/** As buckets: its points were detached from the metrics. */
const withoutPoints = (plan: Plan): Plan =>
  plan.drawing.kind === 'points' ? { ...plan, drawing: { kind: 'buckets' } } : plan;

/** The planned lines, each of at most about `limit` buckets. @param window single points outside of it are left out */
export async function draw(
  view: RollupView,
  shape: RollupShape,
  planned: readonly Plan[],
  window: StepWindow | null,
  limit: number,
): Promise<Series[]> {
  const needsPoints = planned.some(({ drawing }) => drawing.kind === 'points');
  const plans = needsPoints && !(await hasItsPoints(view)) ? planned.map(withoutPoints) : planned;
  /** What stands in the ranges of the lines that are drawn so, and nothing of the others. */
  const ask = async <Held>(kind: Drawing['kind'], read: (ranges: BucketRange[]) => Promise<Held[]>) => {
    if (!plans.some(({ drawing }) => drawing.kind === kind)) return [];
    return read(
      plans.map(({ range, drawing }) => (drawing.kind === kind ? range : { ...range, to: range.from })),
    );
  };
  const [columns, exact] = await Promise.all([
    ask('buckets', (ranges) => bucketsIn(view, ranges)),
    ask('exact', (ranges) => exactPointsIn(view, ranges)),
  ]);
  const read = new Map<string, MetricPoint[]>();
  const series: Series[] = [];
  for (const [index, { line, range, open, drawing }] of plans.entries()) {
    const held = drawing.kind === 'buckets' ? columns[index] : undefined;
    const group = held ? groupSize(held, limit - open.length) : 1;
    const width = held ? bucketWidth(shape, range.level) * group : 1;
    const drawn = new SeriesLine(line, range.attempt, width, window);
    if (drawing.kind === 'exact') {
      drawn.addExact(exact[index] ?? []);
      drawn.addExact(line.exact);
    } else if (drawing.kind === 'points') {
      const { from, to } = drawing;
      const points = read.get(`${from}-${to}`) ?? (await pointsIn(view, from, to));
      read.set(`${from}-${to}`, points);
      drawn.addPoints(points);
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
