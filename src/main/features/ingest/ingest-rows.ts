import { BinaryCopy, textField, uuidField } from '../../postgres/binary-copy.ts';
import { stringifyJsonb } from '../../postgres/jsonb-text.ts';
import { type MetricName, metricColumns, splitValues } from '../metrics/point-rows.ts';
import type { Rollups, TakeBucket } from '../metrics/rollups.ts';
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

/** Rows of `metric_rollups`, which takes buckets that are whole. */
export function rollupRows({ runId, attempt }: IngestedAttempt): { rows: BinaryCopy; take: TakeBucket } {
  const rows = new BinaryCopy();
  const run = uuidField(runId);
  const names = new Map<string, Uint8Array>();
  const take: TakeBucket = (name, level, index, bucket, exact) => {
    const nameField = names.get(name) ?? textField(name);
    names.set(name, nameField);
    rows.row(17, 256 + nameField.length + 12 * (exact?.length ?? 0));
    rows.bytes(run);
    rows.int4(attempt);
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
  };
  return { rows, take };
}

/**
 * Rows of `metrics`; on the way every point goes into the rollups.
 * @param firstSeq the run's number of the batch's first entry
 * @returns `fill` writes some more rows; it answers false if none were left
 */
export function metricRows(
  { runId, id, attempt }: IngestedAttempt,
  { points }: Batch,
  firstSeq: number,
  rollups: Rollups,
  takeBucket: TakeBucket,
): { rows: BinaryCopy; fill: () => boolean } {
  const rows = new BinaryCopy();
  const run = uuidField(runId);
  const attemptId = uuidField(id);
  const scaled = new Float64Array(metricColumns.length);
  const { entry, attemptSeq, timeMs, epoch, step, valuesFrom, names, values } = points;
  const write = (index: number) => {
    const from = valuesFrom[index] as number;
    const to = valuesFrom[index + 1] as number;
    const seq = firstSeq + (entry[index] as number);
    const extra = splitValues(names, values, from, to, scaled);
    rows.row(17, 320 + 3 * (extra?.length ?? 0));
    rows.bytes(run);
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
    rows.bytes(attemptId);
    rows.int8(seq);
    rows.int4(attempt);
    rows.int8(attemptSeq[index] as number);
    rows.int8OrNull(exactStep > largestInt ? exactStep : null);
    rows.float8(exactEpoch === wholeEpoch ? Number.NaN : exactEpoch);
    for (let at = from; at < to; at += 1) {
      rollups.add(names[at] as MetricName, values[at] as number, exactStep, exactEpoch, seq, takeBucket);
    }
  };
  let next = 0;
  const fill = () => {
    if (next === entry.length) return false;
    const end = Math.min(next + pointsInARow, entry.length);
    for (; next < end; next += 1) write(next);
    return true;
  };
  return { rows, fill };
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
    const json = stringifyJsonb(type === 'log' ? { ...payload, count: span } : payload);
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
