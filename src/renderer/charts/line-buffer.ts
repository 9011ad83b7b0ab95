const columns = ['step', 'epoch', 'min', 'max', 'sum', 'finite', 'count'] as const;
type Column = (typeof columns)[number];

/**
 * A chart's line in columns: buckets of one or more points, in order. It never holds more than `capacity` buckets: where it would,
 * neighbours are merged, so that every point goes on to count in minimum, maximum, mean and number.
 */
export class LineBuffer {
  length = 0;
  /** Points in all, and how many of them are NaN or infinite. */
  total = 0;
  nonFinite = 0;
  /** Points that merged buckets may hold. */
  width = 1;
  private readonly capacity: number;
  private readonly data: Record<Column, Float64Array>;

  constructor(capacity = 16_384) {
    this.capacity = Math.max(4, capacity);
    const make = () => new Float64Array(Math.min(this.capacity, 1024));
    this.data = {
      step: make(),
      epoch: make(),
      min: make(),
      max: make(),
      sum: make(),
      finite: make(),
      count: make(),
    };
  }

  /** The last step of a bucket. */
  step(index: number): number {
    return this.data.step[index] ?? Number.NaN;
  }

  epoch(index: number): number {
    return this.data.epoch[index] ?? Number.NaN;
  }

  /** NaN where no point of the bucket is finite. */
  min(index: number): number {
    return this.finite(index) > 0 ? (this.data.min[index] ?? Number.NaN) : Number.NaN;
  }

  max(index: number): number {
    return this.finite(index) > 0 ? (this.data.max[index] ?? Number.NaN) : Number.NaN;
  }

  mean(index: number): number {
    return (this.data.sum[index] ?? Number.NaN) / this.finite(index);
  }

  /** Finite points in a bucket. */
  finite(index: number): number {
    return this.data.finite[index] ?? 0;
  }

  count(index: number): number {
    return this.data.count[index] ?? 0;
  }

  /** Appends one point; a value that is not finite counts and leaves a gap. */
  append(step: number, epoch: number, value: number): void {
    const finite = Number.isFinite(value);
    this.push(step, epoch, value, value, finite ? value : 0, finite ? 1 : 0, 1);
    this.total += 1;
    if (!finite) this.nonFinite += 1;
  }

  /** Appends a bucket made elsewhere; null where none of its points is finite. Totals are the caller's to set. */
  appendBucket(bucket: {
    step: number;
    epoch: number;
    min: number | null;
    max: number | null;
    mean: number | null;
    count: number;
  }): void {
    const { step, epoch, min, max, mean, count } = bucket;
    if (min === null || max === null || mean === null) {
      this.push(step, epoch, 0, 0, 0, 0, count);
      return;
    }
    this.push(step, epoch, min, max, mean * count, count, count);
  }

  /** The first bucket whose step is at least `step`; `length` where there is none. Steps never fall within one attempt. */
  firstFrom(step: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.step(middle) < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private push(...values: [number, number, number, number, number, number, number]): void {
    if (this.length === this.data.step.length) this.makeRoom();
    for (const [index, column] of columns.entries()) this.data[column][this.length] = values[index] ?? 0;
    this.length += 1;
  }

  private makeRoom(): void {
    const size = this.data.step.length;
    if (size < this.capacity) {
      for (const column of columns) {
        const grown = new Float64Array(Math.min(this.capacity, size * 2));
        grown.set(this.data[column]);
        this.data[column] = grown;
      }
      return;
    }
    while (this.length > this.capacity / 2) {
      this.width *= 2;
      this.mergeNeighbours();
    }
  }

  private mergeNeighbours(): void {
    const { step, epoch, min, max, sum, finite, count } = this.data;
    const at = (column: Float64Array, index: number) => column[index] ?? 0;
    let last = -1;
    for (let index = 0; index < this.length; index += 1) {
      if (last >= 0 && at(count, last) + at(count, index) <= this.width) {
        if (at(finite, index) > 0) {
          const fresh = at(finite, last) === 0;
          min[last] = fresh ? at(min, index) : Math.min(at(min, last), at(min, index));
          max[last] = fresh ? at(max, index) : Math.max(at(max, last), at(max, index));
        }
        step[last] = at(step, index);
        epoch[last] = at(epoch, index);
        sum[last] = at(sum, last) + at(sum, index);
        finite[last] = at(finite, last) + at(finite, index);
        count[last] = at(count, last) + at(count, index);
        continue;
      }
      last += 1;
      for (const column of columns) this.data[column][last] = at(this.data[column], index);
    }
    this.length = last + 1;
  }
}
