import type pg from 'pg';
import type { ArtifactRows, StoredArtifact, UnstoredArtifact } from './ports.ts';

/** Artifacts without an object, of attempts that are over, of runs that are not in the bin; of checkpoints the furthest of each name. */
const unstored = `
  FROM workflow_runs AS attempt
  JOIN workflows AS run ON run.id = attempt.workflow_id AND run.deleted_at IS NULL
  JOIN run_artifacts AS artifact ON artifact.workflow_id = attempt.workflow_id AND artifact.attempt = attempt.attempt
    AND artifact.object_key IS NULL
  WHERE attempt.status NOT IN ('starting', 'running') AND attempt.run_directory IS NOT NULL
    AND (artifact.kind <> 'checkpoint' OR NOT EXISTS (
      SELECT FROM run_artifacts AS other WHERE other.workflow_id = artifact.workflow_id AND other.attempt = artifact.attempt
        AND other.kind = 'checkpoint' AND other.name = artifact.name
        AND (coalesce(other.step, -1), other.created_at, other.id) > (coalesce(artifact.step, -1), artifact.created_at, artifact.id)))`;

/** `run_artifacts`, as far as the objects of the artifacts are concerned. */
export class PostgresArtifactRows implements ArtifactRows {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async attemptsWithUnstored(machineId: string): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>(
      `SELECT attempt.id ${unstored} AND attempt.machine_id = $1 GROUP BY attempt.id ORDER BY attempt.created_at, attempt.id`,
      [machineId],
    );
    return rows.map(({ id }) => id);
  }

  async unstored(attemptId: string): Promise<UnstoredArtifact[]> {
    const { rows } = await this.pool.query<UnstoredArtifact>(
      `SELECT artifact.id, artifact.workflow_id AS "runId", artifact.attempt, artifact.path, artifact.created_at::text AS version,
         attempt.run_directory AS "runDirectory" ${unstored} AND attempt.id = $1 ORDER BY artifact.created_at, artifact.path`,
      [attemptId],
    );
    return rows;
  }

  async setStored({ id, version }: UnstoredArtifact, stored: StoredArtifact): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE run_artifacts SET object_key = $3, sha256 = $4, size_bytes = $5
       WHERE id = $1 AND created_at = $2::timestamptz AND object_key IS NULL`,
      [id, version, stored.objectKey, stored.sha256, stored.sizeBytes],
    );
    return rowCount === 1;
  }
}
