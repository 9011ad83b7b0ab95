import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { RunStatus } from '../../../shared/model/run.ts';
import { hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { fromJsonbText, jsonbText } from '../../postgres/jsonb-text.ts';
import { inTransaction } from '../../postgres/transaction.ts';
import { copyRows } from '../../stores/migration/copy-rows.ts';
import type { Rollups } from '../metrics/rollups.ts';
import type { Batch } from './batch.ts';
import { encodeState, type IngestedAttempt, type StoredCursor } from './cursor.ts';
import {
  eventRowColumns,
  eventRows,
  largestInt,
  MetricRows,
  metricRowColumns,
  RollupRows,
  rollupRowColumns,
} from './ingest-rows.ts';
import { MetricPartitions } from './metric-partitions.ts';

/** What a commit came to. */
export type CommitOutcome =
  | {
      readonly kind: 'committed';
      /** The run's journal number of the batch's last entry. */
      readonly lastSeq: number;
      readonly status: RunStatus;
      readonly progress: number;
      readonly currentEpoch: number | null;
    }
  /** Somebody else has ingested since: the cursor is no longer where the batch starts. Nothing was written. */
  | { readonly kind: 'moved' };

interface CursorRow {
  readonly events_offset: number;
  readonly events_seq: number;
  readonly stdout_offset: number;
  readonly stderr_offset: number;
  readonly log_lines: number;
  readonly state: string;
}

interface RunRow {
  readonly last_seq: number;
  readonly status: RunStatus;
  readonly progress_percentage: number;
  readonly current_epoch: number | null;
}

const loadCursor = {
  name: 'ingest-load-cursor',
  text: `SELECT events_offset, events_seq, stdout_offset, stderr_offset, log_lines, state::text AS state
         FROM ingest_cursors WHERE attempt_id = $1`,
};

/** Whoever ingests the same attempt waits here, and then finds the cursor moved. */
const lockCursor = {
  name: 'ingest-lock-cursor',
  text: `SELECT FROM ingest_cursors WHERE attempt_id = $1 AND events_offset = $2 AND events_seq = $3
         AND stdout_offset = $4 AND stderr_offset = $5 AND log_lines = $6 FOR UPDATE`,
};

const moveCursor = {
  name: 'ingest-move-cursor',
  text: `UPDATE ingest_cursors SET events_offset = $2, events_seq = $3, stdout_offset = $4, stderr_offset = $5, log_lines = $6,
         state = $7::jsonb, moving = $8::jsonb WHERE attempt_id = $1`,
};

/** Gives out the batch's journal numbers: the run's row is locked from here to the commit. */
const takeNumbers = {
  name: 'ingest-take-numbers',
  text: `UPDATE workflows SET last_seq = last_seq + $2, progress_percentage = coalesce($3, progress_percentage),
         current_epoch = coalesce($4, current_epoch), total_epochs = coalesce($5, total_epochs),
         final_metrics = coalesce($6::jsonb, final_metrics)
         WHERE id = $1 RETURNING last_seq, status, progress_percentage, current_epoch`,
};

/** For a batch without entries: a moving line alone changes nothing of the run. */
const readRun = {
  name: 'ingest-read-run',
  text: 'SELECT last_seq, status, progress_percentage, current_epoch FROM workflows WHERE id = $1',
};

const setCheckpoint = {
  name: 'ingest-set-checkpoint',
  text: 'UPDATE workflow_runs SET checkpoint_path = $2 WHERE id = $1',
};

/** A file that was written again is another one: whatever was known of the old one goes. */
const putArtifacts = {
  name: 'ingest-put-artifacts',
  text: `INSERT INTO run_artifacts (workflow_id, attempt, kind, name, path, media_type, epoch, step, metrics, size_bytes, created_at)
         SELECT $1, $2, a.kind, a.name, a.path, a."mediaType", a.epoch, a.step, a.metrics, a."sizeBytes", to_timestamp(a."timeMs" / 1000)
         FROM jsonb_to_recordset($3::jsonb) AS a(kind text, name text, path text, "mediaType" text, epoch float8, step bigint,
           metrics jsonb, "sizeBytes" bigint, "timeMs" float8)
         ON CONFLICT (workflow_id, attempt, path) DO UPDATE SET kind = excluded.kind, name = excluded.name,
           media_type = excluded.media_type, epoch = excluded.epoch, step = excluded.step, metrics = excluded.metrics,
           size_bytes = excluded.size_bytes, created_at = excluded.created_at, object_key = NULL, sha256 = NULL`,
};

/** Where ingested batches go. */
export class IngestStore {
  private readonly pool: pg.Pool;
  private readonly partitions: MetricPartitions;

  constructor(pool: pg.Pool) {
    this.pool = pool;
    this.partitions = new MetricPartitions(pool);
  }

  /** The attempt's cursor, which is made where it is missing. @throws TrainyardError RUN_NOT_FOUND where the attempt has no row */
  async load({ id: attemptId, runId }: IngestedAttempt): Promise<StoredCursor> {
    const found = await this.cursor(attemptId);
    if (found) return found;
    failpoint('ingest.cursor.before');
    try {
      await this.pool.query('INSERT INTO ingest_cursors (attempt_id) VALUES ($1) ON CONFLICT DO NOTHING', [
        attemptId,
      ]);
    } catch (error) {
      if (hasCode(error, '23503')) throw fault('RUN_NOT_FOUND', { run: runId }, { cause: error });
      throw error;
    }
    failpoint('ingest.cursor.after');
    const made = await this.cursor(attemptId);
    if (!made) throw fault('RUN_NOT_FOUND', { run: runId });
    return made;
  }

  /**
   * Writes a batch in one transaction, if the cursor is still where the batch starts: points, rollups, journal, artifacts, the
   * run's progress, and the cursor's new place.
   * @param rollups takes the batch's points; it is of no use any more where this throws or answers `moved`
   * @param writeLines is called once the cursor is locked and before anything is committed: it puts the batch's log lines
   *   where readers look for them
   * @throws TrainyardError INGEST_REFUSED where it is the batch that can't be written, however often it is tried
   */
  async commit(
    attempt: IngestedAttempt,
    batch: Batch,
    rollups: Rollups,
    writeLines: () => Promise<void>,
  ): Promise<CommitOutcome> {
    if (batch.points.entry.length > 0) {
      await this.partitions.ensure(new Date(batch.earliestPointMs), new Date(batch.latestPointMs));
    }
    const outcome = await this.refusing(async (client): Promise<CommitOutcome> => {
      const { from, to } = batch;
      const places = [from.eventsOffset, from.eventsSeq, from.stdoutOffset, from.stderrOffset, from.logLines];
      const locked = await client.query({ ...lockCursor, values: [attempt.id, ...places] });
      if (locked.rowCount === 0) return { kind: 'moved' };
      failpoint('ingest.lines.before');
      await writeLines();
      failpoint('ingest.lines.after');
      const run = await takeRunNumbers(client, attempt, batch);
      await copyBatch(client, attempt, batch, run.last_seq - batch.entries + 1, rollups);
      await putFiles(client, attempt, batch);
      await client.query({
        ...moveCursor,
        values: [
          attempt.id,
          to.eventsOffset,
          to.eventsSeq,
          to.stdoutOffset,
          to.stderrOffset,
          to.logLines,
          jsonbText(encodeState(batch.reading, rollups.state())),
          batch.moving.length === 0 ? null : jsonbText(batch.moving),
        ],
      });
      failpoint('ingest.commit.before');
      return {
        kind: 'committed',
        lastSeq: run.last_seq,
        status: run.status,
        progress: run.progress_percentage,
        currentEpoch: run.current_epoch,
      };
    });
    failpoint('ingest.commit.after');
    return outcome;
  }

  /** A transaction whose error says whether the data are to blame. */
  private async refusing<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    try {
      return await inTransaction(this.pool, work);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw fault('INGEST_REFUSED', { reason: `${error.code}: ${error.message}` }, { cause: error });
    }
  }

  private async cursor(attemptId: string): Promise<StoredCursor | null> {
    const { rows } = await this.pool.query<CursorRow>({ ...loadCursor, values: [attemptId] });
    const [row] = rows;
    if (!row) return null;
    return {
      eventsOffset: row.events_offset,
      eventsSeq: row.events_seq,
      stdoutOffset: row.stdout_offset,
      stderrOffset: row.stderr_offset,
      logLines: row.log_lines,
      state: fromJsonbText(row.state),
    };
  }
}

/** What an integer column holds of an epoch, which may have a fraction. */
function wholeOrNull(epoch: number | null | undefined): number | null {
  return typeof epoch === 'number' ? Math.min(Math.floor(epoch), largestInt) : null;
}

async function takeRunNumbers(
  client: pg.PoolClient,
  attempt: IngestedAttempt,
  batch: Batch,
): Promise<RunRow> {
  const { progress, finalMetrics } = batch;
  const { rows } = await client.query<RunRow>(
    batch.entries === 0
      ? { ...readRun, values: [attempt.runId] }
      : {
          ...takeNumbers,
          values: [
            attempt.runId,
            batch.entries,
            progress?.percentage ?? null,
            wholeOrNull(progress?.epoch),
            wholeOrNull(progress?.epochs),
            finalMetrics && jsonbText(finalMetrics),
          ],
        },
  );
  const [run] = rows;
  if (!run) throw fault('RUN_NOT_FOUND', { run: attempt.runId });
  return run;
}

async function copyBatch(
  client: pg.PoolClient,
  attempt: IngestedAttempt,
  batch: Batch,
  firstSeq: number,
  rollups: Rollups,
): Promise<void> {
  const whole = new RollupRows(attempt);
  if (batch.points.entry.length > 0) {
    const points = new MetricRows(attempt, batch, firstSeq, rollups, whole);
    await copyRows(client, 'metrics', metricRowColumns, points.rows, points.fill);
  }
  if (whole.rows.rows > 0) {
    await copyRows(client, 'metric_rollups', rollupRowColumns, whole.rows, () => false);
  }
  if (batch.journal.length > 0) {
    const rows = eventRows(attempt, batch.journal, firstSeq);
    await copyRows(client, 'run_events', eventRowColumns, rows, () => false);
  }
}

async function putFiles(client: pg.PoolClient, attempt: IngestedAttempt, batch: Batch): Promise<void> {
  if (batch.artifacts.size > 0) {
    const values = [attempt.runId, attempt.attempt, jsonbText([...batch.artifacts.values()])];
    await client.query({ ...putArtifacts, values });
  }
  if (batch.checkpointPath !== null) {
    await client.query({ ...setCheckpoint, values: [attempt.id, batch.checkpointPath] });
  }
}

/** Classes of SQLSTATE that are the data's fault: what they hold (22), how much of it (54), a column's constraint. */
const refused = /^(?:22|54)...$|^235(?:02|14)$/;

function isRefusal(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && refused.test(error.code)
  );
}
