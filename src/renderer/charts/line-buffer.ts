/** One point of a line, or several in a row. */
export interface Bucket {
  /** The last point's. */
  step: number;
  /** Of the finite points; Infinity and -Infinity where there are none. */
  min: number;
  max: number;
  sum: number;
  /** How many points are finite. */
  finite: number;
  count: number;
}

/** Makes one bucket of two: the second one's points follow the first one's. */
export function addBucket(bucket: Bucket, next: Bucket): void {
  bucket.step = next.step;
  bucket.min = Math.min(bucket.min, next.min);
  bucket.max = Math.max(bucket.max, next.max);
  bucket.sum += next.sum;
  bucket.finite += next.finite;
  bucket.count += next.count;
}

const nothingFinite = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0, finite: 0 };

/**
 * A chart's line: buckets in order. It never holds more than `capacity` of them: where it would, neighbours are merged, so that every
 * point goes on to count in minimum, maximum, mean and number.
 */
export class LineBuffer {
  readonly buckets: Bucket[] = [];
  /** Points in all, and how many of them are NaN or infinite. */
  total = 0;
  nonFinite = 0;
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
    this.push({ step, ...values, count: 1 });
    this.total += 1;
    if (!counts) this.nonFinite += 1;
  }

  /** Appends a bucket made elsewhere; null if none of its points is finite. Totals are the caller's to set. */
  appendBucket(bucket: {
    step: number;
    min: number | null;
    max: number | null;
    mean: number | null;
    count: number;
  }): void {
    const { step, min, max, mean, count } = bucket;
    const isEmpty = min === null || max === null || mean === null;
    const values = isEmpty ? nothingFinite : { min, max, sum: mean * count, finite: count };
    this.push({ step, ...values, count });
  }

  /** The place of the first bucket whose step is at least `step`; their number where there is none. Steps never fall within one attempt. */
  firstFrom(step: number): number {
    let low = 0;
    let high = this.buckets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.buckets[middle]?.step ?? 0) < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private push(bucket: Bucket): void {
    if (this.buckets.length === this.capacity) {
      while (this.buckets.length > this.capacity / 2) this.mergeNeighbours();
    }
    this.buckets.push(bucket);
  }

  private mergeNeighbours(): void {
    this.width *= 2;
    for (const bucket of this.buckets.splice(0)) {
      const last = this.buckets.at(-1);
      if (last && last.count + bucket.count <= this.width) addBucket(last, bucket);
      else this.buckets.push(bucket);
    }
  }
}
