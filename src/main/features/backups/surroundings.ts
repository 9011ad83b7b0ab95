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
    `SELECT 'datasets/' || dataset_id || '/' || version || '/annotations.jsonl' AS reference FROM dataset_versions
     WHERE annotations_sha256 IS NOT NULL`,
  ],
  [
    'run_artifacts.object_key',
    "SELECT 'artifacts/' || object_key AS reference FROM run_artifacts WHERE object_key IS NOT NULL",
  ],
  [
    'weights.files',
    `SELECT 'models/weights/' || id || '/' || (file ->> 'name') AS reference FROM weights, jsonb_array_elements(files) AS file
     WHERE status = 'ready'`,
  ],
];

const unfinished = `SELECT id FROM workflows WHERE status IN ('pending', 'queued', 'running') AND deleted_at IS NULL ORDER BY id`;
const readInPlace = `SELECT d.name AS dataset, v.version, coalesce(v.root_path, '') AS source
  FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id WHERE v.mode = 'in_place' ORDER BY d.name, v.version`;

/** Of these columns those that are at the database's revision: a snapshot is also made of an older one, before it is brought up. */
async function knownColumns(view: DatabaseView, columns: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await view.query<{ column: string }>(
    `SELECT c.relname || '.' || a.attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname || '.' || a.attname = ANY ($1)`,
    [columns],
  );
  return new Set(rows.map(({ column }) => column));
}

/** What the rows at one moment name outside the database, and what a snapshot does not keep of it. */
export async function readSurroundings(view: DatabaseView): Promise<Surroundings> {
  const [run, mode] = ['workflows.status', 'dataset_versions.mode'];
  const known = await knownColumns(view, [run, mode, ...references.map(([column]) => column)]);
  const rowsOf = async <Row extends object>(query: string, column: string) =>
    known.has(column) ? (await view.query<Row>(query)).rows : [];
  const named: { reference: string }[] = [];
  for (const [column, query] of references)
    named.push(...(await rowsOf<{ reference: string }>(query, column)));
  const runs = await rowsOf<{ id: string }>(unfinished, run);
  const inPlace = await rowsOf<Surroundings['inPlace'][number]>(readInPlace, mode);
  return {
    references: named.map(({ reference }) => reference),
    runs: runs.map(({ id }) => id),
    inPlace,
  };
}
