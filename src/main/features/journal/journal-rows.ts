import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import { fromJsonbText } from '../../postgres/jsonb-text.ts';
import type { Tx } from '../../postgres/unit-of-work.ts';
import { clientOf } from '../../postgres/unit-of-work.ts';
import { logBucketLines } from '../../stores/documents/schemas.ts';
import { jsonbText } from '../ingest/ingest-rows.ts';
import { pointsBetween } from '../metrics/point-rows.ts';
import { findRun } from '../runs/run-row.ts';
import type { Journal, JournalPage, JournalReader, PlatformEventType, StoredEvent } from './ports.ts';

/** What the platform itself writes into `run_events`. */
export class PostgresJournal implements Journal {
  async append(
    tx: Tx,
    runId: string,
    attempt: number | null,
    type: PlatformEventType,
    data: Readonly<Record<string, unknown>>,
  ): Promise<number> {
    const { rows } = await clientOf(tx).query<{ seq: number }>(
      `WITH run AS (UPDATE workflows SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq)
       INSERT INTO run_events (workflow_id, seq, attempt, type, recorded_at, payload)
       SELECT $1, last_seq, $2, $3, clock_timestamp(), $4::jsonb FROM run RETURNING seq`,
      [runId, attempt, type, jsonbText(data)],
    );
    const [row] = rows;
    if (!row) throw fault('RUN_NOT_FOUND', { run: runId });
    return row.seq;
  }
}

interface EventRow {
  readonly seq: number;
  readonly span: number;
  readonly attempt: number | null;
  readonly attempt_seq: number | null;
  readonly recorded_at: Date;
  readonly type: string;
  readonly payload: string;
}

/**
 * Parts of a run's journal. No transaction is needed: numbers up to the run's `last_seq` were all committed when that was read,
 * and nothing about them changes any more.
 */
export class PostgresJournalReader implements JournalReader {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async page(runId: string, after: number, limit: number): Promise<JournalPage> {
    const { status, lastSeq } = await findRun(this.pool, runId);
    const last = Math.min(after + limit, lastSeq);
    if (last <= after) return { status, lastSeq, events: [], points: [], attemptIds: new Map() };
    const [events, points] = await Promise.all([
      this.events(runId, after, last),
      pointsBetween(this.pool, runId, after + 1, last),
    ]);
    const attempts = new Set(events.flatMap(({ type, attempt }) => (type === 'log' ? (attempt ?? []) : [])));
    return { status, lastSeq, events, points, attemptIds: await this.attemptIds(runId, [...attempts]) };
  }

  /** Rows that touch the numbers after `after` up to `last`: one of log lines may begin before. */
  private async events(runId: string, after: number, last: number): Promise<StoredEvent[]> {
    const { rows } = await this.pool.query<EventRow>({
      name: 'run-events',
      text: `SELECT seq, span, attempt, attempt_seq, recorded_at, type, payload::text AS payload FROM run_events
             WHERE workflow_id = $1 AND seq > $2::bigint - ${logBucketLines} AND seq <= $3 AND seq + span > $2::bigint + 1 ORDER BY seq`,
      values: [runId, after, last],
    });
    return rows.map((row) => ({
      seq: row.seq,
      span: row.span,
      attempt: row.attempt,
      attemptSeq: row.attempt_seq,
      time: row.recorded_at,
      type: row.type,
      payload: fromJsonbText(row.payload) as Record<string, unknown>,
    }));
  }

  private async attemptIds(runId: string, attempts: readonly number[]): Promise<Map<number, string>> {
    if (attempts.length === 0) return new Map();
    const { rows } = await this.pool.query<{ id: string; attempt: number }>(
      'SELECT id, attempt FROM workflow_runs WHERE workflow_id = $1 AND attempt = ANY ($2::integer[])',
      [runId, attempts],
    );
    return new Map(rows.map(({ id, attempt }) => [attempt, id]));
  }
}
