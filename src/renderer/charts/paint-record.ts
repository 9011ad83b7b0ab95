/** Which journal number of which run stood on the screen when: cheap enough to keep always, and what a benchmark reads. */
export interface PaintRecord {
  /** The newest journal number painted, by run. */
  readonly paintedSeq: Record<string, number>;
  /** A ring of the last paints; entry i is at `at[i % size]` (milliseconds, epoch) with `seq[i % size]`. */
  readonly size: number;
  readonly at: Float64Array;
  readonly seq: Float64Array;
  /** Paints in all. */
  painted: number;
}

const size = 8192;
const record: PaintRecord = {
  paintedSeq: {},
  size,
  at: new Float64Array(size),
  seq: new Float64Array(size),
  painted: 0,
};

/** Puts the record where a benchmark finds it. */
export function exposePaints(): void {
  window.__trainyard = record;
}

/** Notes that a run's charts show everything up to a journal number. */
export function notePaint(runId: string, seq: number): void {
  if (record.paintedSeq[runId] === seq) return;
  record.paintedSeq[runId] = seq;
  record.at[record.painted % size] = performance.timeOrigin + performance.now();
  record.seq[record.painted % size] = seq;
  record.painted += 1;
}
