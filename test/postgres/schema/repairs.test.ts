import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrationsFolder } from '../../../src/main/platform/paths.ts';
import { type ExpectedObjects, expectedObjects, readDrift } from '../../../src/main/postgres/schema/drift.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { connect } from './catalog.ts';
import { copyMigrations, errorOf } from './support.ts';

const names = (await readdir(migrationsFolder())).map((name) => path.basename(name, '.sql')).sort();

const rows = `
  INSERT INTO projects (id, user_id, name) VALUES ('00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-000000000001', 'p');
  INSERT INTO workflows (id, user_id, project_id, name, total_epochs)
    VALUES ('00000000-0000-4000-8000-0000000000bb', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000aa', 'w', 3);
  INSERT INTO metrics (workflow_id, epoch, step, recorded_at)
    SELECT '00000000-0000-4000-8000-0000000000bb', day, day, make_timestamptz(2031, 5, day, 0, 0, 0) FROM generate_series(1, 31) AS day;
  INSERT INTO usage_tracking (user_id, resource_type, amount, unit)
    SELECT '00000000-0000-4000-8000-000000000001', 'gpu_hours', 1, 'hours' FROM generate_series(1, 5);
  INSERT INTO kv_queue (queue, id, body) SELECT 'q', number::text, '{}' FROM generate_series(1, 5) AS number`;
const counts = `SELECT (SELECT count(*)::int FROM metrics) AS metrics, (SELECT count(*)::int FROM workflows) AS workflows,
  (SELECT count(*)::int FROM usage_tracking) AS usage, (SELECT count(*)::int FROM kv_queue) AS messages`;
const month = (name: string, from: string, to: string) =>
  `CREATE TABLE ${name} PARTITION OF metrics FOR VALUES FROM ('${from}') TO ('${to}');`;
/** Its rows were in the default partition. */
const movedTo = (year: number) =>
  `UPDATE metrics SET recorded_at = recorded_at + interval '${year - 2031} years'`;

/** What somebody does by hand, and how often that is said. */
const kinds: Readonly<Record<string, { readonly by: string; readonly said: readonly string[] }>> = {
  'an index of the partitioned table that is dropped': {
    by: 'DROP INDEX idx_metrics_epoch',
    said: ['index metrics.idx_metrics_epoch missing'],
  },
  'an index of the partitioned table that its partitions lack': {
    by: 'DROP INDEX idx_metrics_epoch; CREATE INDEX idx_metrics_epoch ON ONLY metrics (workflow_id, epoch)',
    said: ['index metrics.idx_metrics_epoch changed'],
  },
  'a unique constraint that is an index alone': {
    by: 'ALTER TABLE users DROP CONSTRAINT users_email_key; CREATE UNIQUE INDEX users_email_key ON users (email)',
    said: ['index users.users_email_key added', 'constraint users.users_email_key missing'],
  },
  'a primary key with more in it, to which another key leads': {
    by: `ALTER TABLE projects DROP CONSTRAINT projects_pkey CASCADE; ALTER TABLE projects ADD CONSTRAINT projects_pkey PRIMARY KEY (id) INCLUDE (name);
         ALTER TABLE workflows ADD CONSTRAINT workflows_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
         ALTER TABLE project_datasets ADD CONSTRAINT project_datasets_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
         ALTER TABLE dataset_imports ADD CONSTRAINT dataset_imports_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE`,
    said: ['constraint projects.projects_pkey changed'],
  },
  'keys that nobody holds to, since the server’s triggers are off': {
    by: 'ALTER TABLE api_keys DISABLE TRIGGER ALL',
    said: ['constraint api_keys.api_keys_user_id_fkey changed'],
  },
  'keys of a partition that nobody holds to': {
    by: 'ALTER TABLE metrics_partition_default DISABLE TRIGGER ALL',
    said: [
      'constraint metrics.metrics_workflow_id_fkey changed',
      'constraint metrics.metrics_workflow_run_id_fkey changed',
    ],
  },
  'a table of another account, with its sequence': {
    by: 'ALTER TABLE usage_tracking OWNER TO pg_database_owner',
    said: ['table usage_tracking changed'],
  },
  'a column that is dropped with its sequence': {
    by: 'ALTER TABLE usage_tracking DROP COLUMN id CASCADE',
    said: [
      'sequence usage_tracking_id_seq missing',
      'column usage_tracking.id missing',
      'constraint usage_tracking.usage_tracking_pkey missing',
    ],
  },
  'a sequence that is dropped while rows have its numbers': {
    by: 'DROP SEQUENCE usage_tracking_id_seq CASCADE',
    said: ['sequence usage_tracking_id_seq missing', 'column usage_tracking.id changed'],
  },
  'a sequence that nobody owns and that is behind': {
    by: "ALTER SEQUENCE usage_tracking_id_seq OWNED BY NONE; SELECT setval('usage_tracking_id_seq', 1)",
    said: ['sequence usage_tracking_id_seq changed', 'sequence usage_tracking_id_seq behind'],
  },
  'a column that numbers itself no more while rows have numbers': {
    by: 'ALTER TABLE kv_queue ALTER COLUMN position DROP IDENTITY',
    said: ['column kv_queue.position changed'],
  },
  'a column that numbers itself in steps of ten': {
    by: 'ALTER TABLE kv_queue ALTER COLUMN position SET INCREMENT BY 10',
    said: ['sequence kv_queue_position_seq changed'],
  },
  'a column that became a computed one': {
    by: `DROP INDEX idx_users_email; ALTER TABLE users DROP COLUMN deleted_at;
         ALTER TABLE users ADD COLUMN deleted_at timestamptz GENERATED ALWAYS AS (NULL::timestamptz) STORED;
         CREATE INDEX idx_users_email ON users (email) WHERE deleted_at IS NULL`,
    said: ['column users.deleted_at changed'],
  },
  'several columns with other names': {
    by: `ALTER TABLE workflows RENAME COLUMN status TO "상태."; ALTER TABLE workflows RENAME COLUMN current_epoch TO epoch_now;
         ALTER TABLE workflows RENAME COLUMN queued_at TO q; ALTER TABLE workflows RENAME COLUMN started_at TO s`,
    said: ['status', 'current_epoch', 'queued_at', 'started_at'].map(
      (name) => `column workflows.${name} renamed`,
    ),
  },
  'a table with another name and another column': {
    by: 'ALTER TABLE workflows RENAME TO "실행 ""들"; ALTER TABLE "실행 ""들" ADD COLUMN mine integer',
    said: ['table workflows renamed', 'column workflows.mine added'],
  },
  'a partitioned table with another name': {
    by: 'ALTER TABLE metrics RENAME TO points',
    said: ['table metrics renamed'],
  },
  'a function that answers something else': {
    by: `DROP FUNCTION ensure_metrics_partitions;
         CREATE FUNCTION ensure_metrics_partitions(a timestamptz, b timestamptz) RETURNS void LANGUAGE sql AS 'SELECT'`,
    said: ['function ensure_metrics_partitions(timestamp with time zone,timestamp with time zone) changed'],
  },
  'a trigger that fires always': {
    by: 'ALTER TABLE projects ENABLE ALWAYS TRIGGER projects_touch',
    said: ['trigger projects.projects_touch changed'],
  },
  'a partition that a crash would empty': {
    by: 'ALTER TABLE metrics_partition_default SET UNLOGGED',
    said: ['partition metrics_partition_default changed'],
  },
  'what stands on one partition alone': {
    by: `ALTER TABLE metrics_partition_default ADD CONSTRAINT few CHECK (epoch < 99);
         CREATE UNIQUE INDEX one_each ON metrics_partition_default (epoch);
         CREATE TRIGGER mine BEFORE INSERT ON metrics_partition_default FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at()`,
    said: [
      'constraint metrics_partition_default.few added',
      'index metrics_partition_default.one_each added',
      'trigger metrics_partition_default.mine added',
    ],
  },
  'a month that takes half of another one’s points': {
    by: `${month('metrics_partition_2032_05', '2032-05-15', '2032-06-15')} ${movedTo(2032)} + interval '3 days'`,
    said: ['partition metrics_partition_2032_05 changed'],
  },
  'two months with each other’s names': {
    by: `${month('metrics_partition_2032_05', '2032-06-01', '2032-07-01')}
         ${month('metrics_partition_2032_06', '2032-05-01', '2032-06-01')} ${movedTo(2032)} + interval '3 days'`,
    said: ['partition metrics_partition_2032_05 changed', 'partition metrics_partition_2032_06 changed'],
  },
  'a month that was by itself while its table got another column': {
    by: `SELECT ensure_metrics_partitions('2032-05-05', '2032-05-06'); ALTER TABLE metrics DETACH PARTITION metrics_partition_2032_05;
         ALTER TABLE metrics_partition_2032_05 DROP COLUMN step, DROP COLUMN seq; ALTER TABLE metrics_partition_2032_05 ADD COLUMN step integer NOT NULL;
         ${movedTo(2032)}`,
    said: ['partition metrics_partition_2032_05 detached'],
  },
  'a month and the default partition with other names': {
    by: `SELECT ensure_metrics_partitions('2031-05-05', '2031-05-06'); ALTER TABLE metrics_partition_2031_05 RENAME TO may;
         ALTER TABLE metrics_partition_default RENAME TO rest`,
    said: ['partition metrics_partition_2031_05 renamed', 'partition metrics_partition_default renamed'],
  },
  'partitions of nobody’s that have points, one in another schema': {
    by: `CREATE SCHEMA other; ${month('other.mine', '2032-05-01', '2032-05-10')}
         ${month('mine', '2032-05-10', '2032-05-20')} ${movedTo(2032)}`,
    said: ['partition other.mine added', 'partition mine added'],
  },
};

describe('with rows in it', () => {
  let database: TestDatabase;
  let client: Awaited<ReturnType<typeof connect>>;
  let expected: ExpectedObjects;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = await connect(database.url);
    expected = await expectedObjects({ url: database.url }, migrationsFolder(), names);
  });
  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await client.query(`BEGIN; ${rows}; SET CONSTRAINTS ALL IMMEDIATE`);
  });
  afterEach(() => client.query('ROLLBACK'));

  const repair = async () => {
    const drift = await readDrift(client, expected);
    for (const { commands } of drift) for (const command of commands) await client.query(command);
    return drift;
  };

  test.each(Object.keys(kinds))('%s is put right at once, and no row is lost', async (kind) => {
    const { by = '', said = [] } = kinds[kind] ?? {};
    const before = await client.query(counts);
    await client.query(by);
    const drift = await repair();
    const described = drift.map(({ kind: noun, name, change }) => `${noun} ${name} ${change}`);
    expect(described.toSorted()).toEqual(said.toSorted());
    expect(await readDrift(client, expected)).toEqual([]);
    expect((await client.query(counts)).rows).toEqual(before.rows);
  });

  test('what a shorter text has no room for is refused, never cut off', async () => {
    await client.query(
      "ALTER TABLE users ALTER COLUMN name TYPE text; UPDATE users SET name = repeat('x', 150)",
    );
    await expect(repair()).rejects.toThrow('value too long');
  });

  test('what a number has no room for is named before it is rounded', async () => {
    await client.query('ALTER TABLE metrics ALTER COLUMN train_loss TYPE double precision');
    expect(await repair()).toMatchObject([{ change: 'changed', losesData: true }]);
    await client.query('ALTER TABLE metrics ALTER COLUMN train_loss TYPE numeric(8,4)');
    expect(await repair()).toMatchObject([{ change: 'changed', losesData: false }]);
  });
});

test('how a database prints times and names is none of what is compared', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  const { database: name } = database.connection;
  for (const setting of ["DateStyle = 'German'", 'quote_all_identifiers = on', "IntervalStyle = 'iso_8601'"])
    await client.query(`ALTER DATABASE ${name} SET ${setting}`);
  expect(await new SchemaService({ databaseUrl: database.url }).check()).toMatchObject({
    ok: true,
    drift: [],
  });
});

test('a table that somebody holds ends a check, which does not wait for it', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  await client.query('BEGIN; LOCK TABLE workflows');
  const schema = new SchemaService({ databaseUrl: database.url });
  expect(await errorOf(schema.check())).toMatchObject({ code: 'POSTGRES_BUSY' });
});

test('a new revision makes tables with quoted names, their sequences once, and views after what they show', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  await using client = await connect(database.url);
  await client.query(`
    CREATE TABLE "My.Table 표" (id serial PRIMARY KEY, text text); CREATE VIEW a_view AS SELECT text FROM "My.Table 표";
    ALTER TABLE projects ADD COLUMN number serial`);
  await new SchemaService({ databaseUrl: database.url, folder: migrations.folder }).revision('tables', {
    isEmpty: false,
  });
  await using other = await createTestDatabase();
  const fresh = new SchemaService({ databaseUrl: other.url, folder: migrations.folder });
  await fresh.upgrade();
  expect(await fresh.check()).toMatchObject({ ok: true });
  await fresh.downgrade();
  expect(await new SchemaService({ databaseUrl: other.url }).check()).toMatchObject({ ok: true });
});
