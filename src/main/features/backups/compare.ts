import type { BackupComparison } from '../../../shared/contract/backups.ts';
import { comparedNouns } from '../../../shared/model/snapshots.ts';
import { quoted } from '../../stores/migration/table-shapes.ts';
import type { Stores } from '../../stores/profiles/stores.ts';
import type { Manifest } from '../../stores/snapshots/manifest.ts';

/** The table of each noun. */
const tables = { projects: 'projects', datasets: 'datasets', runs: 'workflows', weights: 'weights' } as const;

/** How many runs are with a trainer, which a restore would take the run directories from. */
export async function countUnderWay({ pool }: Pick<Stores, 'pool'>): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM workflows WHERE status = 'running' AND deleted_at IS NULL",
  );
  return rows[0]?.count ?? 0;
}

/** What a restore would change, in rows; deleted ones that are still kept count on both sides. @param stores null where they cannot be opened */
export async function compareWith(
  manifest: Manifest,
  stores: Pick<Stores, 'pool'> | null,
): Promise<BackupComparison> {
  const rows = [];
  for (const noun of comparedNouns) {
    const name = tables[noun];
    const parts = manifest.database.tables.find((table) => table.name === name)?.parts ?? [];
    rows.push({
      noun,
      now: stores && (await countRows(stores, name)),
      snapshot: parts.reduce((sum, part) => sum + part.rows, 0),
    });
  }
  return { rows, runsUnderWay: stores ? await countUnderWay(stores) : 0 };
}

async function countRows({ pool }: Pick<Stores, 'pool'>, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${quoted(table)}`);
  return rows[0]?.count ?? 0;
}
