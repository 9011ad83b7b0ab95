import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  joinValues,
  MetricNames,
  metricColumns,
  scaledForColumn,
  splitValues,
} from '../../../src/main/features/metrics/point-rows.ts';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase('empty');
  pool = createPool({ url: database.url });
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

/** Values that tend to go wrong, and doubles of every size. */
const value = fc.oneof(
  fc.double(),
  fc.double({ min: -20_000, max: 20_000 }),
  fc.integer({ min: -20_000_000_000, max: 20_000_000_000 }).map((scaled) => scaled / 1e6),
  fc.integer({ min: -2_000_000, max: 2_000_000 }).map((scaled) => scaled / 1e7),
  fc.constantFrom(
    0,
    -0,
    1e-7,
    5e-7,
    4.9999999e-7,
    12345.5,
    9999.9999995,
    9999.9999994,
    999.995,
    999.994999,
    1e308,
    5e-324,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0.1234565,
    1.0000005,
    0.005,
    0.015,
    99_999_999.99,
    99_999_999.995,
    0.4321987,
    2 ** 53,
  ),
);

const name = fc.oneof(
  fc.constantFrom(...metricColumns.map((column) => column.name)),
  fc.stringMatching(/^[A-Za-z0-9_./@-]{1,12}$/),
);

test('values come back exactly as they were given', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 8 }),
      (given) => {
        const table = new MetricNames();
        const scaled = new Float64Array(metricColumns.length);
        const extra = splitValues(
          given.map(([key]) => table.get(key)),
          given.map(([, number]) => number),
          0,
          given.length,
          scaled,
        );
        const held = metricColumns.map(({ factor }, index) => {
          const number = scaled[index] as number;
          return Number.isNaN(number) ? null : number / factor;
        });
        const back = joinValues(held, extra === null ? null : JSON.parse(extra));
        expect(Object.entries(back).toSorted()).toEqual(
          given.map(([key, number]) => [key, Number.isFinite(number) ? number : String(number)]).toSorted(),
        );
      },
    ),
    { numRuns: 3000 },
  );
});

test('a column holds what PostgreSQL would make of the value, and nothing where it could not', async () => {
  const values = fc.sample(value, 3000);
  for (const column of metricColumns.filter(({ name: key }) =>
    ['train_loss', 'gpu_utilization', 'memory_usage_gb'].includes(key),
  )) {
    const precision = String(column.largest).length;
    const fitting = values.filter((number) => !Number.isNaN(scaledForColumn(number, column)));
    const { rows } = await pool.query<{ held: string }>(
      `SELECT trim_scale(given::numeric(${precision}, ${column.scale}) * ${column.factor})::text AS held
       FROM unnest($1::text[]) WITH ORDINALITY AS given (given, place) ORDER BY place`,
      [fitting.map(String)],
    );
    expect(rows.map(({ held }) => Number(held))).toEqual(
      fitting.map((number) => scaledForColumn(number, column) + 0),
    );
    // What was left out is too large, not finite, or no zero and would have become one.
    for (const number of values) {
      if (!Number.isNaN(scaledForColumn(number, column))) continue;
      const size = Math.abs(number) * column.factor;
      expect(!(size < column.largest + 0.5) || (number !== 0 && size < 0.5000001), String(number)).toBe(true);
    }
  }
});
