import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { RunStatus } from '../../../shared/model/run.ts';

/** A run's status and the last number of its journal, as of one moment. @throws TrainyardError RUN_NOT_FOUND */
export async function findRun(pool: pg.Pool, runId: string): Promise<{ status: RunStatus; lastSeq: number }> {
  const { rows } = await pool.query<{ status: RunStatus; last_seq: number }>({
    name: 'find-run',
    text: 'SELECT status, last_seq FROM workflows WHERE id = $1 AND deleted_at IS NULL',
    values: [runId],
  });
  const [row] = rows;
  if (!row) throw fault('RUN_NOT_FOUND', { run: runId });
  return { status: row.status, lastSeq: row.last_seq };
}
