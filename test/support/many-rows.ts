import type pg from 'pg';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';
import { startEmbeddedPostgres, urlOf } from '../../src/main/postgres/embedded/embedded-postgres.ts';
import { withClient } from '../../src/main/postgres/pool.ts';
import { SchemaService } from '../../src/main/postgres/schema/schema-service.ts';

/** The id of the nth row of a table; `mark` is another one for each table. */
const idOf = (mark: 1 | 2 | 3, n: string) =>
  `('0000000${mark}-0000-4000-8000-' || lpad(${n}::text, 12, '0'))::uuid`;
/** As SQL has it. */
export const manyProjectId = (n: number) => `00000001-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const manyRunId = (n: number) => `00000003-0000-4000-8000-${String(n).padStart(12, '0')}`;

const classes = JSON.stringify(Array.from({ length: 10 }, (_, n) => ({ name: `class-${n}`, count: 100 })));
const config = JSON.stringify({
  training: {
    ...{ epochs: 2, batchSize: 64, learningRate: 0.001, optimizer: 'adam' },
    scheduler: { type: 'cosine' },
  },
  dataset: { version: 1 },
  model: {},
  resources: { gpuType: null },
});

/** Statements that make the rows 1 to $1 of each table, the last one the newest; row n of one belongs to row n of the others. */
const statements = [
  `INSERT INTO projects (id, user_id, name, description, tags, workflow_count, dataset_count, created_at)
   SELECT ${idOf(1, 'n')}, '${localOwnerId}', 'project ' || n, 'the project of number ' || n, ARRAY['many', 'tag-' || n % 7], 1, 1,
     timestamptz '2026-01-01' + n * interval '1 second' FROM generate_series(1, $1::integer) AS n`,
  `INSERT INTO datasets (id, user_id, name, storage_path, format, size_bytes, file_count, status, created_at)
   SELECT ${idOf(2, 'n')}, '${localOwnerId}', 'dataset ' || n, 's3://datasets/many/' || n, 'imagenet', 1000000, 1000, 'ready',
     timestamptz '2026-01-01' + n * interval '1 second' FROM generate_series(1, $1::integer) AS n`,
  `INSERT INTO dataset_versions (dataset_id, version, manifest_sha256, mode, image_count, size_bytes, classes)
   SELECT ${idOf(2, 'n')}, 1, lpad(n::text, 64, '0'), 'copy', 1000, 1000000, '${classes}' FROM generate_series(1, $1::integer) AS n`,
  `INSERT INTO dataset_imports (dataset_id, project_id, user_id, machine_id, source, format, mode, phase, total, version, created_at)
   SELECT ${idOf(2, 'n')}, ${idOf(1, 'n')}, '${localOwnerId}', 'elsewhere', '/many/' || n, 'imagenet', 'copy', 'done', 1000, 1,
     timestamptz '2026-01-01' + n * interval '1 second' FROM generate_series(1, $1::integer) AS n`,
  `INSERT INTO project_datasets (project_id, dataset_id)
   SELECT ${idOf(1, 'n')}, ${idOf(2, 'n')} FROM generate_series(1, $1::integer) AS n`,
  `INSERT INTO workflows (id, project_id, user_id, name, temporal_workflow_id, status, progress_percentage, current_epoch,
     total_epochs, final_metrics, last_seq, created_at, queued_at, started_at, completed_at)
   SELECT ${idOf(3, 'n')}, ${idOf(1, 'n')}, '${localOwnerId}', 'run ' || n, 'run-many-' || n, 'completed', 100, 2, 2,
     jsonb_build_object('val_accuracy', (n % 1000) / 1000.0, 'val_loss', (n % 777) / 777.0), 4, at, at, at, at + interval '9 seconds'
   FROM generate_series(1, $1::integer) AS n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 second' AS at) AS times`,
  `INSERT INTO workflow_configs (workflow_id, task_type, model_name, model_source, dataset_id, num_classes, class_names, hyperparameters)
   SELECT ${idOf(3, 'n')}, 'classification', 'cnn', 'builtin', ${idOf(2, 'n')}, 2, ARRAY['a', 'b'], '${config}'
   FROM generate_series(1, $1::integer) AS n`,
  `INSERT INTO workflow_runs (workflow_id, attempt, status, machine_id, run_directory, created_at, started_at, ended_at)
   SELECT ${idOf(3, 'n')}, 1, 'completed', 'elsewhere', '/many/' || n, at, at, at + interval '9 seconds'
   FROM generate_series(1, $1::integer) AS n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 second' AS at) AS times`,
  `INSERT INTO run_events (workflow_id, seq, attempt, type, recorded_at, payload)
   SELECT ${idOf(3, 'n')}, seq, 1, 'state', timestamptz '2026-01-01' + n * interval '1 second', '{}'
   FROM generate_series(1, $1::integer) AS n, generate_series(1, 4) AS seq`,
  `INSERT INTO run_artifacts (workflow_id, attempt, kind, name, path, object_key, size_bytes, created_at)
   SELECT ${idOf(3, 'n')}, 1, 'checkpoint', 'last', 'checkpoints/last', 'many/' || n, 1000, timestamptz '2026-01-01'
   FROM generate_series(1, $1::integer) AS n`,
  `INSERT INTO jobs (user_id, kind, arguments, idempotency_key, queue, status, created_at)
   SELECT '${localOwnerId}', 'dataset.statistics', '{}', 'many-' || n, 'elsewhere', 'done',
     timestamptz '2026-01-01' + n * interval '1 second' FROM generate_series(1, $1::integer) AS n`,
];

/** Makes so many projects, datasets with a version, finished runs and jobs, as quickly as a database can: without its triggers. */
export async function addManyRows(client: pg.ClientBase, count: number): Promise<void> {
  await client.query('SET session_replication_role = replica');
  for (const statement of statements) await client.query(statement, [count]);
  await client.query('SET session_replication_role = DEFAULT');
  await client.query('VACUUM ANALYZE');
}

/** Fills the database of a state folder that no engine serves; one is made where there is none. `more` runs on it as well. */
export async function fillHome(
  home: string,
  count: number,
  more: (client: pg.ClientBase) => Promise<void> = async () => {},
): Promise<void> {
  const server = await startEmbeddedPostgres(home);
  try {
    const url = urlOf(server.connection);
    await new SchemaService({ databaseUrl: url }).upgrade();
    await withClient({ url }, async (client) => {
      await addManyRows(client, count);
      await more(client);
    });
  } finally {
    await server.stop();
  }
}
