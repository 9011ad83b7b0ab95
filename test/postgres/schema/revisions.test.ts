import { execFile } from 'node:child_process';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { migrationsFolder } from '../../../src/main/platform/paths.ts';
import { createMigration } from '../../../src/main/postgres/schema/migration-files.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { connect, readEverything } from './catalog.ts';
import { dumpSchema, findDump } from './dump.ts';
import { copyMigrations, errorOf, startUpgrader } from './support.ts';

const revisions = (await readdir(migrationsFolder())).sort().map((name) => name.slice(0, 4));
const head = revisions.at(-1);

async function everythingIn(url: string): Promise<string[]> {
  await using client = await connect(url);
  return await readEverything(client);
}

test('up to head, down to base, up again: nothing of ours is left between, and the schema is the same', async () => {
  await using database = await createTestDatabase('empty');
  const schema = new SchemaService({ databaseUrl: database.url });
  const empty = await everythingIn(database.url);
  expect(await schema.current()).toEqual({ revision: null, head, pending: revisions, edited: [], drift: [] });
  expect(await everythingIn(database.url)).toEqual(empty);

  expect(await schema.upgrade()).toEqual({
    revision: head,
    head,
    pending: [],
    edited: [],
    drift: [],
    done: revisions,
  });
  const first = await everythingIn(database.url);
  expect((await schema.downgrade('base')).done).toEqual(revisions.toReversed());
  expect(await everythingIn(database.url)).toEqual(empty);
  await schema.upgrade('head');
  expect(await everythingIn(database.url)).toEqual(first);
});

test('the schema’s dump is the same after going down to base and up again', async ({ skip }) => {
  const dump = await findDump();
  if ('missing' in dump) return skip(dump.missing);
  await using database = await createTestDatabase();
  const schema = new SchemaService({ databaseUrl: database.url });
  const first = await dumpSchema(dump, database.connection);
  expect(first).toContain('CREATE TABLE public.workflows');
  await schema.downgrade('base');
  const empty = await dumpSchema(dump, database.connection);
  expect(empty).not.toMatch(/^(CREATE|ALTER|COMMENT)/m);
  await schema.upgrade();
  expect(await dumpSchema(dump, database.connection)).toBe(first);
});

test('each revision goes down and up again by itself', async () => {
  await using database = await createTestDatabase('empty');
  const schema = new SchemaService({ databaseUrl: database.url });
  let before = await everythingIn(database.url);
  for (const revision of revisions) {
    expect((await schema.upgrade('+1')).revision).toBe(revision);
    const after = await everythingIn(database.url);
    await schema.downgrade('-1');
    if (revision !== revisions[0]) expect(await everythingIn(database.url)).toEqual(before);
    await schema.upgrade(revision);
    expect(await everythingIn(database.url)).toEqual(after);
    before = after;
  }
});

test('what others have in the database stays as it is', async () => {
  await using database = await createTestDatabase('empty');
  await using client = await connect(database.url);
  await client.query(`
    CREATE EXTENSION pg_trgm; CREATE SCHEMA theirs; CREATE TABLE theirs.workflows (id int);
    CREATE TABLE notes (id int PRIMARY KEY, text text); CREATE INDEX ON notes (text);
    CREATE FUNCTION tell() RETURNS int LANGUAGE sql AS 'SELECT 1'; INSERT INTO notes VALUES (1, 'kept')`);
  const before = await readEverything(client);
  const schema = new SchemaService({ databaseUrl: database.url });
  expect((await schema.upgrade()).drift).toEqual([]);
  await schema.downgrade('base');
  expect(await readEverything(client)).toEqual(before);
  expect((await client.query('SELECT text FROM notes')).rows).toEqual([{ text: 'kept' }]);
});

test('a name that is taken stops the upgrade with nothing changed', async () => {
  await using database = await createTestDatabase('empty');
  await using client = await connect(database.url);
  await client.query('CREATE TABLE workflows (id int)');
  const before = await readEverything(client);
  const error = await errorOf(new SchemaService({ databaseUrl: database.url }).upgrade());
  expect(error).toMatchObject({ code: 'SCHEMA_CONFLICT', message: expect.stringContaining('"workflows"') });
  expect(await readEverything(client)).toEqual(before);
});

test('a view of somebody’s on our tables stops the downgrade with nothing changed', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  await client.query('CREATE VIEW report AS SELECT name FROM workflows');
  const before = await readEverything(client);
  const error = await errorOf(new SchemaService({ databaseUrl: database.url }).downgrade('base'));
  expect(error).toMatchObject({ code: 'DOWNGRADE_BLOCKED', message: expect.stringContaining('view report') });
  expect(await readEverything(client)).toEqual(before);
});

test('a migration that fails leaves the last good revision', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  const bad =
    '-- Up Migration\nCREATE TABLE half (id int);\nSELECT 1 / 0;\n-- Down Migration\nDROP TABLE half;\n';
  await writeFile(path.join(migrations.folder, '9000_bad.sql'), bad);
  const before = await everythingIn(database.url);
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  await expect(schema.upgrade()).rejects.toThrow('division by zero');
  expect(await everythingIn(database.url)).toEqual(before);
  expect(await schema.current()).toMatchObject({ revision: head, pending: ['9000'] });
});

test('ten processes that upgrade at once apply each revision once', async () => {
  await using database = await createTestDatabase('empty');
  const ends = await Promise.all(Array.from({ length: 10 }, () => startUpgrader(database.url).ended));
  expect(ends.map(({ code }) => code)).toEqual(Array(10).fill(0));
  const done = ends.map(({ stdout }) => JSON.parse(stdout));
  expect(done.filter((list) => list.length > 0)).toEqual([revisions]);
  const { revisions: history } = await new SchemaService({ databaseUrl: database.url }).history();
  expect(history.every(({ appliedAt }) => appliedAt !== null)).toBe(true);
});

test('upgrades and downgrades at once each see whole what the one before them left', async () => {
  await using database = await createTestDatabase('empty');
  const changes = Array.from({ length: 6 }, (_, index) => {
    const schema = new SchemaService({ databaseUrl: database.url });
    return index % 2 === 0 ? schema.upgrade() : schema.downgrade('base');
  });
  for (const { done } of await Promise.all(changes)) expect([0, revisions.length]).toContain(done.length);
  const schema = new SchemaService({ databaseUrl: database.url });
  await schema.upgrade();
  expect(await schema.current()).toMatchObject({ revision: head, pending: [], edited: [], drift: [] });
});

test.each(['schema.migrate.before', 'schema.commit.before', 'schema.commit.after'])(
  'an upgrade killed at %s is there whole or not at all, and the next one ends well',
  async (failpoint) => {
    await using database = await createTestDatabase('empty');
    const empty = await everythingIn(database.url);
    const { signal } = await startUpgrader(database.url, { failpoint }).ended;
    expect(signal).toBe('SIGKILL');
    const schema = new SchemaService({ databaseUrl: database.url });
    const { done } = await schema.upgrade();
    expect(done).toEqual(failpoint === 'schema.commit.after' ? [] : revisions);
    expect((await schema.current()).drift).toEqual([]);
    await schema.downgrade('base');
    expect(await everythingIn(database.url)).toEqual(empty);
  },
);

test('an upgrade killed in the middle of a long statement commits nothing later', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  const slow =
    '-- Up Migration\nCREATE TABLE slow (id int);\nSELECT pg_sleep(60);\n-- Down Migration\nDROP TABLE slow;\n';
  const file = path.join(migrations.folder, '9000_slow.sql');
  await writeFile(file, slow);
  await using client = await connect(database.url);
  // As a server that is not ours has it.
  await client.query(
    `ALTER DATABASE ${database.connection.database} SET client_connection_check_interval = 0`,
  );
  const asleep = async () => {
    const { rows } = await client.query(
      "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
    );
    return rows[0].n;
  };
  const upgrader = startUpgrader(database.url, { folder: migrations.folder });
  await expect.poll(asleep).toBe(1);
  upgrader.process.kill('SIGKILL');
  await upgrader.ended;
  await expect.poll(asleep).toBe(0);
  expect((await client.query("SELECT to_regclass('slow') AS found")).rows).toEqual([{ found: null }]);
  await rm(file);
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  expect(await schema.current()).toMatchObject({ revision: head, pending: [], drift: [] });
});

test('a revision edited after it was applied is named, and stops an upgrade but not a downgrade', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  const [name] = (await readdir(migrations.folder)).filter((file) => file.startsWith('0003'));
  await appendFile(path.join(migrations.folder, name ?? ''), '-- a late thought\n');
  expect(await schema.current()).toMatchObject({ edited: ['0003'], revision: head });
  const entry = (await schema.history()).revisions.find(({ revision }) => revision === '0003');
  expect(entry).toMatchObject({ edited: true, name: '0003_workflows' });
  const error = await errorOf(schema.upgrade());
  expect(error).toMatchObject({ code: 'SCHEMA_REVISION_EDITED', place: { file: '0003_workflows.sql' } });
  expect((await schema.downgrade('0002')).revision).toBe('0002');
  expect((await schema.upgrade()).edited).toEqual([]);
});

test('line ends of another system are no edit', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  const { readFile } = await import('node:fs/promises');
  for (const name of await readdir(migrations.folder)) {
    const file = path.join(migrations.folder, name);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'));
  }
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  expect((await schema.upgrade()).edited).toEqual([]);
});

test('what was changed by hand in the database is named', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  await client.query(`
    DROP INDEX idx_workflows_status; ALTER TABLE workflows ADD COLUMN colour text;
    ALTER TABLE datasets ALTER COLUMN status DROP DEFAULT; ALTER TABLE projects DISABLE TRIGGER projects_touch;
    CREATE TABLE unrelated (id int)`);
  const { drift } = await new SchemaService({ databaseUrl: database.url }).current();
  expect(drift).toEqual([
    'The column datasets.status was changed by hand.',
    'The column workflows.colour was added by hand.',
    'The index workflows.idx_workflows_status is missing.',
    'The trigger projects.projects_touch was changed by hand.',
  ]);
});

test('new months are no drift', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  await client.query("SELECT ensure_metrics_partitions('2031-01-01', '2031-03-01')");
  expect((await new SchemaService({ databaseUrl: database.url }).current()).drift).toEqual([]);
});

test('a database with revisions that this program lacks is left alone', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  const newest = (await readdir(migrations.folder)).sort().at(-1) ?? '';
  await rm(path.join(migrations.folder, newest));
  const older = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  const before = await everythingIn(database.url);
  expect(await errorOf(older.upgrade())).toMatchObject({ code: 'SCHEMA_AHEAD' });
  expect(await errorOf(older.downgrade('base'))).toMatchObject({ code: 'SCHEMA_AHEAD' });
  expect(await older.current()).toMatchObject({ revision: head });
  expect((await older.history()).revisions.at(-1)).toMatchObject({ revision: head, checksum: null });
  expect(await everythingIn(database.url)).toEqual(before);
});

test('a database with a revision that came before one it lacks is left alone', async () => {
  await using database = await createTestDatabase();
  const schema = new SchemaService({ databaseUrl: database.url });
  {
    await using client = await connect(database.url);
    await client.query("DELETE FROM trainyard_migrations WHERE name LIKE '0003%'");
  }
  const before = await everythingIn(database.url);
  expect(await errorOf(schema.upgrade())).toMatchObject({ code: 'SCHEMA_OUT_OF_ORDER' });
  expect(await errorOf(schema.downgrade('base'))).toMatchObject({ code: 'SCHEMA_OUT_OF_ORDER' });
  expect(await everythingIn(database.url)).toEqual(before);
});

test('targets: a number, a name, steps; what is none is said', async () => {
  await using database = await createTestDatabase('empty');
  const schema = new SchemaService({ databaseUrl: database.url });
  expect((await schema.upgrade('3')).revision).toBe('0003');
  expect((await schema.upgrade('0004_metrics')).revision).toBe('0004');
  expect((await schema.upgrade('+2')).revision).toBe('0006');
  expect((await schema.downgrade('-2')).revision).toBe('0004');
  expect((await schema.downgrade('0002')).revision).toBe('0002');
  expect((await schema.upgrade('0002')).done).toEqual([]);
  for (const target of ['', '0', '99999', 'tail', '+99', '-99', '0003; DROP TABLE users']) {
    expect(await errorOf(schema.upgrade(target)), target).toMatchObject({ code: 'REVISION_UNKNOWN' });
  }
  expect(await errorOf(schema.upgrade('0001'))).toMatchObject({ code: 'REVISION_BEHIND' });
  expect(await errorOf(schema.downgrade('0003'))).toMatchObject({ code: 'REVISION_AHEAD' });
  expect(await schema.current()).toMatchObject({ revision: '0002' });
  expect((await schema.downgrade('base')).revision).toBeNull();
  expect((await schema.downgrade('base')).done).toEqual([]);
});

test('a new revision is a numbered file with an up and a down, and counts as pending', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  const made = await schema.revision('  Add  colours to Runs! ', { isEmpty: true });
  const number = String(Number(head) + 1).padStart(4, '0');
  expect(made).toEqual({
    revision: number,
    path: path.join(migrations.folder, `${number}_add_colours_to_runs.sql`),
    statements: 0,
  });
  expect(await schema.current()).toMatchObject({ head: number, pending: [number], revision: head });
  expect((await schema.upgrade()).revision).toBe(number);
  expect((await schema.downgrade()).revision).toBe(head);
  expect(await errorOf(schema.revision('색깔', { isEmpty: true }))).toMatchObject({
    code: 'REVISION_MESSAGE_INVALID',
  });
});

test('a revision is written over no other file, and into no folder that is not there', async () => {
  await using migrations = await copyMigrations();
  const { folder } = migrations;
  const file = await createMigration(folder, '9000_mine', 'SELECT 1;');
  expect(await errorOf(createMigration(folder, '9000_mine', 'SELECT 2;'))).toMatchObject({
    code: 'REVISION_NOT_WRITTEN',
    place: { file },
  });
  expect(await readFile(file, 'utf8')).toBe('SELECT 1;');
  expect(await errorOf(createMigration(path.join(folder, 'nowhere'), '9001_other', ''))).toMatchObject({
    code: 'REVISION_NOT_WRITTEN',
  });
});

test('a revision without a way back is refused', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  await writeFile(path.join(migrations.folder, '9000_one_way.sql'), '-- Up Migration\nSELECT 1;\n');
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  expect(await errorOf(schema.upgrade())).toMatchObject({ code: 'REVISION_FILES_INVALID' });
});

test('the migrations run in any session’s search path and time zone', async () => {
  await using database = await createTestDatabase('empty');
  await using client = await connect(database.url);
  await client.query('CREATE SCHEMA admin');
  await client.query(`ALTER DATABASE ${database.connection.database} SET search_path = admin, public`);
  await client.query(`ALTER DATABASE ${database.connection.database} SET timezone = 'Pacific/Auckland'`);
  expect((await new SchemaService({ databaseUrl: database.url }).upgrade()).revision).toBe(head);
  expect(
    (await client.query("SELECT count(*) AS n FROM pg_class WHERE relnamespace = 'admin'::regnamespace"))
      .rows,
  ).toEqual([{ n: 0 }]);
  const { stdout } = await promisify(execFile)(process.execPath, [
    path.join(import.meta.dirname, 'upgrader.ts'),
    database.url,
  ]);
  expect(stdout.trim()).toBe('[]');
});
