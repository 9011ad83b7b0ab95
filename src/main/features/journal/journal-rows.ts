import { fault } from '../../../shared/errors/catalogue.ts';
import type { RunStatus } from '../../../shared/model/run.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { parseJsonb, stringifyJsonb } from '../../postgres/jsonb-text.ts';
import { isoText, query } from '../../postgres/rows.ts';
import { logBucketLines } from '../../stores/documents/schemas.ts';

/**
 * Adds an event to a run's journal in the transaction, and answers its number; a trainer's own events come in by ingest. The run's row stays locked until the
 * transaction ends (numbers are dense because they are given out one writer at a time): ingest waits meanwhile. Locks are taken in the
 * order run, attempt. Once it has committed, publish on `runChannel(runId)`: that wakes the readers that wait.
 * @param attempt the number of the attempt that it is about; null if it is about the run
 * @param data as `runEventSchema` has it for the type
 * @throws TrainyardError RUN_NOT_FOUND
 */
export async function appendToJournal(
  tx: Tx,
  runId: string,
  attempt: number | null,
  type: 'state' | 'attempt' | 'config',
  data: Readonly<Record<string, unknown>>,
): Promise<number> {
  const [added] = await query<{ seq: number }>(
    tx,
    `WITH run AS (UPDATE workflows SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq)
     INSERT INTO run_events (workflow_id, seq, attempt, type, recorded_at, payload)
     SELECT $1, last_seq, $2, $3, clock_timestamp(), $4::jsonb FROM run RETURNING seq`,
    [runId, attempt, type, stringifyJsonb(data)],
  );
  if (!added) throw fault('RUN_NOT_FOUND', { run: runId });
  return added.seq;
}

/** A row of the journal. Log lines: numbers `seq` to `seq + span - 1`, whose text is in the log. */
export interface StoredEvent {
  readonly seq: number;
  readonly span: number;
  readonly attempt: number | null;
  readonly attemptId: string | null;
  readonly attemptSeq: number | null;
  readonly time: string;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A run's status and the last number of its journal, as of one moment. @throws TrainyardError RUN_NOT_FOUND */
export async function journalEnd(
  db: Db,
  runId: string,
): Promise<{ readonly status: RunStatus; readonly lastSeq: number }> {
  const text = 'SELECT status, last_seq AS "lastSeq" FROM workflows WHERE id = $1 AND deleted_at IS NULL';
  const statement = { name: 'journal-end', text };
  const [row] = await query<{ status: RunStatus; lastSeq: number }>(db, statement, [runId]);
  if (!row) throw fault('RUN_NOT_FOUND', { run: runId });
  return row;
}

/** Rows that touch the numbers after `after` up to `last`: one of log lines may begin before. */
export async function eventsBetween(
  db: Db,
  runId: string,
  after: number,
  last: number,
): Promise<StoredEvent[]> {
  const rows = await query<Omit<StoredEvent, 'payload'> & { payload: string }>(
    db,
    {
      name: 'run-events',
      text: `SELECT seq, span, event.attempt, attempt.id AS "attemptId", attempt_seq AS "attemptSeq", ${isoText('recorded_at')} AS time,
               type, payload::text AS payload
             FROM run_events AS event LEFT JOIN workflow_runs AS attempt
               ON attempt.workflow_id = event.workflow_id AND attempt.attempt = event.attempt AND event.type = 'log'
             WHERE event.workflow_id = $1 AND seq > $2::bigint - ${logBucketLines} AND seq <= $3
               AND seq + span > $2::bigint + 1 ORDER BY seq`,
    },
    [runId, after, last],
  );
  return rows.map((row) => ({ ...row, payload: parseJsonb(row.payload) as Record<string, unknown> }));
}
