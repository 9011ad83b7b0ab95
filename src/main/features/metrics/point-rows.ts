import type pg from 'pg';
import { findRun } from '../runs/run-row.ts';
import { joinValues, metricColumns } from './metric-columns.ts';
import type { PointReader, StoredPoint } from './ports.ts';

type PointRow = [
  seq: number,
  attempt: number,
  attemptSeq: number,
  step: number,
  epoch: number,
  time: Date,
  extra: Record<string, number | string> | null,
  ...columns: (number | null)[],
];

/** Rows without a number of the journal were put there by somebody else, and are none of the run's points. */
const selectPoints = `SELECT seq, attempt, attempt_seq, coalesce(exact_step, step) AS step, coalesce(exact_epoch, epoch) AS epoch, recorded_at, extra_metrics,
  ${metricColumns.map(({ name }) => name).join(', ')} FROM metrics
  WHERE workflow_id = $1 AND seq >= $2 AND seq <= $3 AND attempt IS NOT NULL AND attempt_seq IS NOT NULL ORDER BY seq`;

/** A run's points with journal numbers from and to, both included. */
export async function pointsBetween(
  pool: pg.Pool,
  runId: string,
  from: number,
  to: number,
  limit: number | null = null,
): Promise<StoredPoint[]> {
  const { rows } = await pool.query<PointRow>({
    name: 'run-points',
    text: `${selectPoints} LIMIT $4`,
    values: [runId, from, to, limit],
    rowMode: 'array',
  });
  return rows.map(([seq, attempt, attemptSeq, step, epoch, time, extra, ...columns]) => ({
    seq,
    attempt,
    attemptSeq,
    step,
    epoch,
    time,
    values: joinValues(columns, extra),
  }));
}

/** Points, exact. Numbers up to the run's `last_seq` were all committed when that was read: no transaction is needed. */
export class PostgresPointReader implements PointReader {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async page(runId: string, after: number, limit: number) {
    const { status, lastSeq } = await findRun(this.pool, runId);
    const points = lastSeq > after ? await pointsBetween(this.pool, runId, after + 1, lastSeq, limit) : [];
    return { status, lastSeq, points };
  }
}
