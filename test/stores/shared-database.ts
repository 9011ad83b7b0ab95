import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { createPool } from '../../src/main/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/**
 * One migrated database and one pool for all tests of a file: a database of each test's own would take longer than most tests.
 */
export function sharedDatabase(): {
  readonly url: () => string;
  readonly pool: () => pg.Pool;
  /** Empties a table; the pool to use it with. */
  readonly emptied: (table: 'documents' | 'kv_entries' | 'kv_queue') => Promise<pg.Pool>;
} {
  let database: TestDatabase | undefined;
  let pool: pg.Pool | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({ url: database.url });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.[Symbol.asyncDispose]();
  });
  const made = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the database is made before the first test');
    return value;
  };
  return {
    url: () => made(database).url,
    pool: () => made(pool),
    emptied: async (table) => {
      await made(pool).query(`DELETE FROM ${table}`);
      return made(pool);
    },
  };
}
