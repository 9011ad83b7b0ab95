import type { BinaryCopy } from '../../postgres/binary-copy.ts';
import { copyRows } from '../../postgres/copy-in.ts';
import { connection, type Tx } from '../../postgres/db.ts';
import { stringifyJsonb } from '../../postgres/jsonb-text.ts';
import type { Rollups } from '../metrics/rollups.ts';
import type { Batch } from './batch.ts';
import { encodeState, type IngestedAttempt } from './cursor.ts';
import {
  eventRowColumns,
  eventRows,
  metricRowColumns,
  metricRows,
  rollupRowColumns,
  rollupRows,
} from './ingest-rows.ts';

/** The last value of each metric; values that JSON has no number for are strings. */
export type Latest = Readonly<Record<string, number | string>>;

/** What the rollups held after a batch: the next one's points go in before this one is committed. */
export interface RolledUp {
  /** The journal's last number with the batch. */
  readonly lastSeq: number;
  /** The cursor's state, as JSON text. */
  readonly state: string;
  readonly latest: Latest;
  /** Rows of the buckets that became whole. */
  readonly whole: BinaryCopy;
}

/**
 * Writes a batch's points, which have no key but a number of their own: it may be done before the cursor is locked.
 * @param lastSeq the journal's last number with the batch
 * @param onRolledUp called as soon as the points are in the rollups, while PostgreSQL still works on them
 */
export async function copyPoints(
  tx: Tx,
  attempt: IngestedAttempt,
  batch: Batch,
  lastSeq: number,
  rollups: Rollups,
  onRolledUp: (lastSeq: number) => void,
): Promise<RolledUp> {
  const { rows: whole, take } = rollupRows(attempt);
  const rollUp = (): RolledUp => {
    const state = stringifyJsonb(encodeState(batch.reading, rollups.state()));
    const rolledUp = { lastSeq, state, latest: rollups.latest(), whole };
    onRolledUp(lastSeq);
    return rolledUp;
  };
  if (batch.points.entry.length === 0) return rollUp();
  const points = metricRows(attempt, batch, lastSeq - batch.entries + 1, rollups, take);
  let rolledUp: RolledUp | null = null;
  await copyRows(tx[connection], 'metrics', metricRowColumns, points.rows, () => {
    const more = points.fill();
    if (!more) rolledUp = rollUp();
    return more;
  });
  return rolledUp ?? rollUp();
}

/** Writes the rows of a batch that are found by a key. The cursor is locked: nobody else writes the same ones. */
export async function copyKeyedRows(
  tx: Tx,
  attempt: IngestedAttempt,
  batch: Batch,
  { lastSeq, whole }: RolledUp,
): Promise<void> {
  const client = tx[connection];
  if (whole.count > 0) await copyRows(client, 'metric_rollups', rollupRowColumns, whole, () => false);
  if (batch.journal.length === 0) return;
  const rows = eventRows(attempt, batch.journal, lastSeq - batch.entries + 1);
  await copyRows(client, 'run_events', eventRowColumns, rows, () => false);
}
