import type { ImportPhase } from '../../../shared/model/import-phase.ts';
import type { Db } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';
import type { FoundDrop } from './drops.ts';

/** The newest import of a drop. */
export interface DropImport {
  readonly fingerprint: string;
  readonly phase: ImportPhase;
  readonly datasetId: string;
  readonly datasetName: string;
  /** The dataset was removed since. */
  readonly isGone: boolean;
}

interface ImportRow extends DropImport {
  readonly name: string;
}

/** The newest import of each drop that has one, by the drop's name. */
export async function importsOfDrops(db: Db, names: readonly string[]): Promise<Map<string, DropImport>> {
  const rows = await query<ImportRow>(
    db,
    `SELECT DISTINCT ON (i.drop_name) i.drop_name AS name, i.drop_fingerprint AS fingerprint, i.phase,
      i.dataset_id AS "datasetId", d.name AS "datasetName",
      d.deleted_at IS NOT NULL AS "isGone"
    FROM dataset_imports AS i JOIN datasets AS d ON d.id = i.dataset_id
    WHERE i.drop_name = ANY($1) ORDER BY i.drop_name, i.created_at DESC, i.id DESC`,
    [names],
  );
  return new Map(rows.map(({ name, ...made }) => [name, made]));
}

/** The fingerprints under which drops were dismissed, by the drops' names. */
export async function dismissedDrops(db: Db, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await query<{ name: string; fingerprint: string }>(
    db,
    'SELECT name, fingerprint FROM dismissed_drops WHERE name = ANY($1)',
    [names],
  );
  return new Map(rows.map(({ name, fingerprint }) => [name, fingerprint]));
}

/** Safe to repeat. */
export async function dismissDrop(db: Db, drop: Pick<FoundDrop, 'name' | 'fingerprint'>): Promise<void> {
  await query(
    db,
    `INSERT INTO dismissed_drops (name, fingerprint) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint, dismissed_at = now()`,
    [drop.name, drop.fingerprint],
  );
}

/** Takes a dismissal back; harmless where there is none. */
export async function restoreDrop(db: Db, name: string): Promise<void> {
  await query(db, 'DELETE FROM dismissed_drops WHERE name = $1', [name]);
}
