import { expect, test } from 'vitest';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { connect } from './catalog.ts';

test('values arrive as their types say, whatever the server’s defaults are', async () => {
  await using server = await createTestDatabase();
  {
    await using client = await connect(server.url);
    await client.query(`ALTER DATABASE ${server.connection.database} SET timezone = 'Pacific/Auckland'`);
  }
  const pool = createPool(server.connection);
  try {
    const { rows } = await pool.query<Record<string, unknown>>(`
      SELECT 9007199254740991::bigint AS big, '{1,NULL,3}'::bigint[] AS bigs, '{}'::bigint[] AS none, 0.432198::numeric(10,6) AS exact,
        'NaN'::numeric AS nan, '{0.5,NULL}'::numeric[] AS numerics, '2026-11-23T12:00:00.123Z'::timestamptz AS moment,
        '2026-11-23 12:00:00'::timestamp AS bare, current_setting('TimeZone') AS zone, '{"a": [1]}'::jsonb AS json,
        '1e-7'::float8 AS tiny, ARRAY['a','b'] AS texts, count(*) AS count, now()::date IS NOT NULL AS yes`);
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
