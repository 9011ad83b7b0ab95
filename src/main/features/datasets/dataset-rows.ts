import type pg from 'pg';
import type {
  ClassCount,
  Dataset,
  DatasetVersion,
  ImportMode,
  Reading,
  Validation,
} from '../../../shared/contract/datasets.ts';
import type { ImportPhase, WorkError } from '../../../shared/contract/file-progress.ts';
import { inTransaction } from '../../postgres/transaction.ts';
import type { Problem } from './problems.ts';

/** Of the contract's version, what its row holds. */
export type DatasetVersionRecord = Omit<DatasetVersion, 'trainingRisks' | 'correctedSizes'>;

/** Of the contract's dataset, what rows hold, with its newest version and its last import as they are. */
export interface DatasetRecord
  extends Omit<Dataset, 'version' | 'mode' | 'images' | 'sizeBytes' | 'classes' | 'import'> {
  readonly newest: DatasetVersionRecord | null;
  readonly lastImport: ImportRecord | null;
}

/** The intent of an import, and how far it is. */
export interface ImportRecord {
  readonly id: string;
  readonly datasetId: string;
  readonly projectId: string;
  readonly source: string;
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
export interface NewVersion {
  readonly manifestSha256: string;
  readonly mode: ImportMode;
  readonly rootPath: string | null;
  readonly images: number;
  readonly sizeBytes: number;
  readonly classes: readonly ClassCount[];
  readonly validation: Validation;
}

const iso = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** A row `v` of `dataset_versions` as a record. */
const version = `jsonb_build_object('version', v.version, 'manifestSha256', v.manifest_sha256, 'mode', v.mode,
  'rootPath', v.root_path, 'images', v.image_count, 'sizeBytes', v.size_bytes, 'classes', v.classes, 'createdAt', ${iso('v.created_at')})`;

/** A row `i` of `dataset_imports` as a record; not `validation`, which may be large and is asked for by itself. */
export const importRecord = `jsonb_build_object('id', i.id, 'datasetId', i.dataset_id, 'projectId', i.project_id, 'source', i.source,
  'mode', i.mode, 'skipInvalid', i.skip_invalid, 'reading', i.reading, 'phase', i.phase,
  'done', CASE WHEN i.phase = 'done' THEN COALESCE(i.total, 0) ELSE 0 END, 'total', i.total, 'version', i.version,
  'reused', i.reused, 'error', i.error)`;

/** Datasets with their newest version, their last import and the projects that use them; more conditions and `ORDER BY` are to follow. */
const live = `
  SELECT d.id, d.name, d.description, d.format, d.status, d.storage_path AS "storagePath",
    ${iso('d.created_at')} AS "createdAt", ${iso('d.updated_at')} AS "updatedAt",
    CASE WHEN v.version IS NOT NULL THEN ${version} END AS newest,
    CASE WHEN i.id IS NOT NULL THEN ${importRecord} END AS "lastImport",
    COALESCE((
      SELECT jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY p.name, p.id)
      FROM project_datasets AS l JOIN projects AS p ON p.id = l.project_id
      WHERE l.dataset_id = d.id AND p.deleted_at IS NULL
    ), '[]') AS projects
  FROM datasets AS d
  LEFT JOIN LATERAL (
    SELECT * FROM dataset_versions WHERE dataset_id = d.id ORDER BY version DESC LIMIT 1
  ) AS v ON true
  LEFT JOIN LATERAL (
    SELECT * FROM dataset_imports WHERE dataset_id = d.id ORDER BY created_at DESC, id DESC LIMIT 1
  ) AS i ON true
  WHERE d.user_id = $1 AND d.deleted_at IS NULL`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The rows of `datasets`, `dataset_versions` and `project_datasets`; each method is one transaction. */
export class DatasetRepository {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** Newest first; those in the bin are left out. `projectId`: linked to it, or being imported for it. `search` is found in names. */
  async list(filter: {
    userId: string;
    projectId: string | null;
    search: string | null;
  }): Promise<DatasetRecord[]> {
    const { rows } = await this.pool.query<DatasetRecord>(
      `${live} AND ($2::text IS NULL OR strpos(lower(d.name), lower($2)) > 0)
        AND ($3::uuid IS NULL
          OR EXISTS (SELECT FROM project_datasets AS l WHERE l.dataset_id = d.id AND l.project_id = $3)
          OR EXISTS (SELECT FROM dataset_imports AS o WHERE o.dataset_id = d.id AND o.project_id = $3 AND o.phase <> 'done'))
      ORDER BY d.created_at DESC, d.id`,
      [filter.userId, filter.search, filter.projectId],
    );
    return rows;
  }

  /** By id or by name; not those in the bin. */
  async find(userId: string, reference: string): Promise<DatasetRecord | null> {
    if (uuid.test(reference)) {
      const byId = await this.pool.query<DatasetRecord>(`${live} AND d.id = $2`, [userId, reference]);
      if (byId.rows[0]) return byId.rows[0];
    }
    const name = reference.trim().normalize('NFC');
    const named = await this.pool.query<DatasetRecord>(`${live} AND lower(d.name) = lower($2)`, [
      userId,
      name,
    ]);
    return named.rows[0] ?? null;
  }

  /** By id, those in the bin included: a run keeps what it was trained on. */
  async findVersion(datasetId: string, number: number): Promise<DatasetVersionRecord | null> {
    const { rows } = await this.pool.query<{ version: DatasetVersionRecord }>(
      `SELECT ${version} AS version FROM dataset_versions AS v WHERE v.dataset_id = $1 AND v.version = $2`,
      [datasetId, number],
    );
    return rows[0]?.version ?? null;
  }

  /** Newest first. */
  async versions(datasetId: string): Promise<DatasetVersionRecord[]> {
    const { rows } = await this.pool.query<{ version: DatasetVersionRecord }>(
      `SELECT ${version} AS version FROM dataset_versions AS v WHERE v.dataset_id = $1 ORDER BY v.version DESC`,
      [datasetId],
    );
    return rows.map((row) => row.version);
  }

  /** The warnings of these codes that the newest import of each version found; versions without any are left out. */
  async warnings(datasetId: string, codes: readonly string[]): Promise<Map<number, Problem[]>> {
    const { rows } = await this.pool.query<{ version: number; warnings: Problem[] }>(
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

  /** Of the newest import that has one. */
  async lastValidation(datasetId: string): Promise<Validation | null> {
    const { rows } = await this.pool.query<{ validation: Validation | null }>(
      `SELECT COALESCE(
        (SELECT validation FROM dataset_imports WHERE dataset_id = $1 AND validation IS NOT NULL
          ORDER BY created_at DESC, id DESC LIMIT 1),
        (SELECT validation_result FROM datasets WHERE id = $1)) AS validation`,
      [datasetId],
    );
    return rows[0]?.validation ?? null;
  }

  /** Harmless when repeated. Answers whether both were there. */
  link(datasetId: string, projectId: string): Promise<boolean> {
    return inTransaction(this.pool, async (client) => {
      // The link counts in the project's row: projects are locked before datasets everywhere.
      const project = 'SELECT FROM projects WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE';
      const dataset = 'SELECT FROM datasets WHERE id = $1 AND deleted_at IS NULL FOR SHARE';
      if ((await client.query(project, [projectId])).rowCount === 0) return false;
      if ((await client.query(dataset, [datasetId])).rowCount === 0) return false;
      await client.query(
        'INSERT INTO project_datasets (project_id, dataset_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [projectId, datasetId],
      );
      return true;
    });
  }

  /** Puts it into the bin, or answers what is not over yet; `missing` where it is not there any more. */
  remove(
    datasetId: string,
  ): Promise<'removed' | 'missing' | { readonly runs: number; readonly imports: number }> {
    return inTransaction(this.pool, async (client) => {
      await client.query(
        `SELECT FROM projects WHERE id IN (SELECT project_id FROM project_datasets WHERE dataset_id = $1)
        ORDER BY id FOR NO KEY UPDATE`,
        [datasetId],
      );
      // Whoever makes a run of it locks the row, too: the run is there to be counted, or it finds the dataset gone.
      const row = 'SELECT FROM datasets WHERE id = $1 AND deleted_at IS NULL FOR UPDATE';
      if ((await client.query(row, [datasetId])).rowCount === 0) return 'missing';
      const { rows } = await client.query<{ runs: number; imports: number }>(
        `SELECT
          (SELECT count(*) FROM workflow_configs AS c JOIN workflows AS w ON w.id = c.workflow_id
            WHERE c.dataset_id = $1 AND w.deleted_at IS NULL
              AND w.status NOT IN ('completed', 'failed', 'cancelled')) AS runs,
          (SELECT count(*) FROM dataset_imports WHERE dataset_id = $1 AND phase NOT IN ('done', 'failed', 'cancelled')) AS imports`,
        [datasetId],
      );
      const [uses] = rows;
      if (uses && (uses.runs > 0 || uses.imports > 0)) return uses;
      await client.query('UPDATE datasets SET deleted_at = now() WHERE id = $1', [datasetId]);
      return 'removed';
    });
  }
}

/**
 * The version that has these very files. Where they lie must be the same, too, for those that stay in place; a copy and a link
 * are both in the object store.
 */
export async function findPresent(
  client: pg.PoolClient,
  datasetId: string,
  { manifestSha256, rootPath }: NewVersion,
): Promise<number | null> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT version FROM dataset_versions
    WHERE dataset_id = $1 AND manifest_sha256 = $2 AND root_path IS NOT DISTINCT FROM $3 ORDER BY version DESC LIMIT 1`,
    [datasetId, manifestSha256, rootPath],
  );
  return rows[0]?.version ?? null;
}

/** Makes a version count, as the dataset's newest. */
export async function insertVersion(
  client: pg.PoolClient,
  datasetId: string,
  version: number,
  made: NewVersion,
): Promise<void> {
  await client.query(
    `INSERT INTO dataset_versions
      (dataset_id, version, manifest_sha256, mode, root_path, image_count, size_bytes, classes, summary)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      datasetId,
      version,
      made.manifestSha256,
      made.mode,
      made.rootPath,
      made.images,
      made.sizeBytes,
      JSON.stringify(made.classes),
      JSON.stringify(made.validation.summary),
    ],
  );
  await client.query(
    `UPDATE datasets SET status = 'ready', validation_result = $3, size_bytes = $4, file_count = $5,
      storage_path = 's3://datasets/' || id || '/' || $2::integer
    WHERE id = $1`,
    [datasetId, version, JSON.stringify(made.validation), made.sizeBytes, made.images],
  );
}
