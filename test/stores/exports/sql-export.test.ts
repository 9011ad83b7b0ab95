import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { plainTarget } from '../../../src/main/cli/backup/plain-target.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { exportSql } from '../../../src/main/stores/exports/sql-export.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { runSqlFile, withoutPsql } from '../../support/psql.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { connected, contentsOf, fill } from '../filled-database.ts';
import { openOn } from '../snapshots/support.ts';

const kept = ['documents', 'kv_entries', 'kv_queue', 'trainyard_migrations'];

async function exportTo(file: string, url: string, tables: readonly string[] | null = null) {
  const target = await plainTarget(file, false);
  return exportSql(
    { url },
    {
      ...{ tables, version: '1.2.3', onRows: () => undefined },
      write: (text) => target.write(text, new AbortController().signal),
    },
  );
}

/** A name that no catalogue of ours has, and values that a format of lines could break on. */
const oddTable = `"odd ""name"" \\.
COPY users (id) FROM stdin;"`;
async function fillOddly(url: string): Promise<void> {
  await connected(url, async (client) => {
    await client.query(
      `CREATE TYPE mood AS ENUM ('calm', 'it''s');
       CREATE DOMAIN above AS integer CHECK (value > 0);
       CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2 -- \\!';
       CREATE TABLE ${oddTable} ("a column" text, "\\x" mood DEFAULT 'it''s', n serial, d above DEFAULT 3,
         doubled integer GENERATED ALWAYS AS (twice(n)) STORED, own integer GENERATED ALWAYS AS IDENTITY);
       CREATE INDEX ON ${oddTable} (twice(n));
       CREATE VIEW seen AS SELECT * FROM workflows;`,
    );
    const values = [
      '\\.',
      '\\.\n\\.\r\n',
      'tab\tback\\slash\\N',
      '\\N',
      '',
      null,
      '한글 😀 \ufeff\u2028',
      ':x',
    ];
    // The last comes in many pieces.
    for (const value of [...values, '\\\t\nx'.repeat(500_000)])
      await client.query(`INSERT INTO ${oddTable} ("a column") VALUES ($1)`, [value]);
    await client.query("SELECT setval('kv_queue_position_seq', 41)");
  });
}

test.skipIf(withoutPsql)(
  'psql restores an export of everything into an empty database, with the same rows, and Trainyard opens it as its own',
  async () => {
    await using place = await temporaryFolder();
    await using source = await createTestDatabase();
    await using target = await createTestDatabase('empty');
    await fill(source.url);
    await fillOddly(source.url);
    const file = path.join(place.folder, 'all.sql');
    const { tables, leftOut } = await exportTo(file, source.url);
    expect(leftOut).toEqual([]);
    expect(tables.find(({ name }) => name === 'metrics')).toEqual({ name: 'metrics', rows: 8 });
    await runSqlFile(target.url, file);
    expect(await contentsOf(target.url, kept)).toEqual(await contentsOf(source.url, kept));
    const schema = new SchemaService({ databaseUrl: target.url });
    // What the server prints otherwise in a restored database is no change by hand.
    expect(await schema.current()).toMatchObject({ pending: [], edited: [], drift: [] });
    expect(await schema.check()).toMatchObject({ ok: true });
    await using stores = await openOn(target.url, place.folder, null);
    expect(await stores.documents.count('audit_logs')).toBe(0);
    await connected(target.url, async (client) => {
      const next = await client.query("SELECT nextval('kv_queue_position_seq')::int AS next");
      expect(next.rows).toEqual([{ next: 42 }]);
      // Triggers are there again, behind the rows.
      const { rows } = await client.query(
        'DELETE FROM workflows RETURNING (SELECT workflow_count FROM projects WHERE id = project_id) AS before',
      );
      expect(rows).toEqual([{ before: 7 }, { before: 7 }]);
      const counts = await client.query('SELECT DISTINCT workflow_count AS count FROM projects');
      expect(counts.rows).toEqual([{ count: 6 }]);
    });
  },
);

test.skipIf(withoutPsql)(
  'psql restores one table alone into an empty database, without the keys that lead elsewhere',
  async () => {
    await using place = await temporaryFolder();
    await using source = await createTestDatabase();
    await fill(source.url);
    await fillOddly(source.url);
    const odd = JSON.parse(
      oddTable.replaceAll('""', '\\"').replaceAll('\\.', '\\\\.').replaceAll('\n', '\\n'),
    );
    for (const names of [['workflows'], ['metrics'], ['projects', 'workflows'], [odd]]) {
      await using target = await createTestDatabase('empty');
      const file = path.join(place.folder, `${names.length}${names[0]?.slice(0, 3)}.sql`);
      const { leftOut } = await exportTo(file, source.url, names);
      await runSqlFile(target.url, file);
      const [wanted, found] = [await contentsOf(source.url), await contentsOf(target.url)];
      expect(Object.keys(found).sort()).toEqual([...names].sort());
      for (const name of names) expect(found[name]).toEqual(wanted[name]);
      const keys = leftOut.filter((one) => one.includes('FOREIGN KEY')).map((one) => one.split(' ')[5]);
      if (names.join() === 'workflows')
        expect(keys).toEqual(['workflows_project_id_fkey', 'workflows_user_id_fkey']);
      if (names.length === 2) expect(keys).toEqual(['projects_user_id_fkey', 'workflows_user_id_fkey']);
    }
    await expect(
      exportTo(path.join(place.folder, 'none.sql'), source.url, ['nothing']),
    ).rejects.toMatchObject({
      code: 'EXPORT_TABLE_UNKNOWN',
    });
    expect(await readdir(place.folder)).not.toContain('none.sql');
  },
);

test('an export takes the place of no file, and is the same packed', async () => {
  await using place = await temporaryFolder();
  await using source = await createTestDatabase();
  const [plain, packed] = [path.join(place.folder, 'a.sql'), path.join(place.folder, 'a.sql.zst')];
  await writeFile(plain, 'mine');
  await expect(exportTo(plain, source.url)).rejects.toMatchObject({ code: 'EXPORT_FILE_TAKEN' });
  expect(await readFile(plain, 'utf8')).toBe('mine');
  await exportTo(packed, source.url, ['users']);
  const text = zstdDecompressSync(await readFile(packed)).toString();
  expect(text).toContain('\nCOPY users (id, email,');
  expect(text.endsWith('\n-- The export is complete.\n')).toBe(true);
});

test('a kill while an export is written leaves no file of its name, and the next export removes the rest', async () => {
  await using place = await temporaryFolder();
  await using source = await createTestDatabase();
  const file = path.join(place.folder, 'a.sql');
  const worker = spawn(process.execPath, [
    fileURLToPath(new URL('./export-worker.ts', import.meta.url)),
    file,
  ]);
  await once(worker.stdout, 'data');
  worker.kill('SIGKILL');
  await once(worker, 'close');
  expect(await readdir(place.folder)).toEqual([expect.stringMatching(/^a\.sql\.partial-/)]);
  await exportTo(file, source.url, ['users']);
  expect(await readdir(place.folder)).toEqual(['a.sql']);
});

test.skipIf(withoutSmallDisks)(
  'a full disk ends an export with its code, and nothing of it is left',
  async () => {
    await using disk = await SmallDisk.make('2m');
    await using source = await createTestDatabase();
    await connected(source.url, (client) =>
      client.query(
        `INSERT INTO kv_entries SELECT n::text, to_jsonb(repeat(md5(n::text), 100)) FROM generate_series(1, 2000) AS n`,
      ),
    );
    await expect(exportTo(path.join(disk.mount, 'a.sql'), source.url)).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    expect(await readdir(disk.mount)).toEqual([]);
  },
);
