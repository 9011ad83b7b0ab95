import { BinaryCopy, textField, uuidField } from '../../postgres/binary-copy.ts';
import { jsonbText } from '../../postgres/jsonb-text.ts';
import { type MetricName, metricColumns, splitValues } from '../metrics/point-rows.ts';
import type { Bucket, BucketSink, ExactPoints, Rollups } from '../metrics/rollups.ts';
import type { Batch, JournalRow } from './batch.ts';
import type { IngestedAttempt } from './cursor.ts';

/** Points that are written before others get their turn: some tenths of a millisecond. */
const pointsInARow = 64;

export const metricRowColumns: readonly string[] = [
  'workflow_id epoch step',
  ...metricColumns.map(({ name }) => name),
  'extra_metrics recorded_at workflow_run_id seq attempt attempt_seq exact_step exact_epoch',
].flatMap((names) => names.split(' '));

/** The largest that an integer column holds. */
export const largestInt = 2 ** 31 - 1;

export const rollupRowColumns: readonly string[] = [
  'workflow_id attempt name level bucket count min max sum first_step last_step first_seq last_seq',
  'first_epoch last_epoch nonfinite points',
].flatMap((names) => names.split(' '));

export const eventRowColumns: readonly string[] =
  'workflow_id seq attempt attempt_seq type recorded_at payload span'.split(' ');

/** Rows of `metric_rollups`. */
export class RollupRows implements BucketSink {
  readonly rows = new BinaryCopy();
  private readonly run: Uint8Array;
  private readonly attempt: number;
  private readonly names = new Map<string, Uint8Array>();

  constructor({ runId, attempt }: IngestedAttempt) {
    this.run = uuidField(runId);
    this.attempt = attempt;
  }

  whole(
    name: string,
    level: number,
    index: number,
    bucket: Readonly<Bucket>,
    exact: ExactPoints | null,
  ): void {
    const { rows } = this;
    const nameField = this.name(name);
    rows.row(17, 256 + nameField.length + 12 * (exact?.length ?? 0));
    rows.bytes(this.run);
    rows.int4(this.attempt);
    rows.bytes(nameField);
    rows.int2(level);
    rows.int8(index);
    rows.int4(bucket.count);
    rows.float8(bucket.min);
    rows.float8(bucket.max);
    rows.float8(bucket.sum);
    rows.int8(bucket.firstStep);
    rows.int8(bucket.lastStep);
    rows.int8(bucket.firstSeq);
    rows.int8(bucket.lastSeq);
    rows.float8(bucket.firstEpoch);
    rows.float8(bucket.lastEpoch);
    rows.int4(bucket.nonFinite);
    if (exact) rows.float8Array(exact);
    else rows.null();
  }

  private name(name: string): Uint8Array {
    const known = this.names.get(name);
    if (known) return known;
    const made = textField(name);
    this.names.set(name, made);
    return made;
  }
}

/** Rows of `metrics`; on the way every point goes into the rollups. */
export class MetricRows {
  readonly rows = new BinaryCopy();
  private readonly run: Uint8Array;
  private readonly attemptId: Uint8Array;
  private readonly attempt: number;
  private readonly batch: Batch;
  private readonly firstSeq: number;
  private readonly rollups: Rollups;
  private readonly sink: BucketSink;
  private readonly scaled = new Float64Array(metricColumns.length);
  private next = 0;

  /** @param firstSeq the run's number of the batch's first entry */
  constructor(attempt: IngestedAttempt, batch: Batch, firstSeq: number, rollups: Rollups, sink: BucketSink) {
    this.run = uuidField(attempt.runId);
    this.attemptId = uuidField(attempt.id);
    this.attempt = attempt.attempt;
    this.batch = batch;
    this.firstSeq = firstSeq;
    this.rollups = rollups;
    this.sink = sink;
  }

  /** Writes some more; answers false where none were left. */
  readonly fill = (): boolean => {
    const { entry } = this.batch.points;
    if (this.next === entry.length) return false;
    const end = Math.min(this.next + pointsInARow, entry.length);
    for (; this.next < end; this.next += 1) this.write(this.next);
    return true;
  };

  private write(index: number): void {
    const { rows, scaled } = this;
    const { entry, attemptSeq, timeMs, epoch, step, valuesFrom, names, values } = this.batch.points;
    const from = valuesFrom[index] as number;
    const to = valuesFrom[index + 1] as number;
    const seq = this.firstSeq + (entry[index] as number);
    const extra = splitValues(names, values, from, to, scaled);
    rows.row(17, 320 + 3 * (extra?.length ?? 0));
    rows.bytes(this.run);
    const exactEpoch = epoch[index] as number;
    const exactStep = step[index] as number;
    const wholeEpoch = Math.min(Math.floor(exactEpoch), largestInt);
    rows.int4(wholeEpoch);
    rows.int4(Math.min(exactStep, largestInt));
    for (let column = 0; column < metricColumns.length; column += 1) {
      const { scale, factor } = metricColumns[column] as (typeof metricColumns)[number];
      rows.numeric(scaled[column] as number, scale, factor);
    }
    if (extra === null) rows.null();
    else rows.jsonb(extra);
    rows.timestamptz(timeMs[index] as number);
    rows.bytes(this.attemptId);
    rows.int8(seq);
    rows.int4(this.attempt);
    rows.int8(attemptSeq[index] as number);
    if (exactStep > largestInt) rows.int8(exactStep);
    else rows.null();
    rows.float8(exactEpoch === wholeEpoch ? Number.NaN : exactEpoch);
    for (let at = from; at < to; at += 1) {
      this.rollups.add(names[at] as MetricName, values[at] as number, exactStep, exactEpoch, seq, this.sink);
    }
  }
}

/** Rows of `run_events`. */
export function eventRows(
  { runId, attempt }: IngestedAttempt,
  journal: readonly JournalRow[],
  firstSeq: number,
): BinaryCopy {
  const rows = new BinaryCopy();
  const run = uuidField(runId);
  for (const { entry, type, attemptSeq, timeMs, payload, span } of journal) {
    const json = jsonbText(type === 'log' ? { ...payload, count: span } : payload);
    rows.row(8, 128 + 3 * json.length);
    rows.bytes(run);
    rows.int8(firstSeq + entry);
    rows.int4(attempt);
    rows.int8OrNull(attemptSeq);
    rows.bytes(textField(type));
    rows.timestamptz(timeMs);
    rows.jsonb(json);
    rows.int4(span);
  }
  return rows;
}
