import type { WorkError } from '../../../shared/contract/file-progress.ts';
import type { Tx } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';
import { blobsLock, lockImport } from './import-rows.ts';

/** What an import may have stored. */
export interface StoredObjects {
  /** The version that was reserved for it. */
  readonly version: number | null;
  /** SHA-256 in hex, of blobs. */
  readonly hashes: readonly string[];
  /** The same of the blobs that other imports need which are not over. */
  readonly needed: readonly string[];
}

interface StoringRow {
  readonly id: string;
  readonly version: number | null;
  readonly blobs: Buffer | null;
}

/**
 * Ends a cancelled import. `remove` is called first, while no import can begin to store, and may be called again after a kill.
 * A dataset that has nothing but cancelled imports goes into the bin.
 */
export async function withdrawImport(
  tx: Tx,
  importId: string,
  error: WorkError,
  remove: (stored: StoredObjects) => Promise<void>,
): Promise<void> {
  await query(tx, 'SELECT pg_advisory_xact_lock($1)', [blobsLock]);
  const rows = await query<StoringRow>(
    tx,
    'SELECT id, version, blobs FROM dataset_imports WHERE id = $1 OR blobs IS NOT NULL',
    [importId],
  );
  const own = rows.find(({ id }) => id === importId);
  const others = rows.filter((row) => row !== own);
  await remove({
    version: own?.version ?? null,
    hashes: hashesOf(own?.blobs ?? null),
    needed: others.flatMap(({ blobs }) => hashesOf(blobs)),
  });
  const { dataset_id, phase } = await lockImport(tx, importId);
  if (phase !== 'cancelling') return;
  await query(
    tx,
    `UPDATE dataset_imports SET phase = 'cancelled', version = NULL, blobs = NULL, error = $2 WHERE id = $1`,
    [importId, JSON.stringify(error)],
  );
  await query(
    tx,
    `UPDATE datasets SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM dataset_versions WHERE dataset_id = $1)
      AND NOT EXISTS (SELECT FROM dataset_imports WHERE dataset_id = $1 AND phase <> 'cancelled')`,
    [dataset_id],
  );
  await query(
    tx,
    `UPDATE datasets SET status = 'error' WHERE id = $1 AND status = 'processing' AND NOT EXISTS (
      SELECT FROM dataset_imports WHERE dataset_id = $1 AND phase NOT IN ('done', 'failed', 'cancelled'))`,
    [dataset_id],
  );
}

const hashBytes = 32;

function hashesOf(blobs: Buffer | null): string[] {
  const count = (blobs?.length ?? 0) / hashBytes;
  return Array.from({ length: count }, (_, at) =>
    (blobs ?? Buffer.of()).toString('hex', at * hashBytes, (at + 1) * hashBytes),
  );
}
