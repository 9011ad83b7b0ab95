import type { Surroundings } from '../../stores/snapshots/create-snapshot.ts';
import type { DatabaseView } from '../../stores/snapshots/moment.ts';

/** Objects without which a row is not whole. Blobs go with their manifests: nothing removes one that a manifest names. */
const references = `
  SELECT 'datasets/' || dataset_id || '/' || version || '/manifest.jsonl' AS reference FROM dataset_versions
  UNION ALL
  SELECT 'datasets/' || dataset_id || '/' || version || '/annotations.jsonl' FROM dataset_versions WHERE annotations_sha256 IS NOT NULL
  UNION ALL
  SELECT 'artifacts/' || object_key FROM run_artifacts WHERE object_key IS NOT NULL
  UNION ALL
  SELECT 'models/weights/' || id || '/' || (file ->> 'name') FROM weights, jsonb_array_elements(files) AS file WHERE status = 'ready'`;

/** What the rows at one moment name outside the database, and what a snapshot does not keep of it. */
export async function readSurroundings(view: DatabaseView): Promise<Surroundings> {
  const named = await view.query<{ reference: string }>(references);
  const runs = await view.query<{ id: string }>(
    "SELECT id FROM workflows WHERE status IN ('pending', 'queued', 'running') AND deleted_at IS NULL ORDER BY id",
  );
  const inPlace = await view.query<{ dataset: string; version: number; source: string }>(
    `SELECT d.name AS dataset, v.version, coalesce(v.root_path, '') AS source
     FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id WHERE v.mode = 'in_place' ORDER BY d.name, v.version`,
  );
  return {
    references: named.rows.map(({ reference }) => reference),
    runs: runs.rows.map(({ id }) => id),
    inPlace: inPlace.rows,
  };
}
