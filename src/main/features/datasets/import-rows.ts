import type { Validation } from '../../../shared/contract/datasets.ts';
import type { WorkError } from '../../../shared/contract/file-progress.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';
import {
  findPresent,
  type ImportRecord,
  importRecord,
  insertLink,
  insertVersion,
  type NewVersion,
} from './dataset-rows.ts';

export interface ImportIntent
  extends Pick<ImportRecord, 'projectId' | 'source' | 'format' | 'mode' | 'skipInvalid' | 'reading'> {
  readonly userId: string;
  readonly name: string;
  readonly description: string | null;
  /** What of the inbox it imports, as it lay there; null: nothing. */
  readonly drop: { readonly name: string; readonly fingerprint: string } | null;
  /** The source lies on this machine: no other engine on the same database goes on with the import. */
  readonly machineId: string;
}

/** Held shared while files are stored, and exclusively while stored files are removed. It is a lock of the database, so that it works between engines. */
export const blobsLock = 7_244_102_002;

interface ReservedRow {
  readonly dataset_id: string;
  readonly project_id: string;
  readonly phase: string;
  readonly version: number | null;
  readonly reused: boolean;
}

/* `dataset_imports`, and the rows that a finished import makes. */

/**
 * Writes the intent: the dataset's row where the name is new, and the import's.
 * @throws TrainyardError INBOX_DROP_IMPORTING
 */
export async function beginImport(tx: Tx, intent: ImportIntent): Promise<ImportRecord> {
  const {
    userId,
    projectId,
    name,
    description,
    format,
    source,
    mode,
    skipInvalid,
    reading,
    machineId,
    drop,
  } = intent;
  // Two imports of one new name at once: the second waits for the first's row and then finds it.
  const [dataset] = await query<{ id: string }>(
    tx,
    `INSERT INTO datasets (user_id, name, description, storage_path, format, size_bytes, file_count, status)
    VALUES ($1, $2, $3, '', $4, 0, 0, 'processing')
    ON CONFLICT (user_id, lower(name)) WHERE deleted_at IS NULL DO UPDATE SET
      description = COALESCE(excluded.description, datasets.description),
      status = CASE WHEN EXISTS (SELECT FROM dataset_versions WHERE dataset_id = datasets.id)
        THEN datasets.status ELSE 'processing' END
    RETURNING id`,
    [userId, name, description, format],
  );
  await query(
    tx,
    `UPDATE datasets SET storage_path = 's3://datasets/' || id || '/1' WHERE id = $1 AND storage_path = ''`,
    [dataset?.id],
  );
  const [begun] = await query<{ record: ImportRecord }>(
    tx,
    `INSERT INTO dataset_imports AS i (dataset_id, project_id, user_id, machine_id, source, format, mode, skip_invalid, reading,
      drop_name, drop_fingerprint)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (drop_name) WHERE drop_name IS NOT NULL AND phase NOT IN ('done', 'failed', 'cancelled') DO NOTHING
    RETURNING ${importRecord} AS record`,
    [
      dataset?.id,
      projectId,
      userId,
      machineId,
      source,
      format,
      mode,
      skipInvalid,
      JSON.stringify(reading),
      drop?.name ?? null,
      drop?.fingerprint ?? null,
    ],
  );
  if (!begun && drop) throw fault('INBOX_DROP_IMPORTING', { name: drop.name });
  if (!begun) throw new Error('the row of an import was not inserted');
  return begun.record;
}

/** Null if there is no such import; `validation` is null until it has ended. */
export async function findImport(
  db: Db,
  importId: string,
): Promise<{ readonly record: ImportRecord; readonly validation: Validation | null } | null> {
  const [row] = await query<{ record: ImportRecord; validation: Validation | null }>(
    db,
    `SELECT ${importRecord} AS record, validation FROM dataset_imports AS i WHERE i.id = $1`,
    [importId],
  );
  return row ?? null;
}

/** Those of a machine that are not over, oldest first. */
export async function unfinishedImports(db: Db, machineId: string): Promise<ImportRecord[]> {
  const rows = await query<{ record: ImportRecord }>(
    db,
    `SELECT ${importRecord} AS record FROM dataset_imports AS i
    WHERE i.machine_id = $1 AND i.phase NOT IN ('done', 'failed', 'cancelled') ORDER BY i.created_at, i.id`,
    [machineId],
  );
  return rows.map(({ record }) => record);
}

/**
 * Writes down which blobs (by SHA-256 in hex) are to be stored, before any is: from here on no cancelled import takes one away.
 * This and what follows throw IMPORT_CANCELLED where the import was cancelled meanwhile.
 */
export async function enterStoring(
  tx: Tx,
  importId: string,
  total: number,
  hashes: Iterable<string>,
): Promise<void> {
  const blobs = Buffer.concat(Array.from(hashes, (hash) => Buffer.from(hash, 'hex')));
  // Waits for removals of blobs: what is found after this stays.
  await query(tx, 'SELECT pg_advisory_xact_lock_shared($1)', [blobsLock]);
  await lockOngoing(tx, importId);
  // Those of an earlier attempt may be stored already, though the source has changed since.
  await query(
    tx,
    `UPDATE dataset_imports SET phase = 'storing', total = $2,
      blobs = CASE WHEN blobs = $3 THEN blobs ELSE COALESCE(blobs, '') || $3 END
    WHERE id = $1`,
    [importId, total, blobs],
  );
}

/**
 * The version that the import is to become: one that nobody else will take, the same when asked again; or, where the
 * dataset has a version with these very bytes, that one.
 */
export async function reserveVersion(
  tx: Tx,
  importId: string,
  made: NewVersion,
): Promise<{ version: number; present: boolean }> {
  const row = await lockOngoing(tx, importId);
  const present = await findPresent(tx, row.dataset_id, made);
  if (present !== null) return { version: present, present: true };
  if (row.version !== null) return { version: row.version, present: false };
  const [reserved] = await query<{ version: number }>(
    tx,
    `UPDATE dataset_imports SET phase = 'committing', version = 1 + GREATEST(
      (SELECT COALESCE(max(version), 0) FROM dataset_versions WHERE dataset_id = $2),
      (SELECT COALESCE(max(version), 0) FROM dataset_imports WHERE dataset_id = $2))
    WHERE id = $1 RETURNING version`,
    [importId, row.dataset_id],
  );
  return { version: reserved?.version ?? 0, present: false };
}

/** Makes the reserved or present version count: version, dataset, project link and import together. Safe to repeat. */
export async function commitImport(
  tx: Tx,
  importId: string,
  made: NewVersion,
): Promise<{ version: number; reused: boolean }> {
  // The link counts in the project's row: projects are locked before datasets everywhere.
  await query(
    tx,
    `SELECT id FROM projects WHERE id = (SELECT project_id FROM dataset_imports WHERE id = $1) FOR NO KEY UPDATE`,
    [importId],
  );
  const row = await lockOngoing(tx, importId);
  if (row.phase === 'done' && row.version !== null) return { version: row.version, reused: row.reused };
  const present = await findPresent(tx, row.dataset_id, made);
  const version = present ?? row.version;
  if (version === null) throw new Error(`import ${importId} commits a version that it never reserved`);
  if (present === null) await insertVersion(tx, row.dataset_id, version, made);
  const reused = present !== null;
  await insertLink(tx, row.dataset_id, row.project_id);
  await query(
    tx,
    `UPDATE dataset_imports SET phase = 'done', version = $2, reused = $3, total = $4, validation = $5, blobs = NULL WHERE id = $1`,
    [importId, version, reused, made.images, JSON.stringify(made.validation)],
  );
  return { version, reused };
}

/** Ends an import without a version; a dataset that never had one gets status `error`. */
export async function failImport(
  tx: Tx,
  importId: string,
  error: WorkError,
  validation: Validation | null,
): Promise<void> {
  const found = validation && JSON.stringify(validation);
  const row = await lockOngoing(tx, importId);
  if (row.phase === 'done') return;
  await query(
    tx,
    `UPDATE dataset_imports SET phase = 'failed', version = NULL, error = $2, validation = $3, blobs = NULL WHERE id = $1`,
    [importId, JSON.stringify(error), found],
  );
  await query(
    tx,
    `UPDATE datasets SET
      status = CASE WHEN EXISTS (
        SELECT FROM dataset_imports WHERE dataset_id = $1 AND phase NOT IN ('done', 'failed', 'cancelled')
      ) THEN status ELSE 'error' END,
      validation_result = $2
    WHERE id = $1 AND NOT EXISTS (SELECT FROM dataset_versions WHERE dataset_id = $1)`,
    [row.dataset_id, found],
  );
}

/** Writes down that an import is to be cancelled; one that has ended stays as it is. Null if there is no such import. */
export async function cancelImport(db: Db, importId: string): Promise<ImportRecord | null> {
  await query(
    db,
    `UPDATE dataset_imports SET phase = 'cancelling' WHERE id = $1 AND phase NOT IN ('done', 'failed', 'cancelled')`,
    [importId],
  );
  return (await findImport(db, importId))?.record ?? null;
}

/** The import's row, with its dataset's locked first: what is decided about a dataset's versions is decided one by one. */
export async function lockImport(tx: Tx, importId: string): Promise<ReservedRow> {
  await query(
    tx,
    `SELECT id FROM datasets WHERE id = (SELECT dataset_id FROM dataset_imports WHERE id = $1) FOR NO KEY UPDATE`,
    [importId],
  );
  const [row] = await query<ReservedRow>(
    tx,
    'SELECT dataset_id, project_id, phase, version, reused FROM dataset_imports WHERE id = $1 FOR UPDATE',
    [importId],
  );
  if (!row) throw new Error(`there is no import ${importId}`);
  return row;
}

/** The same, of one that may go on. @throws TrainyardError IMPORT_CANCELLED */
async function lockOngoing(tx: Tx, importId: string): Promise<ReservedRow> {
  const row = await lockImport(tx, importId);
  if (row.phase === 'cancelling' || row.phase === 'cancelled') throw fault('IMPORT_CANCELLED', {});
  return row;
}
