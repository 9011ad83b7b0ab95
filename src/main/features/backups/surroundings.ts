import type { Surroundings } from '../../stores/snapshots/create-snapshot.ts';
import type { DatabaseView } from '../../stores/snapshots/moment.ts';

/** Objects without which a row is not whole, with the column that says so. Blobs go with their manifests: nothing removes one that a manifest names. */
const references: readonly (readonly [column: string, query: string])[] = [
  [
    'dataset_versions.version',
    "SELECT 'datasets/' || dataset_id || '/' || version || '/manifest.jsonl' AS reference FROM dataset_versions",
  ],
  [
    'dataset_versions.annotations_sha256',
    `SELECT 'datasets/' || dataset_id || '/' || version || '/annotations.jsonl' FROM dataset_versions
     WHERE annotations_sha256 IS NOT NULL`,
  ],
  [
    'run_artifacts.object_key',
    "SELECT 'artifacts/' || object_key FROM run_artifacts WHERE object_key IS NOT NULL",
  ],
  [
    'weights.files',
    `SELECT 'models/weights/' || id || '/' || (file ->> 'name') FROM weights, jsonb_array_elements(files) AS file
     WHERE status = 'ready'`,
  ],
];

/** Those that are at the database's revision: a snapshot is also made of an older one, before it is brought up. */
async function knownReferences(view: DatabaseView): Promise<string> {
  const { rows } = await view.query<{ column: string }>(
    `SELECT c.relname || '.' || a.attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname || '.' || a.attname = ANY ($1)`,
    [references.map(([column]) => column)],
  );
  const known = new Set(rows.map(({ column }) => column));
  return references.flatMap(([column, query]) => (known.has(column) ? [query] : [])).join(' UNION ALL ');
}

/** What the rows at one moment name outside the database, and what a snapshot does not keep of it. */
export async function readSurroundings(view: DatabaseView): Promise<Surroundings> {
  const named = await view.query<{ reference: string }>(await knownReferences(view));
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
