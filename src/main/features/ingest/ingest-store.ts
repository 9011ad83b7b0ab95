import { fault } from '../../../shared/errors/catalogue.ts';
import type { RunStatus } from '../../../shared/model/run.ts';
import { within } from '../../platform/deadline.ts';
import { codeOf } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { parseJsonb, stringifyJsonb } from '../../postgres/jsonb-text.ts';
import { query } from '../../postgres/rows.ts';
import type { Rollups } from '../metrics/rollups.ts';
import type { Batch } from './batch.ts';
import { copyKeyedRows, copyPoints, type Latest, type RolledUp } from './batch-rows.ts';
import type { CursorPlace, IngestedAttempt, StoredCursor } from './cursor.ts';
import { largestInt } from './ingest-rows.ts';
import { metricPartitions } from './metric-partitions.ts';

/** A run after a batch was committed. */
export interface Committed {
  /** The run's journal number of the batch's last entry. */
  readonly lastSeq: number;
  readonly status: RunStatus;
  readonly progress: number;
  readonly currentEpoch: number | null;
}

/** The commit of the batch before, which is still under way. */
export interface Predecessor {
  /** The journal's last number with that batch, as soon as its points are in the rollups; null if they never will be. */
  readonly lastSeq: Promise<number | null>;
  /** Whether it was committed. Never rejects. */
  readonly committed: Promise<boolean>;
}

/** A batch's place among others of its attempt. */
export interface CommitOrder {
  /** Null if the batch before is committed. */
  readonly before: Predecessor | null;
  /** Called once the batch's points are in the rollups: the next one's may follow. */
  readonly rolledUp: (lastSeq: number) => void;
}

/**
 * Batches, of all attempts, that are written while those before them are not committed: each holds a connection meanwhile, and those
 * before them may need some.
 */
const mostAhead = 4;

/**
 * A batch that was written ahead waits no longer for the one before: somebody may want a lock that it holds, and have the one before wait
 * for them.
 */
const longestWaitMs = 10_000;

/** Rolls the transaction back: somebody else has ingested, or written into the journal, since the batch was cut off. */
class Overtaken extends Error {}

const runColumns = `last_seq AS "lastSeq", status, progress_percentage AS progress, current_epoch AS "currentEpoch"`;

const loadCursor = {
  name: 'ingest-load-cursor',
  text: `SELECT events_offset AS "eventsOffset", events_seq AS "eventsSeq", stdout_offset AS "stdoutOffset",
         stderr_offset AS "stderrOffset", log_lines AS "logLines", state::text AS state
         FROM ingest_cursors WHERE attempt_id = $1`,
};

/** Others that ingest the same attempt wait here, and then find the cursor moved. */
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
         WHERE id = $1 RETURNING ${runColumns}`,
};

/** Locks are taken in the order runs, points: whoever makes a partition does so, too. */
const lockRunsFirst = 'LOCK TABLE workflows IN ROW EXCLUSIVE MODE';

/** For a batch without entries: a moving line alone changes nothing of the run. */
const readRun = {
  name: 'ingest-read-run',
  text: `SELECT ${runColumns} FROM workflows WHERE id = $1`,
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
  private readonly db: Db;
  private readonly ensurePartitions;
  private ahead = 0;

  constructor(db: Db) {
    this.db = db;
    this.ensurePartitions = metricPartitions(db);
  }

  private async cursorOf(attemptId: string): Promise<StoredCursor | null> {
    const [row] = await query<StoredCursor & { readonly state: string }>(this.db, loadCursor, [attemptId]);
    return row ? { ...row, state: parseJsonb(row.state) } : null;
  }

  /** The attempt's cursor, which is made where it is missing. @throws TrainyardError RUN_NOT_FOUND if the attempt has no row */
  async load({ id: attemptId, runId }: IngestedAttempt): Promise<StoredCursor> {
    const found = await this.cursorOf(attemptId);
    if (found) return found;
    failpoint('ingest.cursor.before');
    await query(
      this.db,
      `INSERT INTO ingest_cursors (attempt_id) SELECT id FROM workflow_runs WHERE id = $1 ON CONFLICT DO NOTHING`,
      [attemptId],
    );
    failpoint('ingest.cursor.after');
    const made = await this.cursorOf(attemptId);
    if (!made) throw fault('RUN_NOT_FOUND', { run: runId });
    return made;
  }

  /**
   * Writes a batch in one transaction, if the cursor is still where the batch starts: points, rollups, journal, artifacts, the
   * run's progress, and the cursor's new place.
   *
   * While the batch before is still being committed, the points are written with the numbers that they will have after it: PostgreSQL
   * works on both at a time. Only then the cursor is looked at; where something came between, all of it is rolled back.
   * @param rollups takes the batch's points; it is of no use any more where this throws or answers null
   * @param writeLines is called once the cursor is locked and before anything is committed: it puts the batch's log lines
   *   where readers look for them
   * @returns null if somebody else has ingested since: the cursor is no longer where the batch starts, and nothing was written
   * @throws TrainyardError INGEST_REFUSED if it is the batch that can't be written, however often it is tried
   */
  async commit(
    attempt: IngestedAttempt,
    batch: Batch,
    rollups: Rollups,
    writeLines: () => Promise<void>,
    { before, rolledUp }: CommitOrder,
  ): Promise<{ readonly run: Committed; readonly latest: Latest } | null> {
    const lastSeq = (await before?.lastSeq) ?? null;
    const isAhead = lastSeq !== null && this.ahead < mostAhead;
    if (before && !isAhead && !(await before.committed)) return null;
    if (batch.points.entry.length > 0) {
      await this.ensurePartitions(new Date(batch.earliestPointMs), new Date(batch.latestPointMs));
    }
    if (isAhead) this.ahead += 1;
    try {
      const committed = await this.db.transaction(async (tx) => {
        const copy = (last: number) => copyPoints(tx, attempt, batch, last, rollups, rolledUp);
        let copied: RolledUp | null = null;
        if (before && isAhead) {
          await query(tx, lockRunsFirst);
          copied = await copy(lastSeq + batch.entries);
          if (!(await within(longestWaitMs, before.committed).catch(() => false))) throw new Overtaken();
        }
        const locked = await query(tx, lockCursor, [attempt.id, ...placesOf(batch.from)]);
        if (locked.length === 0) throw new Overtaken();
        failpoint('ingest.lines.before');
        await writeLines();
        failpoint('ingest.lines.after');
        const run = await takeRunNumbers(tx, attempt, batch);
        if (copied && run.lastSeq !== copied.lastSeq) throw new Overtaken();
        copied ??= await copy(run.lastSeq);
        await copyKeyedRows(tx, attempt, batch, copied);
        await putFiles(tx, attempt, batch);
        await query(tx, moveCursor, [
          attempt.id,
          ...placesOf(batch.to),
          copied.state,
          batch.moving.length === 0 ? null : stringifyJsonb(batch.moving),
        ]);
        failpoint('ingest.commit.before');
        return { run, latest: copied.latest };
      });
      failpoint('ingest.commit.after');
      return committed;
    } catch (error) {
      if (error instanceof Overtaken) return null;
      if (!isRefusal(error)) throw error;
      throw fault('INGEST_REFUSED', { reason: `${error.code}: ${error.message}` }, { cause: error });
    } finally {
      if (isAhead) this.ahead -= 1;
    }
  }
}

/** In the order of the statements' parameters. */
function placesOf({ eventsOffset, eventsSeq, stdoutOffset, stderrOffset, logLines }: CursorPlace): number[] {
  return [eventsOffset, eventsSeq, stdoutOffset, stderrOffset, logLines];
}

/** What an integer column holds of an epoch, which may have a fraction. */
function wholeOrNull(epoch: number | null | undefined): number | null {
  return typeof epoch === 'number' ? Math.min(Math.floor(epoch), largestInt) : null;
}

async function takeRunNumbers(tx: Tx, { runId }: IngestedAttempt, batch: Batch): Promise<Committed> {
  const { entries, progress, finalMetrics } = batch;
  const [run] =
    entries === 0
      ? await query<Committed>(tx, readRun, [runId])
      : await query<Committed>(tx, takeNumbers, [
          ...[runId, entries, progress?.percentage ?? null],
          ...[wholeOrNull(progress?.epoch), wholeOrNull(progress?.epochs)],
          finalMetrics && stringifyJsonb(finalMetrics),
        ]);
  if (!run) throw fault('RUN_NOT_FOUND', { run: runId });
  return run;
}

async function putFiles(tx: Tx, attempt: IngestedAttempt, batch: Batch): Promise<void> {
  if (batch.artifacts.size > 0) {
    const artifacts = stringifyJsonb([...batch.artifacts.values()]);
    await query(tx, putArtifacts, [attempt.runId, attempt.attempt, artifacts]);
  }
  if (batch.checkpointPath !== null) await query(tx, setCheckpoint, [attempt.id, batch.checkpointPath]);
}

/** Classes of SQLSTATE that are the data's fault: what they hold (22), how much of it (54), a column's constraint. */
const refused = /^(?:22|54)...$|^235(?:02|14)$/;

function isRefusal(error: unknown): error is Error & { readonly code: string } {
  return refused.test(codeOf(error));
}
