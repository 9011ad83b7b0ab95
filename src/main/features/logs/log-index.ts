import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { RunStatus } from '../../../shared/model/run.ts';
import { fromJsonbText } from '../../postgres/jsonb-text.ts';
import type { MovingLine } from './log-buckets.ts';
import type { LogIndex, LogLengths } from './ports.ts';

interface LengthRow {
  readonly status: RunStatus;
  readonly id: string | null;
  readonly attempt: number | null;
  readonly log_lines: number;
  readonly moving: string | null;
}

/** What ingest wrote there. */
function movingLines(text: string): MovingLine[] {
  return fromJsonbText(text) as MovingLine[];
}

/** How far the logs of a run are committed: PostgreSQL says it, in one statement. */
export class PostgresLogIndex implements LogIndex {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async lengths(runId: string): Promise<LogLengths> {
    const { rows } = await this.pool.query<LengthRow>({
      name: 'log-lengths',
      text: `SELECT run.status, attempt.id, attempt.attempt, coalesce(cursor.log_lines, 0) AS log_lines,
               cursor.moving::text AS moving FROM workflows AS run
             LEFT JOIN workflow_runs AS attempt ON attempt.workflow_id = run.id
             LEFT JOIN ingest_cursors AS cursor ON cursor.attempt_id = attempt.id
             WHERE run.id = $1 AND run.deleted_at IS NULL ORDER BY attempt.attempt`,
      values: [runId],
    });
    const [first] = rows;
    if (!first) throw fault('RUN_NOT_FOUND', { run: runId });
    const attempts = rows.flatMap(({ id, attempt, log_lines: lines, moving }) =>
      id === null || attempt === null
        ? []
        : [{ attemptId: id, attempt, lines, moving: moving === null ? [] : movingLines(moving) }],
    );
    return { status: first.status, attempts };
  }
}
