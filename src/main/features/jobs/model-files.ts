import type pg from 'pg';
import type { RunStatus } from '../../../shared/model/run.ts';
import type { ModelSource } from './ports.ts';

interface Row {
  readonly name: string;
  readonly status: RunStatus;
  readonly attempt: number | null;
  readonly files:
    | { name: string; objectKey: string | null; sizeBytes: number | null; sha256: string | null }[]
    | null;
}

/** The artifacts of the kind `model` of a run's newest attempt that has any. */
export class PostgresModelSource implements ModelSource {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async modelOf(userId: string, runId: string): ReturnType<ModelSource['modelOf']> {
    const { rows } = await this.pool.query<Row>(
      `SELECT run.name, run.status, model.attempt, model.files FROM workflows AS run
      LEFT JOIN LATERAL (
        SELECT attempt, jsonb_agg(jsonb_build_object('name', name, 'objectKey', object_key, 'sizeBytes', size_bytes,
          'sha256', sha256) ORDER BY name) AS files
        FROM run_artifacts WHERE workflow_id = run.id AND kind = 'model'
        GROUP BY attempt ORDER BY attempt DESC LIMIT 1
      ) AS model ON true
      WHERE run.id = $2 AND run.user_id = $1 AND run.deleted_at IS NULL`,
      [userId, runId],
    );
    const [row] = rows;
    if (!row) return null;
    const { name, status, attempt, files } = row;
    return { name, status, model: attempt === null ? null : { attempt, files: files ?? [] } };
  }
}
