import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Reading } from '../../../shared/contract/dataset-reading.ts';
import type {
  Dataset,
  DatasetVersion,
  FormatChoice,
  ImportMode,
  Validation,
} from '../../../shared/contract/datasets.ts';
import type { WorkError } from '../../../shared/contract/file-progress.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { noVersionYet } from '../../../shared/errors/datasets.ts';
import type { ImportPhase } from '../../../shared/model/import-phase.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { newestFirst, type Page, Parameters, readPage } from '../../postgres/pages.ts';
import { isoText, isUuid, query } from '../../postgres/rows.ts';

/** Of the contract's version, what its row holds. */
export type DatasetVersionRecord = Omit<DatasetVersion, 'trainingRisks' | 'correctedSizes'>;

/** Of the contract's dataset, what rows hold, with its newest version and its last import as they are. */
export interface DatasetRecord
  extends Omit<Dataset, 'version' | 'mode' | 'images' | 'sizeBytes' | 'classes' | 'labels' | 'import'> {
  readonly newest: DatasetVersionRecord | null;
  readonly lastImport: ImportRecord | null;
}

/** The intent of an import, and how far it is. */
export interface ImportRecord {
  readonly id: string;
  readonly datasetId: string;
  readonly projectId: string;
  readonly source: string;
  readonly format: FormatChoice;
  readonly mode: ImportMode;
  readonly skipInvalid: boolean;
  readonly reading: Reading;
  readonly phase: ImportPhase;
  readonly done: number;
  readonly total: number | null;
  readonly version: number | null;
  readonly reused: boolean;
  readonly error: WorkError | null;
}

/** What an import has made, before it counts. */
export type NewVersion = Omit<
  DatasetVersionRecord,
  'version' | 'createdAt' | 'format' | 'labels' | 'splits'
> & {
  readonly validation: Validation;
  /** Of what is in the version, where the validation counted more. */
  readonly summary: Validation['summary'];
};

/* `datasets`, `dataset_versions` and `project_datasets`. */

const labelCounts = `jsonb_build_object('boxes', v.summary -> 'boxes', 'masks', v.summary -> 'masks', 'background', v.summary -> 'background',
    'crowds', v.summary -> 'crowds', 'difficult', v.summary -> 'difficult', 'sizes', v.summary -> 'sizes')`;

/** A row `v` of `dataset_versions` as a record. */
const version = `jsonb_build_object('version', v.version, 'manifestSha256', v.manifest_sha256, 'mode', v.mode,
  'rootPath', v.root_path, 'images', v.image_count, 'sizeBytes', v.size_bytes, 'classes', v.classes,
  'format', COALESCE(v.summary ->> 'format', 'imagenet'), 'splits', COALESCE(NULLIF(v.summary -> 'splits', 'null'), '{}'),
  'annotationsSha256', v.annotations_sha256, 'labels', CASE WHEN v.annotations_sha256 IS NOT NULL THEN ${labelCounts} END, 'createdAt', ${isoText('v.created_at')})`;

/** A row `i` of `dataset_imports` as a record; not `validation`, which may be large and is asked for by itself. */
export const importRecord = `jsonb_build_object('id', i.id, 'datasetId', i.dataset_id, 'projectId', i.project_id, 'source', i.source,
  'format', i.format, 'mode', i.mode, 'skipInvalid', i.skip_invalid, 'reading', i.reading, 'phase', i.phase,
  'done', CASE WHEN i.phase = 'done' THEN COALESCE(i.total, 0) ELSE 0 END, 'total', i.total, 'version', i.version,
  'reused', i.reused, 'error', i.error)`;

/** A dataset `d` with its newest version, its last import and the projects that use it, the first two by {@link joins}. */
const columns = `d.id, d.name, d.description, d.format, d.status, d.storage_path AS "storagePath",
    ${isoText('d.created_at')} AS "createdAt", ${isoText('d.updated_at')} AS "updatedAt",
    CASE WHEN v.version IS NOT NULL THEN ${version} END AS newest,
    CASE WHEN i.id IS NOT NULL THEN ${importRecord} END AS "lastImport",
    COALESCE((
      SELECT jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY p.name, p.id)
      FROM project_datasets AS l JOIN projects AS p ON p.id = l.project_id
      WHERE l.dataset_id = d.id AND p.deleted_at IS NULL
    ), '[]') AS projects`;
const joins = `
  LEFT JOIN LATERAL (
    SELECT * FROM dataset_versions WHERE dataset_id = d.id ORDER BY version DESC LIMIT 1
  ) AS v ON true
  LEFT JOIN LATERAL (
    SELECT * FROM dataset_imports WHERE dataset_id = d.id ORDER BY created_at DESC, id DESC LIMIT 1
  ) AS i ON true`;
const selectLive = `SELECT ${columns} FROM datasets AS d ${joins} WHERE d.user_id = $1 AND d.deleted_at IS NULL`;

/** Whose datasets, of which project (linked to it, or being imported for it), and what their names hold; null: any. */
export interface DatasetFilter {
  readonly userId: string;
  readonly projectId: string | null;
  readonly search: string | null;
}

/** A page, newest first; those in the bin are left out. */
export function listDatasets(
  db: Db,
  { userId, projectId, search }: DatasetFilter,
  page: PageQuery,
): Promise<Page<DatasetRecord>> {
  const parameters = new Parameters();
  const conditions = [`d.user_id = ${parameters.add(userId)} AND d.deleted_at IS NULL`];
  if (projectId !== null) {
    const project = parameters.add(projectId);
    conditions.push(`d.id IN (SELECT dataset_id FROM project_datasets WHERE project_id = ${project}
      UNION SELECT dataset_id FROM dataset_imports WHERE project_id = ${project} AND phase <> 'done')`);
  }
  if (search !== null) conditions.push(`strpos(lower(d.name), lower(${parameters.add(search)})) > 0`);
  const list = { columns, from: 'FROM datasets AS d', joins, where: conditions.join(' AND ') };
  return readPage(db, { ...list, order: newestFirst('d'), parameters }, page);
}

/** By id or by name; not those in the bin. @throws TrainyardError DATASET_NOT_FOUND */
export async function findDataset(db: Db, userId: string, reference: string): Promise<DatasetRecord> {
  const [byId] = isUuid(reference)
    ? await query<DatasetRecord>(db, `${selectLive} AND d.id = $2`, [userId, reference])
    : [];
  if (byId) return byId;
  const name = reference.trim().normalize('NFC');
  const [named] = await query<DatasetRecord>(db, `${selectLive} AND lower(d.name) = lower($2)`, [
    userId,
    name,
  ]);
  if (!named) throw fault('DATASET_NOT_FOUND', { name: reference });
  return named;
}

/** A dataset by its id, even if it is in the bin: a run keeps the data that it was trained on. Null if there is none. */
export async function findVersion(
  db: Db,
  datasetId: string,
  number: number,
): Promise<DatasetVersionRecord | null> {
  const [row] = await query<{ version: DatasetVersionRecord }>(
    db,
    `SELECT ${version} AS version FROM dataset_versions AS v WHERE v.dataset_id = $1 AND v.version = $2`,
    [datasetId, number],
  );
  return row?.version ?? null;
}

/** The version of this number; without one the newest. @throws TrainyardError DATASET_VERSION_NOT_FOUND */
export async function requireVersion(
  db: Db,
  { id, name = id, newest = null }: Pick<DatasetRecord, 'id'> & Partial<DatasetRecord>,
  number: number | undefined,
): Promise<DatasetVersionRecord> {
  const found = number === undefined ? newest : await findVersion(db, id, number);
  if (!found) throw fault('DATASET_VERSION_NOT_FOUND', { dataset: name, version: number ?? noVersionYet });
  return found;
}

/** Newest first. */
export async function versionsOf(db: Db, datasetId: string): Promise<DatasetVersionRecord[]> {
  const rows = await query<{ version: DatasetVersionRecord }>(
    db,
    `SELECT ${version} AS version FROM dataset_versions AS v WHERE v.dataset_id = $1 ORDER BY v.version DESC`,
    [datasetId],
  );
  return rows.map((row) => row.version);
}

/** Safe to repeat. Returns whether both were there. */
export async function linkDataset(tx: Tx, datasetId: string, projectId: string): Promise<boolean> {
  // The link counts in the project's row: projects are locked before datasets everywhere.
  const project = 'SELECT id FROM projects WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE';
  const dataset = 'SELECT id FROM datasets WHERE id = $1 AND deleted_at IS NULL FOR SHARE';
  if ((await query(tx, project, [projectId])).length === 0) return false;
  if ((await query(tx, dataset, [datasetId])).length === 0) return false;
  await insertLink(tx, datasetId, projectId);
  return true;
}

/** Safe to repeat; the project's row is locked. */
export async function insertLink(tx: Tx, datasetId: string, projectId: string): Promise<void> {
  await query(
    tx,
    'INSERT INTO project_datasets (project_id, dataset_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [projectId, datasetId],
  );
}

/** Puts it into the bin, or answers what is not over yet; `missing` where it is not there any more. */
export async function removeDataset(
  tx: Tx,
  datasetId: string,
): Promise<'removed' | 'missing' | { readonly runs: number; readonly imports: number }> {
  await query(
    tx,
    `SELECT id FROM projects WHERE id IN (SELECT project_id FROM project_datasets WHERE dataset_id = $1)
    ORDER BY id FOR NO KEY UPDATE`,
    [datasetId],
  );
  // Creating a run locks the row too: either the run is counted here, or it finds the dataset gone.
  const row = 'SELECT id FROM datasets WHERE id = $1 AND deleted_at IS NULL FOR UPDATE';
  if ((await query(tx, row, [datasetId])).length === 0) return 'missing';
  const [uses] = await query<{ runs: number; imports: number }>(
    tx,
    `SELECT
      (SELECT count(*) FROM workflow_configs AS c JOIN workflows AS w ON w.id = c.workflow_id
        WHERE c.dataset_id = $1 AND w.deleted_at IS NULL
          AND w.status NOT IN ('completed', 'failed', 'cancelled')) AS runs,
      (SELECT count(*) FROM dataset_imports WHERE dataset_id = $1 AND phase NOT IN ('done', 'failed', 'cancelled')) AS imports`,
    [datasetId],
  );
  if (uses && (uses.runs > 0 || uses.imports > 0)) return uses;
  await query(tx, 'UPDATE datasets SET deleted_at = now() WHERE id = $1', [datasetId]);
  return 'removed';
}

/**
 * The version that has these very files and labels, its classes in the same order. Where the files lie must be the same, too, for
 * those that stay in place; a copy and a link are both in the object store.
 */
export async function findPresent(
  tx: Tx,
  datasetId: string,
  { manifestSha256, rootPath, annotationsSha256, classes }: NewVersion,
): Promise<number | null> {
  const [row] = await query<{ version: number }>(
    tx,
    `SELECT version FROM dataset_versions
    WHERE dataset_id = $1 AND manifest_sha256 = $2 AND root_path IS NOT DISTINCT FROM $3
      AND annotations_sha256 IS NOT DISTINCT FROM $4
      AND jsonb_path_query_array(classes, '$[*].name') = $5
    ORDER BY version DESC LIMIT 1`,
    [datasetId, manifestSha256, rootPath, annotationsSha256, JSON.stringify(classes.map(({ name }) => name))],
  );
  return row?.version ?? null;
}

/** Makes a version count, as the dataset's newest. */
export async function insertVersion(
  tx: Tx,
  datasetId: string,
  version: number,
  made: NewVersion,
): Promise<void> {
  const { manifestSha256, annotationsSha256, mode, rootPath, images, sizeBytes, classes, summary } = made;
  await query(
    tx,
    `INSERT INTO dataset_versions
      (dataset_id, version, manifest_sha256, mode, root_path, image_count, size_bytes, classes, summary, annotations_sha256)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      datasetId,
      version,
      manifestSha256,
      mode,
      rootPath,
      images,
      sizeBytes,
      JSON.stringify(classes),
      JSON.stringify(summary),
      annotationsSha256,
    ],
  );
  await query(
    tx,
    `UPDATE datasets SET status = 'ready', validation_result = $3, size_bytes = $4, file_count = $5,
      format = $6, storage_path = 's3://datasets/' || id || '/' || $2::integer
    WHERE id = $1`,
    [datasetId, version, JSON.stringify(made.validation), sizeBytes, images, summary.format],
  );
}
