import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checksumsTable, migrationsTable } from '../../../src/main/postgres/schema/bookkeeping.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { inLanguage } from '../../../src/shared/errors/catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { connect, readEverything } from './catalog.ts';
import { copyMigrations, errorOf } from './support.ts';

let database: TestDatabase;
let migrations: Awaited<ReturnType<typeof copyMigrations>>;
let schema: SchemaService;

beforeAll(async () => {
  database = await createTestDatabase();
  migrations = await copyMigrations();
  schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
});
afterAll(async () => {
  await migrations[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** The newest revision, which does what it is given. */
const revise = (up: string) =>
  writeFile(
    path.join(migrations.folder, '9000_last.sql'),
    `-- Up Migration\n\n${up}\n\n-- Down Migration\n\nDROP TABLE made;\n`,
  );

async function everything(): Promise<string[]> {
  await using client = await connect(database.url);
  return await readEverything(client);
}

test('a statement that takes longer than it may ends the upgrade with nothing changed, and is named by its revision', async () => {
  const before = await everything();
  await revise('CREATE TABLE made (id int); SELECT pg_sleep(60);');
  const error = await errorOf(schema.upgrade('head', { statementTimeout: '1s' }));
  expect(error).toMatchObject({ code: 'SCHEMA_TIMEOUT', parameters: { revision: '9000', limit: '1s' } });
  expect(error.message).toBe(
    'A statement of the revision 9000 was ended: it took longer than 1s, or somebody cancelled it',
  );
  expect(await everything()).toEqual(before);
});

test('limits that a server sets for its users are none of a migration’s', async () => {
  await using client = await connect(database.url);
  const { database: name } = database.connection;
  const { rows } = await client.query<{ name: string }>(
    "SELECT name FROM pg_settings WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')",
  );
  for (const one of rows) await client.query(`ALTER DATABASE ${name} SET ${one.name} = '300ms'`);
  await revise('SELECT pg_sleep(0.5); CREATE TABLE made (id int);');
  expect((await schema.upgrade()).done).toEqual(['9000']);
  expect((await schema.downgrade()).done).toEqual(['9000']);
  for (const one of rows) await client.query(`ALTER DATABASE ${name} RESET ${one.name}`);
});

test('a table that somebody uses is waited for, and then the error names them', async () => {
  const before = await everything();
  await using user = await connect(database.url);
  await using other = await connect(database.url);
  await other.query("SET application_name = 'another'; BEGIN; SELECT count(*) FROM projects");
  await user.query("SET application_name = 'a notebook'; BEGIN; SELECT count(*) FROM workflows");
  const { rows } = await user.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await revise(
    "SET LOCAL lock_timeout = '2500ms'; CREATE TABLE made (id int); ALTER TABLE workflows ADD COLUMN x int;",
  );
  const error = await errorOf(schema.upgrade());
  expect(error).toMatchObject({ code: 'SCHEMA_LOCKED', parameters: { revision: '9000' } });
  expect(error.message).toContain(`(a notebook, process ${rows[0]?.pid})`);
  expect(inLanguage(error.record, 'ko').message).toContain(`(a notebook, 프로세스 ${rows[0]?.pid})`);
  expect(error.message).not.toContain('another,');
  await user.query('ROLLBACK');
  expect(await everything()).toEqual(before);
});

test('another migrator that is not done in time is named, whichever limit ended the waiting', async () => {
  const before = await everything();
  await revise('CREATE TABLE made (id int);');
  await using other = await connect(database.url);
  await other.query(
    "SET application_name = 'another upgrade'; BEGIN; SELECT pg_advisory_xact_lock(7241865325823964)",
  );
  const error = await errorOf(schema.upgrade('head', { statementTimeout: '2s' }));
  expect(error.code).toBe('SCHEMA_MIGRATING');
  expect(error.message).toMatch(/\(another upgrade, process \d+\)$/);
  await other.query('ROLLBACK');
  expect(await everything()).toEqual(before);
});

test('an upgrade that waited for another one goes by what that one left', async () => {
  await using empty = await createTestDatabase('empty');
  const other = new SchemaService({ databaseUrl: empty.url });
  const { revisions } = await other.history();
  await using client = await connect(empty.url);
  await client.query('BEGIN; SELECT pg_advisory_xact_lock(7241865325823964)');
  const waiting = other.upgrade();
  const isWaiting = async () =>
    (await client.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).rowCount;
  await expect.poll(isWaiting).toBe(1);
  await client.query(`CREATE TABLE ${migrationsTable} (id serial PRIMARY KEY, name text, run_on timestamp);
    CREATE TABLE ${checksumsTable} (name text PRIMARY KEY, sha256 text, major integer, structure jsonb)`);
  for (const { name, checksum } of revisions) {
    await client.query(`INSERT INTO ${migrationsTable} (name, run_on) VALUES ($1, now())`, [name]);
    await client.query(`INSERT INTO ${checksumsTable} (name, sha256) VALUES ($1, $2)`, [name, checksum]);
  }
  await client.query('COMMIT');
  expect((await waiting).done).toEqual([]);
});
