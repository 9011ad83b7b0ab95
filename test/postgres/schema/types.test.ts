import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createDatabase } from '../../../src/main/postgres/database.ts';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { connect, readTables } from './catalog.ts';

const source = ['database.ts', 'tables.ts', 'run-tables.ts']
  .map((name) => readFileSync(path.resolve(import.meta.dirname, '../../../src/main/postgres', name), 'utf8'))
  .join('\n');

/** The names that an interface declares. */
function fieldsOf(interfaceName: string): Map<string, string> {
  const body =
    new RegExp(`export interface ${interfaceName} \\{\\n([\\s\\S]*?)\\n\\}`).exec(source)?.[1] ?? '';
  return new Map(
    [...body.matchAll(/^ {2}(\w+): ([^;]+);/gm)].map(([, name = '', type = '']) => [name, type]),
  );
}

test('the typed tables have the columns that the migrations make', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  const tables = await readTables(client);
  const bookkeeping = ['trainyard_migrations', 'trainyard_checksums'];
  const typed = fieldsOf('Database');
  expect([...typed.keys()].sort()).toEqual(
    [...tables.keys()].filter((name) => !bookkeeping.includes(name)).sort(),
  );
  for (const [table, interfaceName] of typed) {
    const columns = tables.get(table)?.columns.map(({ name }) => name) ?? [];
    expect([...fieldsOf(interfaceName).keys()].sort(), table).toEqual(columns.sort());
  }
});

test('values arrive as their types say, whatever the server’s defaults are', async () => {
  await using server = await createTestDatabase();
  {
    await using client = await connect(server.url);
    await client.query(`ALTER DATABASE ${server.connection.database} SET timezone = 'Pacific/Auckland'`);
  }
  const pool = createPool(server.connection);
  try {
    const database = createDatabase(pool);
    const { rows } = await sql<Record<string, unknown>>`
      SELECT 9007199254740991::bigint AS big, '{1,NULL,3}'::bigint[] AS bigs, '{}'::bigint[] AS none, 0.432198::numeric(10,6) AS exact,
        'NaN'::numeric AS nan, '{0.5,NULL}'::numeric[] AS numerics, '2026-11-23T12:00:00.123Z'::timestamptz AS moment,
        '2026-11-23 12:00:00'::timestamp AS bare, current_setting('TimeZone') AS zone, '{"a": [1]}'::jsonb AS json,
        '1e-7'::float8 AS tiny, ARRAY['a','b'] AS texts, count(*) AS count, now()::date IS NOT NULL AS yes`.execute(
      database,
    );
    expect(rows[0]).toEqual({
      big: 9_007_199_254_740_991,
      bigs: [1, null, 3],
      none: [],
      exact: 0.432198,
      nan: Number.NaN,
      numerics: [0.5, null],
      moment: new Date('2026-11-23T12:00:00.123Z'),
      bare: new Date('2026-11-23T12:00:00Z'),
      zone: 'UTC',
      json: { a: [1] },
      tiny: 1e-7,
      texts: ['a', 'b'],
      count: 1,
      yes: true,
    });
    await expect(pool.query('SELECT 9007199254740993::bigint')).rejects.toThrow(/9007199254740993/);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  } finally {
    await pool.end();
  }
});

test('a URL with options of its own keeps them, and ours', async () => {
  await using server = await createTestDatabase('empty');
  const pool = createPool({ url: `${server.url}?options=-c%20statement_timeout%3D4321` });
  try {
    const { rows } = await pool.query(
      "SELECT current_setting('TimeZone') AS zone, current_setting('statement_timeout') AS timeout, current_setting('search_path') AS path",
    );
    expect(rows).toEqual([{ zone: 'UTC', timeout: '4321ms', path: 'public' }]);
  } finally {
    await pool.end();
  }
});

test('an idle connection that breaks is told, and the next query connects anew', async () => {
  await using server = await createTestDatabase('empty');
  const broken: string[] = [];
  const pool = createPool(server.connection, { max: 2, onIdleError: (error) => broken.push(error.message) });
  try {
    const { rows } = await pool.query('SELECT pg_backend_pid() AS pid');
    await using other = await connect(server.url);
    await other.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
    await expect.poll(() => broken.length).toBe(1);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  } finally {
    await pool.end();
  }
});
