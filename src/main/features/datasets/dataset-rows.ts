import type { ImportPhase } from '../../../shared/contract/file-progress.ts';
import type {
  ClassCount,
  DatasetRecord,
  DatasetVersionRecord,
  ImportError,
  ImportMode,
  ImportRecord,
} from './ports.ts';
import type { Reading } from './reading.ts';

/** A row of `dataset_versions`, its columns named with `v_`. */
export interface VersionRow {
  readonly v_version: number;
  readonly v_manifest_sha256: string;
  readonly v_mode: ImportMode;
  readonly v_root_path: string | null;
  readonly v_image_count: number;
  readonly v_size_bytes: number;
  readonly v_classes: ClassCount[];
  readonly v_created_at: Date;
}

export const versionColumns = `v.version AS v_version, v.manifest_sha256 AS v_manifest_sha256, v.mode AS v_mode,
  v.root_path AS v_root_path, v.image_count AS v_image_count, v.size_bytes AS v_size_bytes, v.classes AS v_classes,
  v.created_at AS v_created_at`;

export function toVersion(row: VersionRow): DatasetVersionRecord {
  return {
    version: row.v_version,
    manifestSha256: row.v_manifest_sha256,
    mode: row.v_mode,
    rootPath: row.v_root_path,
    images: row.v_image_count,
    sizeBytes: row.v_size_bytes,
    classes: row.v_classes,
    createdAt: row.v_created_at,
  };
}

/** A row of `dataset_imports`, its columns named with `i_`. */
export interface ImportRow {
  readonly i_id: string;
  readonly i_dataset_id: string;
  readonly i_project_id: string;
  readonly i_source: string;
  readonly i_mode: ImportMode;
  readonly i_skip_invalid: boolean;
  readonly i_reading: Reading;
  readonly i_phase: ImportPhase;
  readonly i_total: number | null;
  readonly i_version: number | null;
  readonly i_reused: boolean;
  readonly i_error: ImportError | null;
}

/** Not `validation`, which may be large and is asked for by itself. */
export const importColumns = `i.id AS i_id, i.dataset_id AS i_dataset_id, i.project_id AS i_project_id, i.source AS i_source,
  i.mode AS i_mode, i.skip_invalid AS i_skip_invalid, i.reading AS i_reading, i.phase AS i_phase, i.total AS i_total, i.version AS i_version,
  i.reused AS i_reused, i.error AS i_error`;

export function toImport(row: ImportRow): ImportRecord {
  return {
    id: row.i_id,
    datasetId: row.i_dataset_id,
    projectId: row.i_project_id,
    source: row.i_source,
    mode: row.i_mode,
    skipInvalid: row.i_skip_invalid,
    reading: row.i_reading,
    phase: row.i_phase,
    done: row.i_phase === 'done' ? (row.i_total ?? 0) : 0,
    total: row.i_total,
    version: row.i_version,
    reused: row.i_reused,
    error: row.i_error,
  };
}

type Absent<Row> = { readonly [Column in keyof Row]: Row[Column] | null };

export type DatasetRow = Absent<VersionRow> &
  Absent<ImportRow> & {
    readonly id: string;
    readonly name: string;
    readonly description: string | null;
    readonly format: string;
    readonly status: DatasetRecord['status'];
    readonly storage_path: string;
    readonly created_at: Date;
    readonly updated_at: Date;
    readonly projects: { id: string; name: string }[];
  };

/** Datasets with their newest version, their last import and the projects that use them; `WHERE` and `ORDER BY` are to follow. */
export const datasetQuery = `
  SELECT d.id, d.name, d.description, d.format, d.status, d.storage_path, d.created_at, d.updated_at,
    ${versionColumns}, ${importColumns},
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
  ) AS i ON true`;

function isPresent<Row>(row: Absent<Row>, required: keyof Row): row is Row & Absent<Row> {
  return row[required] !== null;
}

export function toDataset(row: DatasetRow): DatasetRecord {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    format: row.format,
    status: row.status,
    storagePath: row.storage_path,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    projects: row.projects,
    newest: isPresent<VersionRow>(row, 'v_version') ? toVersion(row) : null,
    lastImport: isPresent<ImportRow>(row, 'i_id') ? toImport(row) : null,
  };
}
