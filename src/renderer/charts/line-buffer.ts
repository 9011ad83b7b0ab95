/** A point of a line, or several in a row. Infinity and -Infinity are the `min` and `max` of what has no finite point. */
interface Bucket {
  /** The last point's. */
  readonly step: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  /** How many points are finite. */
  readonly finite: number;
  readonly count: number;
}

const nothingFinite = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0, finite: 0 };
const firstRoom = 256;

/**
 * A chart's line: buckets in order, in columns of which the first `length` entries count. It never keeps more than `capacity` of them:
 * where it would, neighbours are merged, so that every point goes on to count in minimum, maximum, mean and number. At its end may stand
 * buckets that are ahead of what is kept; they are there until the next change.
 */
export class LineBuffer {
  length = 0;
  /** As {@link Bucket}'s fields. */
  step = new Float64Array(firstRoom);
  min = new Float64Array(firstRoom);
  max = new Float64Array(firstRoom);
  sum = new Float64Array(firstRoom);
  finite = new Float64Array(firstRoom);
  count = new Float64Array(firstRoom);
  /** Points in all, and how many of them are NaN or infinite; those ahead are left out. */
  total = 0;
  nonFinite = 0;
  private kept = 0;
  /** Points that merged buckets may hold. */
  private width = 1;
  private readonly capacity: number;

  constructor(capacity = 16_384) {
    this.capacity = Math.max(4, capacity);
  }

  /** Appends one point; a value that is not finite counts and leaves a gap. */
  append(step: number, value: number): void {
    const counts = Number.isFinite(value);
    const values = counts ? { min: value, max: value, sum: value, finite: 1 } : nothingFinite;
    this.keep({ step, ...values, count: 1 });
    this.total += 1;
    if (!counts) this.nonFinite += 1;
  }

  /** Appends a bucket made elsewhere; null if none of its points is finite. Totals are the caller's to set. */
  appendBucket(bucket: MadeBucket): void {
    this.keep(bucketOf(bucket));
  }

  /** Puts a bucket at the end until the next change of what is kept. */
  showAhead(bucket: MadeBucket): void {
    this.put(this.length, bucketOf(bucket));
    this.length += 1;
  }

  dropAhead(): void {
    this.length = this.kept;
  }

  /** The place of the first bucket whose step is at least `step`; their number where there is none. Steps never fall within one attempt. */
  firstFrom(step: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.step[middle] as number) < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private keep(bucket: Bucket): void {
    if (this.kept === this.capacity) {
      while (this.kept > this.capacity / 2) this.mergeNeighbours();
    }
    this.put(this.kept, bucket);
    this.kept += 1;
    this.length = this.kept;
  }

  private put(at: number, { step, min, max, sum, finite, count }: Bucket): void {
    if (at === this.step.length) this.grow();
    this.step[at] = step;
    this.min[at] = min;
    this.max[at] = max;
    this.sum[at] = sum;
    this.finite[at] = finite;
    this.count[at] = count;
  }

  private grow(): void {
    for (const name of ['step', 'min', 'max', 'sum', 'finite', 'count'] as const) {
      const column = new Float64Array(this[name].length * 2);
      column.set(this[name]);
      this[name] = column;
    }
  }

  private mergeNeighbours(): void {
    this.width *= 2;
    const { step, min, max, sum, finite, count, kept } = this;
    let last = -1;
    for (let at = 0; at < kept; at += 1) {
      const joins = last >= 0 && (count[last] as number) + (count[at] as number) <= this.width;
      if (!joins) {
        last += 1;
        for (const column of [step, min, max, sum, finite, count]) column[last] = column[at] as number;
        continue;
      }
      step[last] = step[at] as number;
      min[last] = Math.min(min[last] as number, min[at] as number);
      max[last] = Math.max(max[last] as number, max[at] as number);
      for (const column of [sum, finite, count])
        column[last] = (column[last] as number) + (column[at] as number);
    }
    this.kept = last + 1;
  }
}

/** A bucket as the engine makes them. `finite`: left out, it is all of them. */
export interface MadeBucket {
  readonly step: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly finite?: number;
  readonly count: number;
}

function bucketOf({ step, min, max, mean, count, finite = count }: MadeBucket): Bucket {
  const isEmpty = min === null || max === null || mean === null;
  return { step, count, ...(isEmpty ? nothingFinite : { min, max, sum: mean * finite, finite }) };
}
