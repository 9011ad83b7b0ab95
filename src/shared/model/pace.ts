/** Of so long a time the rate is taken: long enough to be steady, short enough to follow a disk that gets slower. */
const windowMs = 10_000;
const sampleMs = 250;
/** An estimate from less than this is a guess. */
const firstMs = 1000;

/** How fast a count grows, and when it will be full. Times are milliseconds of any clock that does not jump. */
export class Pace {
  private samples: { readonly atMs: number; readonly done: number }[] = [];

  /** So many are done at this time; counts never fall. */
  add(done: number, atMs: number): void {
    const last = this.samples.at(-1);
    if (last && atMs - last.atMs < sampleMs) return;
    this.samples.push({ atMs, done });
    // One that is older than the window stays, so that a pause longer than it lowers the rate.
    const kept = this.samples.findLastIndex((sample) => atMs - sample.atMs >= windowMs);
    if (kept > 0) this.samples.splice(0, kept);
  }

  /** How many a second; null until it is known. @param done how many are done now */
  rate(done: number, nowMs: number): number | null {
    const [first] = this.samples;
    if (!first || nowMs - first.atMs < firstMs) return null;
    return ((done - first.done) * 1000) / (nowMs - first.atMs);
  }
}

/** Whole seconds until all are done at this rate; null if that isn't known. */
export function secondsLeft(done: number, total: number | null, rate: number | null): number | null {
  if (total === null || rate === null || rate <= 0) return null;
  return Math.ceil(Math.max(0, total - done) / rate);
}
