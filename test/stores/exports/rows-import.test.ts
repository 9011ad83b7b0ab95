import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { findCopyBlock } from '../../../src/main/stores/exports/copy-blocks.ts';
import { importRows } from '../../../src/main/stores/exports/rows-import.ts';
import { exportSql } from '../../../src/main/stores/exports/sql-export.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { connected, contentsOf, fill } from '../filled-database.ts';

async function exportedText(url: string): Promise<string> {
  let text = '';
  await exportSql(
    { url },
    {
      ...{ tables: null, version: '1.2.3', onRows: () => undefined },
      write: async (body) => {
        for await (const chunk of body) text += chunk.toString();
      },
    },
  );
  return text;
}

const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

async function everyRow(body: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of body) text += chunk.toString();
  return text;
}

test('rows of an exported table are added to another database, by the order of their foreign keys, and repeated nothing changes', async () => {
  await using place = await temporaryFolder();
  await using source = await createTestDatabase();
  await using target = await createTestDatabase();
  await fill(source.url);
  const file = path.join(place.folder, 'all.sql');
  await writeFile(file, await exportedText(source.url));
  const take = (table: string) => importRows(target.connection, { file, table, onConflict: 'fail' });
  const { problems, problemCount } = await take('workflows');
  const text = await readFile(file, 'utf8');
  const line = lineOf(text, '\nCOPY workflows (') + 2;
  expect(problemCount).toBe(2);
  expect(problems[0]).toMatchObject({
    code: 'IMPORT_REFERENCE_MISSING',
    parameters: { line, columns: 'project_id', other: 'projects' },
  });
  for (const table of ['datasets', 'projects', 'workflows', 'metrics', 'run_events', 'metric_rollups'])
    expect(await take(table)).toMatchObject({ problemCount: 0, present: 0, skipped: 0 });
  expect(await take('metrics')).toMatchObject({ added: 0, present: 8, problemCount: 0 });
  const [wanted, found] = [await contentsOf(source.url), await contentsOf(target.url)];
  for (const table of ['datasets', 'workflows', 'metrics', 'run_events', 'metric_rollups'])
    expect(found[table]).toEqual(wanted[table]);
  await connected(target.url, async (client) => {
    // The sequence goes on behind the numbers that came.
    const { rows } = await client.query("SELECT nextval('metrics_id_seq') > max(id) AS free FROM metrics");
    expect(rows).toEqual([{ free: true }]);
  });
});

test('a row that is there with other content is named with its line and key, and is left as it is where that is asked for', async () => {
  await using place = await temporaryFolder();
  await using source = await createTestDatabase();
  const add = (name: string, id: string = randomUUID()) =>
    connected(source.url, (client) =>
      client.query(
        "INSERT INTO run_templates (id, user_id, name, config) VALUES ($2, '00000000-0000-4000-8000-000000000001', $1, '{}')",
        [name, id],
      ),
    );
  const changed = randomUUID();
  await add('one', changed);
  await add('two\t\\.\n\\.');
  await add('three');
  const text = await exportedText(source.url);
  const file = path.join(place.folder, 'a.sql.gz');
  await writeFile(file, gzipSync(text));
  const url = source.url;
  const take = (onConflict: 'fail' | 'skip') =>
    importRows({ url }, { file, table: 'run_templates', onConflict });
  expect(await take('fail')).toMatchObject({ added: 0, present: 3, problemCount: 0 });
  await connected(url, async (client) => {
    await client.query("UPDATE run_templates SET name = 'other' WHERE id = $1", [changed]);
    await client.query("DELETE FROM run_templates WHERE name <> 'other'");
  });
  const before = await contentsOf(url);
  const refused = await take('fail');
  expect(refused.problems).toMatchObject([
    { code: 'IMPORT_ROW_DIFFERS', parameters: { line: lineOf(text, changed), key: changed } },
  ]);
  expect(await contentsOf(url)).toEqual(before);
  expect(await take('skip')).toMatchObject({ added: 2, skipped: 1, problemCount: 0 });
  // Another key that must be unique: the name is taken by a row with another id.
  await connected(url, (client) => client.query('DELETE FROM run_templates'));
  await add('THREE');
  const { problems } = await take('fail');
  const at = lineOf(text, '\tthree\t');
  expect(problems).toMatchObject([{ code: 'IMPORT_ROW_TAKEN', parameters: { line: at } }]);
  expect(problems[0]?.message).toContain('lower(name::text))=(00000000-0000-4000-8000-000000000001, three)');
  expect(await connected(url, (client) => client.query('SELECT name FROM run_templates'))).toMatchObject({
    rows: [{ name: 'THREE' }],
  });
  expect(await take('skip')).toMatchObject({ added: 2, skipped: 1, problemCount: 0 });
});

test('whatever a file holds, none of its SQL runs, and what is no row of the table is named with its line', async () => {
  await using place = await temporaryFolder();
  await using target = await createTestDatabase();
  const before = await contentsOf(target.url);
  const { url } = target;
  const file = path.join(place.folder, 'a.sql');
  const columns = 'id, user_id, name, config';
  const row = (name: string) => `${randomUUID()}\t00000000-0000-4000-8000-000000000001\t${name}\t{}\n`;
  const take = async (text: string, table = 'run_templates') => {
    await writeFile(file, text);
    return importRows({ url }, { file, table, onConflict: 'fail' });
  };
  const block = (rows: string, list = columns) => `COPY run_templates (${list}) FROM stdin;\n${rows}\\.\n`;
  for (const [text, code, line] of [
    ['DROP TABLE users;\n', 'IMPORT_TABLE_MISSING', undefined],
    [
      `SELECT $$\n${block(row('a'))}$$;\n/* /* */\n${block('')}*/\nSELECT E'\\'\n${block('')}';\n`,
      'IMPORT_TABLE_MISSING',
      undefined,
    ],
    [`${block('').slice(0, -3)}`, 'IMPORT_FILE_DAMAGED', 2],
    [block('x\ty\n'), 'IMPORT_ROW_INVALID', 2],
    [block(`${row('a')}x\ty\tz\t{}\n`), 'IMPORT_ROW_INVALID', 3],
    [block(row('a'), 'id, user_id, name, secret'), 'IMPORT_COLUMNS_DIFFER', undefined],
    [
      block(row('a'), `id, user_id, name, "config); DROP TABLE users; --"`),
      'IMPORT_COLUMNS_DIFFER',
      undefined,
    ],
    [block('\\N\n', 'name'), 'IMPORT_COLUMNS_DIFFER', undefined],
    [
      block(`${randomUUID()}\t00000000-0000-4000-8000-000000000001\t\\N\t{}\n`),
      'IMPORT_ROWS_REFUSED',
      undefined,
    ],
  ] as const)
    await expect(take(text), text).rejects.toMatchObject({ code, place: line ? { line } : {} });
  await expect(take('', 'trainyard_migrations')).rejects.toMatchObject({ code: 'EXPORT_TABLE_UNKNOWN' });
  await expect(take('', 'users; DROP TABLE users')).rejects.toMatchObject({ code: 'EXPORT_TABLE_UNKNOWN' });
  expect(await contentsOf(url)).toEqual(before);
  // As pg_dump writes it, with a statement before that would do harm.
  const dumped = `\\restrict x\nDROP TABLE users CASCADE;\nCOPY public.users (id) FROM stdin;\nx\n\\.\n`;
  const text = `${dumped}${block(row('a')).replace('COPY run', 'COPY public.run').replaceAll('\n', '\r\n')}`;
  expect(await take(text)).toMatchObject({ added: 1 });
});

test('rows are found however the bytes of the file come', async () => {
  const text = Buffer.from(
    'SELECT \'\n\';\nCOPY b (x) FROM stdin;\nCOPY a (x) FROM stdin;\n\\.\nCOPY a (x, "Y y") FROM stdin;\n1\t\\\\.\n\n\\.2\n\\.\nSELECT 1;\n',
  );
  for (const size of [1, 2, 3, 7, 1000]) {
    async function* chunks() {
      for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
    }
    const block = await findCopyBlock('a.sql', chunks(), 'a');
    expect(block).toMatchObject({ columns: ['x', 'Y y'], firstLine: 7 });
    expect(block && (await everyRow(block.rows))).toBe('7\t1\t\\\\.\n8\t\n9\t\\.2\n');
  }
});

test('a kill before an import of rows is committed leaves none of them', async () => {
  await using place = await temporaryFolder();
  await using source = await createTestDatabase();
  await using target = await createTestDatabase();
  await fill(source.url);
  const file = path.join(place.folder, 'all.sql');
  await writeFile(file, await exportedText(source.url));
  const before = await contentsOf(target.url);
  const program = fileURLToPath(new URL('./rows-worker.ts', import.meta.url));
  const killed = promisify(execFile)(process.execPath, [program, target.url, file, 'datasets'], {
    env: { ...process.env, TRAINYARD_FAILPOINT: 'import.rows.commit.before' },
  });
  await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
  expect(await contentsOf(target.url)).toEqual(before);
  const again = await importRows({ url: target.url }, { file, table: 'datasets', onConflict: 'fail' });
  expect(again).toMatchObject({ added: 2, problemCount: 0 });
});
