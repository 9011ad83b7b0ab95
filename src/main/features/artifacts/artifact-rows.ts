import type { Db } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';

/** An artifact of an attempt that is over, which the bucket `artifacts` does not have yet. */
export interface UnstoredArtifact {
  readonly id: string;
  readonly runId: string;
  readonly attempt: number;
  /** Relative to the run directory; a file, or a folder with files. */
  readonly path: string;
  readonly runDirectory: string;
  /** Another one after the artifact was written again. */
  readonly version: string;
}

export interface StoredArtifact {
  /** Ends with `/` where the artifact is a folder: what its files' keys begin with. */
  readonly objectKey: string;
  /** Of a file's bytes, in hex; null of a folder. */
  readonly sha256: string | null;
  readonly sizeBytes: number;
}

/** A condition on `run_artifacts AS artifact`: no checkpoint of the attempt's that a further one of its kind (`best`, `last`) took the place of. */
export const isKept = `(artifact.kind <> 'checkpoint' OR NOT EXISTS (
  SELECT FROM run_artifacts AS other WHERE other.workflow_id = artifact.workflow_id AND other.attempt = artifact.attempt
    AND other.kind = 'checkpoint' AND other.name = artifact.name
    AND (coalesce(other.step, -1), other.created_at, other.id) > (coalesce(artifact.step, -1), artifact.created_at, artifact.id)))`;

/** `run_artifacts`, as far as the objects of the artifacts are concerned. Those of runs in the bin are left out, and what is not kept. */
const unstored = `
  FROM workflow_runs AS attempt
  JOIN workflows AS run ON run.id = attempt.workflow_id AND run.deleted_at IS NULL
  JOIN run_artifacts AS artifact ON artifact.workflow_id = attempt.workflow_id AND artifact.attempt = attempt.attempt
    AND artifact.object_key IS NULL
  WHERE attempt.status NOT IN ('starting', 'running') AND attempt.run_directory IS NOT NULL
    AND ${isKept}`;

/** Attempts of a machine that are over and have artifacts without an object, oldest first. */
export async function attemptsWithUnstored(db: Db, machineId: string): Promise<string[]> {
  const rows = await query<{ id: string }>(
    db,
    `SELECT attempt.id ${unstored} AND attempt.machine_id = $1 GROUP BY attempt.id ORDER BY attempt.created_at, attempt.id`,
    [machineId],
  );
  return rows.map(({ id }) => id);
}

/** Nothing while the attempt is not over. */
export function unstoredArtifacts(db: Db, attemptId: string): Promise<UnstoredArtifact[]> {
  return query(
    db,
    `SELECT artifact.id, artifact.workflow_id AS "runId", artifact.attempt, artifact.path, artifact.created_at::text AS version,
       attempt.run_directory AS "runDirectory" ${unstored} AND attempt.id = $1 ORDER BY artifact.created_at, artifact.path`,
    [attemptId],
  );
}

/** Writes down where the artifact is, unless it was written again or is stored already. Returns whether it did. */
export async function setStored(
  db: Db,
  { id, version }: UnstoredArtifact,
  { objectKey, sha256, sizeBytes }: StoredArtifact,
): Promise<boolean> {
  const changed = await query(
    db,
    `UPDATE run_artifacts SET object_key = $3, sha256 = $4, size_bytes = $5
     WHERE id = $1 AND created_at = $2::timestamptz AND object_key IS NULL RETURNING id`,
    [id, version, objectKey, sha256, sizeBytes],
  );
  return changed.length === 1;
}
