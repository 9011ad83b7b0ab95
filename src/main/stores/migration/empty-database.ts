import type pg from 'pg';
import { failpoint } from '../../platform/failpoints.ts';

/** Removes every row of ours in one transaction; the schema and what is known of its revisions stay. */
export async function emptyDatabase(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ tables: string | null }>(
    `SELECT string_agg(format('public.%I', relname), ', ') AS tables
     FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND relname NOT IN ('trainyard_migrations', 'trainyard_checksums', 'metric_rollups')`,
  );
  const tables = rows[0]?.tables;
  if (!tables) return;
  // A trigger empties the rollups with their runs, which it could not do to a table that this statement holds.
  failpoint('migration.empty.before');
  await pool.query(`TRUNCATE ${tables}`);
  failpoint('migration.empty.after');
}
