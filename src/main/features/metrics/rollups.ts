import { exactJson } from '../../../shared/model/metric-values.ts';
import type { MetricName } from './point-rows.ts';

/** How points are rolled up. Level n ≥ 1 has buckets of `baseWidth` · `factor`^(n-1) points. */
export interface RollupShape {
  /** Buckets of level 1 hold the first so many points of each name as they are; a multiple of `baseWidth`. */
  readonly exactPoints: number;
  readonly baseWidth: number;
  readonly factor: number;
  readonly levels: number;
  /** Names beyond so many in an attempt have no rollups. */
  readonly mostNames: number;
}

export const rollupShape: RollupShape = {
  exactPoints: 16_384,
  baseWidth: 16,
  factor: 8,
  levels: 6,
  mostNames: 512,
};

/** Points in a whole bucket of a level. */
export function bucketWidth(shape: RollupShape, level: number): number {
  return level === 0 ? 1 : shape.baseWidth * shape.factor ** (level - 1);
}

/** A bucket's numbers. `count` points are finite, `nonFinite` are not; `min` and `max` are NaN where none is finite. */
export interface Bucket {
  count: number;
  nonFinite: number;
  min: number;
  max: number;
  sum: number;
  firstStep: number;
  lastStep: number;
  firstSeq: number;
  lastSeq: number;
  firstEpoch: number;
  lastEpoch: number;
}

/** Points one behind the other: step, epoch and value of each. */
export type ExactPoints = readonly number[];

/**
 * Takes buckets that are whole, and the first point of each name at level 0. What it gets belongs to the caller and changes afterwards.
 * `exact`: the points of the bucket, where it holds them as they are.
 */
export type TakeBucket = (
  name: string,
  level: number,
  index: number,
  bucket: Readonly<Bucket>,
  exact: ExactPoints | null,
) => void;

/**
 * One name's part of {@link RollupState}: name, points, points that are not finite, last value, exact points of the open bucket of
 * level 1, open bucket of each level.
 */
type NameState = [string, number, number, number | string | null, Numbers, ...(Numbers | null)[]];
/** Those that JSON has not are strings. A bucket's are in the order of {@link Bucket}'s fields. */
type Numbers = (number | string)[];

/** What {@link Rollups} carries from one batch to the next: part of a cursor's state. */
export type RollupState = NameState[];

function emptyBucket(): Bucket {
  return {
    count: 0,
    nonFinite: 0,
    min: Number.NaN,
    max: Number.NaN,
    sum: 0,
    firstStep: 0,
    lastStep: 0,
    firstSeq: 0,
    lastSeq: 0,
    firstEpoch: 0,
    lastEpoch: 0,
  };
}

function clear(bucket: Bucket): void {
  bucket.count = 0;
  bucket.nonFinite = 0;
  bucket.min = Number.NaN;
  bucket.max = Number.NaN;
  bucket.sum = 0;
}

/** Adds a later bucket to an earlier one. */
function mergeInto(earlier: Bucket, later: Readonly<Bucket>): void {
  if (earlier.count + earlier.nonFinite === 0) {
    earlier.firstStep = later.firstStep;
    earlier.firstSeq = later.firstSeq;
    earlier.firstEpoch = later.firstEpoch;
  }
  if (later.count > 0) {
    // Written so that NaN, which an empty bucket has, loses.
    if (!(earlier.min <= later.min)) earlier.min = later.min;
    if (!(earlier.max >= later.max)) earlier.max = later.max;
  }
  earlier.count += later.count;
  earlier.nonFinite += later.nonFinite;
  earlier.sum += later.sum;
  earlier.lastStep = later.lastStep;
  earlier.lastSeq = later.lastSeq;
  earlier.lastEpoch = later.lastEpoch;
}

interface Line {
  readonly name: string;
  total: number;
  nonFinite: number;
  last: number | null;
  /** Of the open bucket of level 1. */
  exact: number[];
  /** Level n at n - 1. Each holds whole buckets of the level below only: together they are the points since the last whole top bucket. */
  readonly open: Bucket[];
}

/** Rolls up the points of one attempt in the order of its events, name by name. */
export class Rollups {
  private readonly shape: RollupShape;
  private readonly lines: Line[] = [];
  private readonly point = emptyBucket();

  constructor(shape: RollupShape, state: RollupState = []) {
    this.shape = shape;
    for (const [name, total, nonFinite, last, exact, ...open] of state) {
      const line = this.begin(name);
      line.total = total;
      line.nonFinite = nonFinite;
      line.last = last === null ? null : Number(last);
      line.exact = exact.map(Number);
      for (const [index, bucket] of open.entries()) {
        const held = line.open[index];
        if (bucket && held) Object.assign(held, bucketOf(bucket));
      }
    }
  }

  /** Names beyond the shape's `mostNames` are passed over. */
  add(
    { id, name }: MetricName,
    value: number,
    step: number,
    epoch: number,
    seq: number,
    take: TakeBucket,
  ): void {
    if (id >= this.shape.mostNames) return;
    const line = this.lines[id] ?? this.begin(name);
    const { point, shape } = this;
    const finite = Number.isFinite(value);
    point.count = finite ? 1 : 0;
    point.nonFinite = finite ? 0 : 1;
    point.min = finite ? value : Number.NaN;
    point.max = point.min;
    point.sum = finite ? value : 0;
    point.firstStep = step;
    point.lastStep = step;
    point.firstSeq = seq;
    point.lastSeq = seq;
    point.firstEpoch = epoch;
    point.lastEpoch = epoch;
    line.last = value;
    if (!finite) line.nonFinite += 1;
    if (line.total === 0) take(line.name, 0, 0, point, null);
    if (line.total < shape.exactPoints) line.exact.push(step, epoch, value);
    line.total += 1;
    this.climb(line, take);
  }

  /** Puts the point into level 1, and every bucket that is whole thereby into the next level. */
  private climb(line: Line, take: TakeBucket): void {
    let lower: Bucket = this.point;
    let width = this.shape.baseWidth;
    for (let level = 1; level <= line.open.length; level += 1) {
      const bucket = line.open[level - 1] as Bucket;
      mergeInto(bucket, lower);
      if (level > 1) clear(lower);
      if (line.total % width !== 0) return;
      const holdsExact = level === 1 && line.exact.length > 0;
      take(line.name, level, line.total / width - 1, bucket, holdsExact ? line.exact : null);
      if (holdsExact) line.exact.length = 0;
      lower = bucket;
      width *= this.shape.factor;
    }
    clear(lower);
  }

  private begin(name: string): Line {
    const open = Array.from({ length: this.shape.levels }, emptyBucket);
    const line: Line = { name, total: 0, nonFinite: 0, last: null, exact: [], open };
    this.lines.push(line);
    return line;
  }

  /** The last value of each name. */
  latest(): Record<string, number | string> {
    const values: Record<string, number | string> = Object.create(null);
    for (const { name, last } of this.lines) if (last !== null) values[name] = exactJson(last);
    return values;
  }

  /** What a further instance goes on from. */
  state(): RollupState {
    return this.lines.map(({ name, total, nonFinite, last, exact, open }): NameState => {
      const buckets = open.map((bucket) => (bucket.count + bucket.nonFinite === 0 ? null : stateOf(bucket)));
      while (buckets.at(-1) === null) buckets.pop();
      return [
        name,
        total,
        nonFinite,
        last === null ? null : exactJson(last),
        exact.map(exactJson),
        ...buckets,
      ];
    });
  }
}

/** A name's totals and open buckets, the widest (whose points came first) first. */
export interface OpenLine {
  readonly name: string;
  readonly total: number;
  readonly nonFinite: number;
  /** Of the open bucket of level 1, where it holds its points as they are. */
  readonly exact: ExactPoints;
  readonly open: readonly { readonly level: number; readonly bucket: Readonly<Bucket> }[];
}

/** The lines of a state, for readers. */
export function openLines(state: RollupState): OpenLine[] {
  return state.map(([name, total, nonFinite, , exact, ...open]) => ({
    name,
    total,
    nonFinite,
    exact: exact.map(Number),
    open: open
      .flatMap((bucket, index) => (bucket ? [{ level: index + 1, bucket: bucketOf(bucket) }] : []))
      .reverse(),
  }));
}

/** In the order in which a state holds them. */
const bucketFields = [
  ...(['count', 'nonFinite', 'min', 'max', 'sum', 'firstStep', 'lastStep'] as const),
  ...(['firstSeq', 'lastSeq', 'firstEpoch', 'lastEpoch'] as const),
];

function stateOf(bucket: Readonly<Bucket>): Numbers {
  return bucketFields.map((field) => exactJson(bucket[field]));
}

function bucketOf(state: Numbers): Bucket {
  const bucket = emptyBucket();
  for (const [index, field] of bucketFields.entries()) bucket[field] = Number(state[index]);
  return bucket;
}
