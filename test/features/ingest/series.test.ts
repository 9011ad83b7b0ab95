import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RollupShape } from '../../../src/main/features/metrics/rollups.ts';
import type { Series } from '../../../src/shared/contract/run-readings.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { eventLine, Workshop } from './support/workshop.ts';

/** Small, so that every level and every end of one is met. */
const shape: RollupShape = { exactPoints: 64, baseWidth: 4, factor: 2, levels: 4, mostNames: 512 };

let database: TestDatabase;
let workshop: Workshop;
beforeAll(async () => {
  database = await createTestDatabase();
  workshop = new Workshop(database.url, { shape });
});
afterAll(async () => {
  await workshop[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

interface Point {
  readonly step: number;
  readonly value: number;
}

/** A metric that comes with every step, and one with every third. */
async function write(count: number): Promise<{ runId: string; dense: Point[]; rare: Point[] }> {
  const attempt = await workshop.attempt();
  const dense: Point[] = [];
  const rare: Point[] = [];
  const lines: string[] = [];
  for (let step = 1; step <= count; step += 1) {
    const value = Math.sin(step * 12.9898) * 100;
    const values: Record<string, number | string> = { dense: step % 11 === 5 ? 'NaN' : value };
    dense.push({ step, value: step % 11 === 5 ? Number.NaN : value });
    if (step % 3 === 0) {
      values.rare = value / 7;
      rare.push({ step, value: value / 7 });
    }
    lines.push(eventLine(step, 'metric', { epoch: Math.ceil(step / 10), step, values }));
  }
  await workshop.append(attempt, 'events.jsonl', lines.join(''));
  await workshop.ingestion.drain(attempt);
  return { runId: attempt.runId, dense, rare };
}

/** Each bucket against the points that it says it holds. */
function expectExact(series: Series, points: readonly Point[], maxPoints: number): void {
  const buckets = series.step.length;
  expect(buckets).toBeLessThanOrEqual(maxPoints);
  expect(
    [series.epoch, series.min, series.max, series.mean, series.count].map(({ length }) => length),
  ).toEqual(Array.from({ length: 5 }, () => buckets));
  let at = points.findIndex(({ step }) => step === series.step[0]) + 1 - (series.count[0] ?? 0);
  expect(at).toBeGreaterThanOrEqual(0);
  for (let index = 0; index < buckets; index += 1) {
    const of = points.slice(at, at + (series.count[index] ?? 0));
    at += of.length;
    expect(series.count[index]).toBeLessThanOrEqual(series.width);
    expect(series.step[index]).toBe(of.at(-1)?.step);
    expect(series.epoch[index]).toBe(Math.ceil((of.at(-1)?.step ?? 0) / 10));
    const finite = of.map(({ value }) => value).filter(Number.isFinite);
    expect(series.min[index]).toBe(finite.length === 0 ? null : Math.min(...finite));
    expect(series.max[index]).toBe(finite.length === 0 ? null : Math.max(...finite));
    const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
    if (finite.length === 0) expect(series.mean[index]).toBeNull();
    else expect(series.mean[index]).toBeCloseTo(mean, 9);
  }
  expect(series.total).toBe(points.length);
  expect(series.nonFinite).toBe(points.filter(({ value }) => !Number.isFinite(value)).length);
}

test('lines of any length are exact up to the newest point, with no more buckets than asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 900 }),
      fc.integer({ min: 16, max: 100 }),
      async (count, maxPoints) => {
        const { runId, dense, rare } = await write(count);
        const { series, cursor } = await workshop.series.read({
          runId,
          names: null,
          maxPoints,
          window: null,
        });
        expect(cursor).toBe(count);
        expect(series.map(({ name }) => name)).toEqual(rare.length > 0 ? ['dense', 'rare'] : ['dense']);
        for (const one of series) {
          const points = one.name === 'dense' ? dense : rare;
          expectExact(one, points, maxPoints);
          expect(one.count.reduce((sum, size) => sum + size, 0)).toBe(points.length);
          expect(one.step.at(-1)).toBe(points.at(-1)?.step);
          if (points.length <= Math.min(maxPoints, shape.exactPoints)) expect(one.width).toBe(1);
        }
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
}, 120_000);

test('a window is finer than the whole, down to the points, and holds all that lies in it', async () => {
  const { runId, dense, rare } = await write(1500);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: -5, max: 1520 }),
      fc.integer({ min: 0, max: 1500 }),
      fc.integer({ min: 16, max: 200 }),
      async (fromStep, size, maxPoints) => {
        const window = { fromStep, toStep: fromStep + size };
        const { series } = await workshop.series.read({ runId, names: null, maxPoints, window });
        for (const one of series) {
          const points = one.name === 'dense' ? dense : rare;
          const inside = points.filter(({ step }) => step >= window.fromStep && step <= window.toStep);
          if (inside.length === 0) continue;
          // A bucket may reach over the window's ends; one level of it may take the place of two at the end.
          expectExact(one, points, maxPoints + shape.levels + 2);
          const first = inside[0]?.step ?? 0;
          const last = inside.at(-1)?.step ?? 0;
          expect(one.step[0]).toBeGreaterThanOrEqual(first);
          expect(one.step.at(-1)).toBeGreaterThanOrEqual(last);
          const covered = one.count.reduce((sum, number) => sum + number, 0);
          expect(covered).toBeGreaterThanOrEqual(inside.length);
          if (inside.length <= 8) {
            expect(one.width).toBe(1);
            expect(one.step).toEqual(inside.map(({ step }) => step));
          }
        }
      },
    ),
    { numRuns: 120, endOnFailure: true },
  );
}, 120_000);

test('names are chosen, attempts are lines of their own, and a run without points has none', async () => {
  const { runId } = await write(30);
  await workshop.pool.query(`UPDATE workflow_runs SET status = 'failed' WHERE workflow_id = $1`, [runId]);
  const second = await workshop.nextAttempt(runId, 2);
  const read = (names: string[] | null) =>
    workshop.series.read({ runId, names, maxPoints: 100, window: null });
  await workshop.append(
    second,
    'events.jsonl',
    eventLine(1, 'metric', { epoch: 1, step: 31, values: { dense: 5, other: 1e308 } }),
  );
  await workshop.ingestion.drain(second);
  expect(
    (await read(['dense', 'nobody'])).series.map(({ name, attempt, total }) => [name, attempt, total]),
  ).toEqual([
    ['dense', 1, 30],
    ['dense', 2, 1],
  ]);
  const empty = await workshop.attempt();
  expect(
    await workshop.series.read({ runId: empty.runId, names: null, maxPoints: 100, window: null }),
  ).toEqual({ series: [], cursor: 0 });
});

test('a sum beyond the largest double leaves a mean without a value, and minimum and maximum as they are', async () => {
  const attempt = await workshop.attempt();
  const lines = Array.from({ length: 100 }, (_, index) =>
    eventLine(index + 1, 'metric', { epoch: 1, step: index, values: { big: 1.5e308 } }),
  );
  await workshop.append(attempt, 'events.jsonl', lines.join(''));
  await workshop.ingestion.drain(attempt);
  const { series } = await workshop.series.read({
    runId: attempt.runId,
    names: null,
    maxPoints: 16,
    window: null,
  });
  expect(series[0]?.max).toEqual(series[0]?.max.map(() => 1.5e308));
  expect(series[0]?.mean).toEqual(series[0]?.mean.map(() => null));
});
