import { expect, test } from 'vitest';
import { migrationsFolder } from '../../../src/main/platform/paths.ts';
import { changesRows, isMarked } from '../../../src/main/postgres/schema/data-changes.ts';
import { readMigrations } from '../../../src/main/postgres/schema/migration-files.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { connect } from './catalog.ts';
import { copyMigrations } from './support.ts';

/** The last revision that was made before revisions had to say so. */
const unmarked = 140;

test.each([
  'UPDATE runs SET name = 1',
  'WITH old AS (SELECT 1) DELETE FROM runs',
  'INSERT INTO a SELECT * FROM b',
  'TRUNCATE runs',
  'DROP TABLE runs',
  'ALTER TABLE runs ADD COLUMN a int, DROP COLUMN b',
  'ALTER TABLE runs DROP b',
  'ALTER TABLE runs ALTER COLUMN a TYPE integer USING a::integer',
  'ALTER TABLE runs ALTER a SET DATA TYPE integer',
  'DO $$ BEGIN DELETE FROM runs; END $$',
  'SELECT move_everything()',
  "COMMENT ON TABLE runs IS 'it''s; old';\nDELETE FROM runs",
])('changes rows: %s', (sql) => {
  expect(changesRows(`-- Up Migration\n${sql};\n`)).toBe(true);
});

test.each([
  'CREATE TABLE runs (type text); CREATE INDEX ON runs (type)',
  'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM runs; RETURN NULL; END $$',
  'ALTER TABLE runs ADD COLUMN type text, DROP CONSTRAINT a, ALTER COLUMN b DROP NOT NULL',
  "COMMENT ON TABLE runs IS 'DROP TABLE; -- no'",
  '-- DELETE FROM runs;\n/* UPDATE runs; */ DROP INDEX a; DROP FUNCTION f(); DROP TRIGGER t ON runs',
])('changes no row: %s', (sql) => {
  expect(changesRows(`-- Up Migration\n${sql};\n`)).toBe(false);
});

test('a revision that changes data says so in the part that does', async () => {
  const files = (await readMigrations(migrationsFolder())).filter(
    ({ name }) => Number.parseInt(name, 10) > unmarked,
  );
  for (const { name, up, down } of files) {
    expect(isMarked(up) || !changesRows(up), `${name}, up: add the line "-- changes-data"`).toBe(true);
    expect(isMarked(down) || !changesRows(down), `${name}, down: add the line "-- changes-data"`).toBe(true);
  }
});

test('whoever keeps the data is called before it changes, and can forbid it; the line in a file is enough', async () => {
  await using database = await createTestDatabase();
  await using migrations = await copyMigrations();
  const schema = new SchemaService({ databaseUrl: database.url, folder: migrations.folder });
  await using client = await connect(database.url);
  await client.query('ALTER TABLE projects ADD COLUMN colour text');
  const { path } = await schema.revision('colours', { isEmpty: false });
  await client.query('ALTER TABLE projects DROP COLUMN colour');
  const calls: unknown[] = [];
  const ask = async (change: unknown) => calls.push(change);
  const { revision } = await schema.upgrade('head', { beforeDataChange: ask });
  expect(calls).toEqual([]);
  const refuse = () => Promise.reject(new Error('no room'));
  await expect(schema.downgrade('-1', { beforeDataChange: refuse })).rejects.toThrow('no room');
  expect((await schema.current()).revision).toBe(revision);
  await schema.downgrade('-1', { beforeDataChange: ask });
  expect(calls).toEqual([{ direction: 'down', from: revision, revisions: [revision] }]);
  const { readFile, writeFile } = await import('node:fs/promises');
  const text = await readFile(path, 'utf8');
  expect(text.match(/^-- changes-data$/gm)).toHaveLength(1);
  await writeFile(path, text.replace('-- Up Migration\n', '-- Up Migration\n\n-- changes-data\n'));
  await schema.upgrade('head', { beforeDataChange: ask });
  expect(calls.at(-1)).toMatchObject({ direction: 'up', revisions: [revision] });
});

test('an empty database has nothing to keep', async () => {
  await using database = await createTestDatabase('empty');
  const refuse = () => Promise.reject(new Error('asked'));
  await new SchemaService({ databaseUrl: database.url }).upgrade('head', { beforeDataChange: refuse });
});
