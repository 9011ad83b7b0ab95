import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrationsFolder } from '../../../src/main/platform/paths.ts';
import { type ExpectedObjects, expectedObjects, readDrift } from '../../../src/main/postgres/schema/drift.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { connect, readEverything } from './catalog.ts';
import { copyMigrations, errorOf } from './support.ts';

const names = (await readdir(migrationsFolder())).map((name) => path.basename(name, '.sql')).sort();

/** What somebody does to a database by hand, and what is said of it: kind, name, what became of it. */
const kinds: Readonly<Record<string, { readonly by: string; readonly said: readonly string[] }>> = {
  'an index that is dropped': {
    by: 'DROP INDEX idx_workflows_status',
    said: ['index workflows.idx_workflows_status missing'],
  },
  'an index on other columns': {
    by: 'DROP INDEX idx_workflows_status; CREATE INDEX idx_workflows_status ON workflows (total_epochs)',
    said: ['index workflows.idx_workflows_status changed'],
  },
  'an index of nobody’s': {
    by: 'CREATE INDEX mine ON workflows (total_epochs)',
    said: ['index workflows.mine added'],
  },
  'an index that was never finished': {
    by: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_workflows_status'::regclass",
    said: ['index workflows.idx_workflows_status changed'],
  },
  'an index with another name': {
    by: 'ALTER INDEX idx_workflows_status RENAME TO mine',
    said: ['index workflows.idx_workflows_status renamed'],
  },
  'a column that is dropped': {
    by: 'ALTER TABLE projects DROP COLUMN description',
    said: ['column projects.description missing'],
  },
  'a column of nobody’s': {
    by: 'ALTER TABLE projects ADD COLUMN "Colour of it" text',
    said: ['column projects.Colour of it added'],
  },
  'a column of another type': {
    by: 'ALTER TABLE workflows ALTER COLUMN current_epoch TYPE bigint',
    said: ['column workflows.current_epoch changed'],
  },
  'a column of a shorter type': {
    by: "ALTER TABLE datasets ALTER COLUMN status DROP DEFAULT, ALTER COLUMN status TYPE varchar(19), ALTER COLUMN status SET DEFAULT 'processing'",
    said: ['column datasets.status changed'],
  },
  'a default that is gone': {
    by: 'ALTER TABLE datasets ALTER COLUMN status DROP DEFAULT',
    said: ['column datasets.status changed'],
  },
  'another default': {
    by: "ALTER TABLE datasets ALTER COLUMN status SET DEFAULT 'ready'",
    said: ['column datasets.status changed'],
  },
  'a column that may be null': {
    by: 'ALTER TABLE projects ALTER COLUMN name DROP NOT NULL',
    said: ['column projects.name changed'],
  },
  'a column with another name, which indexes and checks name, too': {
    by: 'ALTER TABLE workflows RENAME COLUMN status TO state',
    said: ['column workflows.status renamed'],
  },
  'a column in another collation': {
    by: 'ALTER TABLE projects ALTER COLUMN description TYPE text COLLATE "C"',
    said: ['column projects.description changed'],
  },
  'a column that numbers itself no more': {
    by: 'ALTER TABLE kv_queue ALTER COLUMN position DROP IDENTITY',
    said: ['column kv_queue.position changed'],
  },
  'a check that is dropped': {
    by: 'ALTER TABLE users DROP CONSTRAINT users_plan_check',
    said: ['constraint users.users_plan_check missing'],
  },
  'a check that lets more through': {
    by: "ALTER TABLE users DROP CONSTRAINT users_plan_check, ADD CONSTRAINT users_plan_check CHECK (plan <> 'none')",
    said: ['constraint users.users_plan_check changed'],
  },
  'a check of nobody’s': {
    by: "ALTER TABLE projects ADD CONSTRAINT mine CHECK (name <> '')",
    said: ['constraint projects.mine added'],
  },
  'a key that was never validated': {
    by: 'ALTER TABLE workflows DROP CONSTRAINT workflows_user_id_fkey, ADD CONSTRAINT workflows_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE NOT VALID',
    said: ['constraint workflows.workflows_user_id_fkey changed'],
  },
  'a primary key that is gone with the keys that lead to it': {
    by: 'ALTER TABLE projects DROP CONSTRAINT projects_pkey CASCADE',
    said: [
      'constraint projects.projects_pkey missing',
      'constraint project_datasets.project_datasets_project_id_fkey missing',
      'constraint dataset_imports.dataset_imports_project_id_fkey missing',
      'constraint workflows.workflows_project_id_fkey missing',
    ],
  },
  'a constraint with another name': {
    by: 'ALTER TABLE users RENAME CONSTRAINT users_plan_check TO mine',
    said: ['constraint users.users_plan_check renamed'],
  },
  'a trigger that is off': {
    by: 'ALTER TABLE projects DISABLE TRIGGER projects_touch',
    said: ['trigger projects.projects_touch changed'],
  },
  'a trigger that is dropped': {
    by: 'DROP TRIGGER projects_touch ON projects',
    said: ['trigger projects.projects_touch missing'],
  },
  'a trigger of nobody’s': {
    by: 'CREATE TRIGGER mine BEFORE INSERT ON projects FOR EACH ROW EXECUTE FUNCTION trainyard_touch_updated_at()',
    said: ['trigger projects.mine added'],
  },
  'a function that does something else': {
    by: "CREATE OR REPLACE FUNCTION trainyard_touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    said: ['function trainyard_touch_updated_at() changed'],
  },
  'a function that is dropped': {
    by: 'DROP FUNCTION ensure_metrics_partitions(timestamptz, timestamptz)',
    said: ['function ensure_metrics_partitions(timestamp with time zone,timestamp with time zone) missing'],
  },
  'a sequence that is dropped with the default that takes from it': {
    by: 'DROP SEQUENCE metrics_id_seq CASCADE',
    said: ['sequence metrics_id_seq missing', 'column metrics.id changed'],
  },
  'a sequence that steps by ten': {
    by: 'ALTER SEQUENCE metrics_id_seq INCREMENT BY 10 AS integer MAXVALUE 1000',
    said: ['sequence metrics_id_seq changed'],
  },
  'a sequence that nobody owns': {
    by: 'ALTER SEQUENCE metrics_id_seq OWNED BY NONE',
    said: ['sequence metrics_id_seq changed'],
  },
  'a sequence behind the rows that have its numbers': {
    by: `INSERT INTO usage_tracking (id, user_id, resource_type, amount, unit)
         VALUES (4711, '00000000-0000-4000-8000-000000000001', 'gpu_hours', 1, 'hours')`,
    said: ['sequence usage_tracking_id_seq behind'],
  },
  'a table that is dropped with all that stood on it': {
    by: 'DROP TABLE datasets CASCADE',
    said: [
      'table datasets missing',
      'constraint dataset_imports.dataset_imports_dataset_id_fkey missing',
      'constraint dataset_versions.dataset_versions_dataset_id_fkey missing',
      'constraint datasets.datasets_user_id_fkey missing',
      'constraint project_datasets.project_datasets_dataset_id_fkey missing',
      'constraint workflow_configs.workflow_configs_dataset_id_fkey missing',
    ],
  },
  'a partitioned table that is dropped': {
    by: 'DROP TABLE metrics CASCADE',
    said: [
      'table metrics missing',
      'constraint metrics.metrics_workflow_id_fkey missing',
      'constraint metrics.metrics_workflow_run_id_fkey missing',
      'partition metrics_partition_default missing',
    ],
  },
  'a table with another name': {
    by: 'ALTER TABLE workflow_configs RENAME TO run_configs',
    said: ['table workflow_configs renamed'],
  },
  'a table of another account': {
    by: 'ALTER TABLE api_keys OWNER TO pg_database_owner',
    said: ['table api_keys changed'],
  },
  'a function of another account': {
    by: 'ALTER FUNCTION trainyard_touch_updated_at() OWNER TO pg_database_owner',
    said: ['function trainyard_touch_updated_at() changed'],
  },
  'a table whose changes are in no log': {
    by: 'ALTER TABLE api_keys SET UNLOGGED',
    said: ['table api_keys changed'],
  },
  'a table with other storage parameters': {
    by: 'ALTER TABLE workflows RESET (fillfactor); ALTER TABLE workflows SET (autovacuum_enabled = false)',
    said: ['table workflows changed'],
  },
  'a table that shows some rows only': {
    by: 'ALTER TABLE projects ENABLE ROW LEVEL SECURITY; ALTER TABLE projects FORCE ROW LEVEL SECURITY; CREATE POLICY mine ON projects USING (false)',
    said: ['policy projects.mine added', 'table projects changed'],
  },
  'a rule that keeps rows from being removed': {
    by: 'CREATE RULE mine AS ON DELETE TO projects DO INSTEAD NOTHING',
    said: ['rule projects.mine added'],
  },
  'a month that is a table of its own, while points came for it': {
    by: `SELECT ensure_metrics_partitions('2031-05-05', '2031-05-06');
         ALTER TABLE metrics DETACH PARTITION metrics_partition_2031_05`,
    said: ['partition metrics_partition_2031_05 detached'],
  },
  'a month that takes another one’s points': {
    by: `CREATE TABLE metrics_partition_2032_05 PARTITION OF metrics FOR VALUES FROM ('2032-06-01') TO ('2032-07-01')`,
    said: ['partition metrics_partition_2032_05 changed'],
  },
  'a partition of nobody’s': {
    by: `CREATE TABLE mine PARTITION OF metrics FOR VALUES FROM ('2033-01-01') TO ('2033-01-02')`,
    said: ['partition mine added'],
  },
  'no partition for what has no month, and a month beside it that is a table of its own': {
    by: `SELECT ensure_metrics_partitions('2031-05-05', '2031-05-06'); DROP TABLE metrics_partition_default;
         ALTER TABLE metrics DETACH PARTITION metrics_partition_2031_05`,
    said: ['partition metrics_partition_default missing', 'partition metrics_partition_2031_05 detached'],
  },
  'no partition for what has no month': {
    by: 'DROP TABLE metrics_partition_default',
    said: ['partition metrics_partition_default missing'],
  },
};

describe('what was changed by hand', () => {
  let database: TestDatabase;
  let client: Awaited<ReturnType<typeof connect>>;
  let expected: ExpectedObjects;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = await connect(database.url);
    expected = await expectedObjects({ url: database.url }, migrationsFolder(), names);
    expect(await readDrift(client, expected)).toEqual([]);
  });
  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });
  beforeEach(() => client.query('BEGIN'));
  afterEach(() => client.query('ROLLBACK'));

  test.each(Object.keys(kinds))('%s is named, and the commands that are given put it right', async (kind) => {
    const { by = '', said = [] } = kinds[kind] ?? {};
    await client.query(by);
    const drift = await readDrift(client, expected);
    const described = drift.map(({ kind: noun, name, change }) => `${noun} ${name} ${change}`);
    expect(described.toSorted()).toEqual(said.toSorted());
    for (const { commands } of drift) for (const command of commands) await client.query(command);
    expect(await readDrift(client, expected)).toEqual([]);
  });

  test('what others have beside it is none, also where it is a view of ours', async () => {
    await client.query(`
      CREATE TABLE notes (id serial PRIMARY KEY, text text); INSERT INTO notes VALUES (7, 'behind'); CREATE VIEW names AS SELECT name FROM projects;
      CREATE FUNCTION tell() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SEQUENCE numbers;
      SELECT ensure_metrics_partitions('2031-05-05', '2031-05-06')`);
    expect(await readDrift(client, expected)).toEqual([]);
  });
});

test('a check leaves everything as it is, knows a database behind head, and names a revision that was edited', async () => {
  await using database = await createTestDatabase('empty');
  await using migrations = await copyMigrations();
  await using client = await connect(database.url);
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  expect(await schema.check()).toMatchObject({ ok: true, revision: null, drift: [] });
  await schema.upgrade('0060');
  const before = await readEverything(client);
  expect(await schema.check()).toMatchObject({ ok: true, revision: '0060', edited: [], drift: [] });
  await client.query('ALTER TABLE projects DROP COLUMN description');
  expect(await schema.check()).toMatchObject({
    ok: false,
    drift: [
      {
        ...{ kind: 'column', name: 'projects.description', change: 'missing', found: null, losesData: false },
        commands: ['ALTER TABLE projects ADD COLUMN description text'],
      },
    ],
  });
  await client.query('ALTER TABLE projects ADD COLUMN description text');
  const file = path.join(migrations.folder, '0030_log_times_index.sql');
  await writeFile(file, `-- Mine.\n${await readFile(file, 'utf8')}`);
  expect(await schema.check()).toMatchObject({ ok: false, edited: ['0030'], drift: [] });
  expect(await readEverything(client)).toEqual(before);
  const { rows } = await client.query(
    "SELECT datname FROM pg_database WHERE datname LIKE 'trainyard_scratch_%' AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = pg_database.datname)",
  );
  expect(rows).toEqual([]);
});

test('a scratch database that a killed check left behind goes with a later one, and no other', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  const name = (ageMs: number) => `trainyard_scratch_${Date.now() - ageMs}_0123456789ab`;
  const [old, young] = [name(3_600_000), name(1000)];
  for (const one of [old, young]) await client.query(`CREATE DATABASE ${one}`);
  try {
    await new SchemaService({ databaseUrl: database.url }).check();
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE datname = ANY($1)', [
      [old, young],
    ]);
    expect(rows).toEqual([{ datname: young }]);
  } finally {
    for (const one of [old, young]) await client.query(`DROP DATABASE IF EXISTS ${one}`);
  }
});

test('a database with a revision that this program lacks is not compared', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  const newer = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  await newer.revision('something newer', { isEmpty: true });
  await newer.upgrade();
  const schema = new SchemaService({ databaseUrl: database.url });
  expect(await errorOf(schema.check())).toMatchObject({ code: 'SCHEMA_AHEAD' });
});

test('an account that may make no database is told what it lacks', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  const role = `checker_${process.pid}`;
  await client.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
  );
  try {
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'secret'];
    const schema = new SchemaService({ databaseUrl: url.href });
    expect(await errorOf(schema.check())).toMatchObject({ code: 'SCHEMA_CHECK_REFUSED' });
  } finally {
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('what was changed by hand is what a new revision does, up and down', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  await using client = await connect(database.url);
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  const before = await readEverything(client);
  await client.query(`
    CREATE TABLE labels (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workflow_id uuid NOT NULL REFERENCES workflows(id),
      name text NOT NULL DEFAULT 'none', size integer, double integer GENERATED ALWAYS AS (size * 2) STORED);
    CREATE INDEX idx_labels_workflow ON labels (workflow_id);
    ALTER TABLE projects ADD COLUMN colour text; ALTER TABLE datasets ALTER COLUMN status SET DEFAULT 'ready';
    DROP INDEX idx_workflows_status`);
  const wanted = await readEverything(client);
  const { path: file, statements } = await schema.revision('labels of runs', { isEmpty: false });
  expect(statements).toBeGreaterThan(5);

  await using other = await createTestDatabase();
  const fresh = new SchemaService({ databaseUrl: other.url, folder: migrations.folder });
  await using reader = await connect(other.url);
  const unlike = (all: readonly string[]) => all.filter((line) => !line.includes('trainyard_'));
  await fresh.upgrade();
  expect(unlike(await readEverything(reader))).toEqual(unlike(wanted));
  await fresh.downgrade();
  expect(unlike(await readEverything(reader))).toEqual(unlike(before));
  expect(await readFile(file, 'utf8')).toContain('-- labels of runs');
});

test('a revision is compared at head alone', async () => {
  await using database = await createTestDatabase('empty');
  await using migrations = await copyMigrations();
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  await schema.upgrade('0004');
  expect(await errorOf(schema.revision('more', { isEmpty: false }))).toMatchObject({
    code: 'SCHEMA_NOT_AT_HEAD',
  });
});
