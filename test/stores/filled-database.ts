import pg from 'pg';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';
import { readContent, readTables, sameText } from '../../src/main/stores/migration/table-shapes.ts';
import { addDataset, addMetric, addProject, addWorkflow } from '../postgres/schema/rows.ts';

/** Uses a connection of a test's own. */
export async function connected<Result>(
  url: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Rows in most tables, points in several months and in none, and counts that no trigger would write. */
export async function fill(url: string): Promise<void> {
  await connected(url, async (client) => {
    const projects = [await addProject(client), await addProject(client)];
    for (const project of projects) {
      const dataset = await addDataset(client);
      await client.query('INSERT INTO project_datasets (project_id, dataset_id) VALUES ($1, $2)', [
        project,
        dataset,
      ]);
      const workflow = await addWorkflow(client, project);
      await client.query("SELECT ensure_metrics_partitions('2026-01-15', '2026-03-15')");
      for (const time of ['2026-01-31T23:59:59.999Z', '2026-02-01', '2026-03-05', '1999-01-01']) {
        await addMetric(client, workflow, time);
      }
      await client.query(
        `INSERT INTO run_events (workflow_id, seq, type, payload) SELECT $1, n, 'log', jsonb_build_object('n', n, 'text', 'x' || n)
         FROM generate_series(1, 2000) AS n`,
        [workflow],
      );
      await client.query(
        `INSERT INTO metric_rollups (workflow_id, attempt, name, level, bucket, count, min, max, sum, first_step, last_step, first_seq,
           last_seq, first_epoch, last_epoch)
         VALUES ($1, 1, 'loss', 1, 0, 3, '-Infinity', 'NaN', 0.1, 1, 2, 1, 2, 1, 1)`,
        [workflow],
      );
    }
    await client.query('UPDATE users SET name = \'한글 "quoted", NULL\' WHERE id = $1', [localOwnerId]);
    // As an older version may have left it: a copy is no place to fix it, nor to touch `updated_at`.
    await client.query('ALTER TABLE projects DISABLE TRIGGER USER');
    await client.query("UPDATE projects SET workflow_count = 7, updated_at = '2026-01-01'");
    await client.query('ALTER TABLE projects ENABLE TRIGGER USER');
  });
}

/** Every table's rows and hash. */
export async function contentsOf(
  url: string,
  also: readonly string[] = [],
): Promise<Record<string, unknown>> {
  return connected(url, async (client) => {
    await client.query(`BEGIN; ${sameText}`);
    const contents: [string, unknown][] = [];
    for (const table of await readTables(client, also))
      contents.push([table.name, await readContent(client, table)]);
    await client.query('COMMIT');
    return Object.fromEntries(contents);
  });
}
