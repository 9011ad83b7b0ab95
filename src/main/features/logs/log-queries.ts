import { fault } from '../../../shared/errors/catalogue.ts';
import type { RunStatus } from '../../../shared/model/run.ts';
import type { Db } from '../../postgres/db.ts';
import { parseJsonb } from '../../postgres/jsonb-text.ts';
import { query } from '../../postgres/rows.ts';
import type { MovingLine } from './log-buckets.ts';

/** How long the logs of a run's attempts are, as of one moment. */
export interface LogLengths {
  readonly status: RunStatus;
  /** In the attempts' order. Lines that are not committed do not count. */
  readonly attempts: readonly {
    readonly attemptId: string;
    readonly attempt: number;
    readonly lines: number;
    /** Those behind the last line that have no newline yet. */
    readonly moving: readonly MovingLine[];
  }[];
}

/** How far the logs of a run are committed: PostgreSQL has it, in one statement. @throws TrainyardError RUN_NOT_FOUND */
export async function logLengths(db: Db, runId: string): Promise<LogLengths> {
  const rows = await query<
    { status: RunStatus; moving: string } & Omit<LogLengths['attempts'][number], 'moving'>
  >(
    db,
    {
      name: 'log-lengths',
      text: `SELECT run.status, attempt.id AS "attemptId", attempt.attempt, coalesce(cursor.log_lines, 0) AS lines,
               coalesce(cursor.moving, '[]')::text AS moving FROM workflows AS run
             LEFT JOIN workflow_runs AS attempt ON attempt.workflow_id = run.id
             LEFT JOIN ingest_cursors AS cursor ON cursor.attempt_id = attempt.id
             WHERE run.id = $1 AND run.deleted_at IS NULL ORDER BY attempt.attempt`,
    },
    [runId],
  );
  const [first] = rows;
  if (!first) throw fault('RUN_NOT_FOUND', { run: runId });
  // A run without attempts is one row, which has none.
  const attempts = rows
    .filter(({ attemptId }) => attemptId !== null)
    .map(({ status: _, moving, ...attempt }) => ({
      ...attempt,
      moving: parseJsonb(moving) as MovingLine[],
    }));
  return { status: first.status, attempts };
}
