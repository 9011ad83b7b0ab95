/** Length of the window over which the rate is measured: long enough to be steady, short enough to follow a disk that slows down. */
const windowMs = 10_000;
/** Samples closer together than this are dropped. */
const sampleMs = 250;
/** No rate is given before this much time has passed: it would be a guess. */
const minimumMs = 1000;

/** Measures how fast a count grows. Times are milliseconds of a monotonic clock. */
export class Pace {
  private samples: { readonly atMs: number; readonly done: number }[] = [];

  /** Records that `done` were done at `atMs`. `done` never decreases. */
  add(done: number, atMs: number): void {
    const last = this.samples.at(-1);
    if (last && atMs - last.atMs < sampleMs) return;
    this.samples.push({ atMs, done });
    // One that is older than the window stays, so that a pause longer than it lowers the rate.
    const kept = this.samples.findLastIndex((sample) => atMs - sample.atMs >= windowMs);
    if (kept > 0) this.samples.splice(0, kept);
  }

  /** The rate per second; null if less than a second was measured. @param done the count at `nowMs` */
  rate(done: number, nowMs: number): number | null {
    const [first] = this.samples;
    if (!first || nowMs - first.atMs < minimumMs) return null;
    return ((done - first.done) * 1000) / (nowMs - first.atMs);
  }
}

/** Whole seconds until all are done at this rate; null if the total or the rate is unknown, or the rate is 0. */
export function secondsLeft(done: number, total: number | null, rate: number | null): number | null {
  if (total === null || rate === null || rate <= 0) return null;
  return Math.ceil(Math.max(0, total - done) / rate);
}
