import type pg from 'pg';
import type { Validation } from '../../../shared/contract/datasets.ts';
import { inTransaction } from '../../postgres/transaction.ts';
import {
  type DatasetRow,
  datasetQuery,
  toDataset,
  toVersion,
  type VersionRow,
  versionColumns,
} from './dataset-rows.ts';
import type { DatasetRecord, DatasetRepository, DatasetVersionRecord } from './ports.ts';
import type { Problem } from './problems.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The rows of `datasets`, `dataset_versions` and `project_datasets`. */
export class PostgresDatasetRepository implements DatasetRepository {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async list(filter: {
    userId: string;
    projectId: string | null;
    search: string | null;
  }): Promise<DatasetRecord[]> {
    const { rows } = await this.pool.query<DatasetRow>(
      `${datasetQuery}
      WHERE d.user_id = $1 AND d.deleted_at IS NULL
        AND ($2::text IS NULL OR strpos(lower(d.name), lower($2)) > 0)
        AND ($3::uuid IS NULL
          OR EXISTS (SELECT FROM project_datasets AS l WHERE l.dataset_id = d.id AND l.project_id = $3)
          OR EXISTS (SELECT FROM dataset_imports AS o WHERE o.dataset_id = d.id AND o.project_id = $3 AND o.phase <> 'done'))
      ORDER BY d.created_at DESC, d.id`,
      [filter.userId, filter.search, filter.projectId],
    );
    return rows.map(toDataset);
  }

  async find(userId: string, reference: string): Promise<DatasetRecord | null> {
    const live = `${datasetQuery} WHERE d.user_id = $1 AND d.deleted_at IS NULL`;
    if (uuid.test(reference)) {
      const { rows } = await this.pool.query<DatasetRow>(`${live} AND d.id = $2`, [userId, reference]);
      if (rows[0]) return toDataset(rows[0]);
    }
    const named = `${live} AND lower(d.name) = lower($2)`;
    const { rows } = await this.pool.query<DatasetRow>(named, [userId, reference.trim().normalize('NFC')]);
    return rows[0] ? toDataset(rows[0]) : null;
  }

  async findVersion(datasetId: string, version: number): Promise<DatasetVersionRecord | null> {
    const { rows } = await this.pool.query<VersionRow>(
      `SELECT ${versionColumns} FROM dataset_versions AS v WHERE v.dataset_id = $1 AND v.version = $2`,
      [datasetId, version],
    );
    return rows[0] ? toVersion(rows[0]) : null;
  }

  async versions(datasetId: string): Promise<DatasetVersionRecord[]> {
    const { rows } = await this.pool.query<VersionRow>(
      `SELECT ${versionColumns} FROM dataset_versions AS v WHERE v.dataset_id = $1 ORDER BY v.version DESC`,
      [datasetId],
    );
    return rows.map(toVersion);
  }

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
      const live = 'SELECT FROM datasets WHERE id = $1 AND deleted_at IS NULL FOR UPDATE';
      if ((await client.query(live, [datasetId])).rowCount === 0) return 'missing';
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
