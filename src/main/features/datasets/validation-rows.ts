import type { Validation } from '../../../shared/contract/datasets.ts';
import type { Db } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';
import type { Problem } from './problems.ts';

/* What imports found: `validation` of `dataset_imports`. */

/** The warnings of these codes that the newest import of each version found; versions without any are left out. */
export async function warningsOf(
  db: Db,
  datasetId: string,
  codes: readonly string[],
): Promise<Map<number, Problem[]>> {
  const rows = await query<{ version: number; warnings: Problem[] }>(
    db,
    `SELECT newest.version, jsonb_agg(w.warning ORDER BY w.place) AS warnings
    FROM (SELECT DISTINCT ON (version) version, validation FROM dataset_imports
      WHERE dataset_id = $1 AND phase = 'done' AND validation IS NOT NULL
      ORDER BY version, created_at DESC, id DESC) AS newest,
      jsonb_array_elements(newest.validation -> 'warnings') WITH ORDINALITY AS w (warning, place)
    WHERE w.warning ->> 'code' = ANY ($2)
    GROUP BY newest.version`,
    [datasetId, codes],
  );
  return new Map(rows.map(({ version, warnings }) => [version, warnings]));
}

/** What the newest import of a version found, as far as it is listed. */
export async function findingsOf(db: Db, datasetId: string, version: number): Promise<Problem[]> {
  const [row] = await query<{ findings: Problem[] }>(
    db,
    `SELECT (validation -> 'errors') || (validation -> 'warnings') AS findings FROM dataset_imports
    WHERE dataset_id = $1 AND version = $2 AND phase = 'done' AND validation IS NOT NULL
    ORDER BY created_at DESC, id DESC LIMIT 1`,
    [datasetId, version],
  );
  return row?.findings ?? [];
}

/** Of the newest import that has one. */
export async function lastValidation(db: Db, datasetId: string): Promise<Validation | null> {
  const [row] = await query<{ validation: Validation | null }>(
    db,
    `SELECT COALESCE(
      (SELECT validation FROM dataset_imports WHERE dataset_id = $1 AND validation IS NOT NULL
        ORDER BY created_at DESC, id DESC LIMIT 1),
      (SELECT validation_result FROM datasets WHERE id = $1)) AS validation`,
    [datasetId],
  );
  return row?.validation ?? null;
}
