/** How much of which run stood on the screen when: cheap enough to keep always, and what a benchmark reads. */
export interface PaintRecord {
  /** The journal number up to which everything is painted, by run. */
  readonly paintedSeq: Record<string, number>;
  /** A ring of the last paints; entry i is at `at[i % size]` (milliseconds, epoch), its newest step `step[i % size]`, stored or not. */
  readonly size: number;
  readonly at: Float64Array;
  readonly step: Float64Array;
  /** Paints in all. */
  painted: number;
}

const size = 8192;
const record: PaintRecord = {
  paintedSeq: {},
  size,
  at: new Float64Array(size),
  step: new Float64Array(size),
  painted: 0,
};

/** Puts the record where a benchmark finds it. */
export function exposePaints(): void {
  window.__trainyard = record;
}

/** Notes that a run's charts show everything up to a journal number, and their newest step. */
export function notePaint(runId: string, seq: number, step: number): void {
  const last = (record.painted + size - 1) % size;
  if (record.paintedSeq[runId] === seq && record.step[last] === step) return;
  record.paintedSeq[runId] = seq;
  record.at[record.painted % size] = performance.timeOrigin + performance.now();
  record.step[record.painted % size] = step;
  record.painted += 1;
}
