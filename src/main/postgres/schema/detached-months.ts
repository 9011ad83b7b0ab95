import type pg from 'pg';

const pattern = /^metrics_detached_\d{4}_\d{2}$/;

/** A table as it is copied: of a name with its columns. */
interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/**
 * Makes the tables of detached months that are among these, empty: no revision does, and what is copied into a new database has them.
 * Keys lead to runs as a month's do, so that a deleted run's points go with it.
 */
export async function makeDetachedMonths(
  client: pg.ClientBase,
  tables: readonly CopiedTable[],
): Promise<void> {
  for (const { name, columns } of tables) {
    if (!pattern.test(name)) continue;
    await client.query(`CREATE TABLE IF NOT EXISTS ${name} (LIKE metrics INCLUDING CONSTRAINTS INCLUDING INDEXES,
      FOREIGN KEY (workflow_id) REFERENCES workflows (id) ON DELETE CASCADE,
      FOREIGN KEY (workflow_run_id) REFERENCES workflow_runs (id) ON DELETE CASCADE)`);
    // It was detached before a revision that gave the metrics more of them.
    const { rows } = await client.query<{ command: string }>(
      `SELECT format('ALTER TABLE %s DROP COLUMN %I', attrelid::regclass, attname) AS command FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> ALL ($2)`,
      [name, columns],
    );
    for (const { command } of rows) await client.query(command);
  }
}
