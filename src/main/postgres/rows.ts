import type { Compilable } from 'kysely';
import type pg from 'pg';

/** Runs a query where it is told to: on the pool, or in a transaction's connection. */
export async function rowsOf<Row extends object>(
  where: pg.Pool | pg.PoolClient,
  query: Compilable<Row>,
): Promise<Row[]> {
  const { sql, parameters } = query.compile();
  return (await where.query<Row>(sql, [...parameters])).rows;
}
