import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MetricNames } from '../../../src/main/features/metrics/point-rows.ts';
import {
  type Bucket,
  bucketWidth,
  openLines,
  type RollupShape,
  type RollupState,
  Rollups,
  type TakeBucket,
} from '../../../src/main/features/metrics/rollups.ts';

const small: RollupShape = { exactPoints: 20, baseWidth: 4, factor: 2, levels: 3, mostNames: 3 };

interface Point {
  readonly name: string;
  readonly value: number;
}

/** Without -0: as a minimum or maximum it is 0. */
const numbers = fc
  .oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e308, 0))
  .map((value) => value + 0);
const points = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), value: numbers }), {
  maxLength: 150,
  size: 'max',
});

/** All points of a name as one bucket. */
function bruteForce(all: readonly (Point & { step: number })[]): Omit<Bucket, 'sum'> | null {
  const [first] = all;
  const last = all.at(-1);
  if (!first || !last) return null;
  const finite = all.map(({ value }) => value).filter(Number.isFinite);
  return {
    count: finite.length,
    nonFinite: all.length - finite.length,
    min: finite.length === 0 ? Number.NaN : finite.reduce((one, other) => Math.min(one, other)),
    max: finite.length === 0 ? Number.NaN : finite.reduce((one, other) => Math.max(one, other)),
    firstStep: first.step,
    lastStep: last.step,
    firstSeq: first.step * 2,
    lastSeq: last.step * 2,
    firstEpoch: first.step + 7,
    lastEpoch: last.step + 7,
  };
}

test('whole buckets and open ones hold exactly what brute force finds, whatever stops come in between', () => {
  fc.assert(
    fc.property(points, fc.array(fc.nat(150), { maxLength: 4 }), (given, stops) => {
      const whole: { name: string; level: number; index: number; bucket: Bucket; exact: number[] | null }[] =
        [];
      const take: TakeBucket = (name, level, index, bucket, exact) =>
        whole.push({ name, level, index, bucket: { ...bucket }, exact: exact && [...exact] });
      let state: RollupState = [];
      let rollups = new Rollups(small, state);
      let names = new MetricNames();
      for (const [step, { name, value }] of given.entries()) {
        if (stops.includes(step)) {
          // A restart: nothing is left but the state, through JSON.
          state = JSON.parse(JSON.stringify(rollups.state())) as RollupState;
          rollups = new Rollups(small, state);
          names = new MetricNames(state.map(([known]) => known));
        }
        const metric = names.get(name);
        rollups.add(metric, value, step, step + 7, step * 2, take);
      }
      const seen = [...new Set(given.map(({ name }) => name))];
      const lines = openLines(rollups.state());
      expect(lines.map(({ name }) => name)).toEqual(seen.slice(0, small.mostNames));
      for (const line of lines) {
        const all = given.map((point, step) => ({ ...point, step })).filter(({ name }) => name === line.name);
        expect(line.total).toBe(all.length);
        const isExact = all.length < small.exactPoints;
        const behind = all.slice(all.length - (all.length % small.baseWidth));
        expect(line.exact).toEqual(
          isExact ? behind.flatMap(({ step, value }) => [step, step + 7, value]) : [],
        );
        expect(line.nonFinite).toBe(all.filter(({ value }) => !Number.isFinite(value)).length);
        for (let level = 0; level <= small.levels; level += 1) {
          const width = bucketWidth(small, level);
          const buckets = whole.filter((one) => one.name === line.name && one.level === level);
          const expected = level === 0 ? 1 : Math.floor(all.length / width);
          expect(buckets.map(({ index }) => index)).toEqual(
            Array.from({ length: expected }, (_, index) => index),
          );
          for (const { index, bucket, exact: held } of buckets) {
            const { sum, ...rest } = bucket;
            const of = all.slice(index * width, (index + 1) * width);
            const holds = level === 1 && (index + 1) * width <= small.exactPoints;
            expect(held).toEqual(holds ? of.flatMap(({ step, value }) => [step, step + 7, value]) : null);
            expect(rest).toEqual(bruteForce(of));
            const exact = of.reduce((one, { value }) => one + (Number.isFinite(value) ? value : 0), 0);
            const size = of.reduce(
              (one, { value }) => one + (Number.isFinite(value) ? Math.abs(value) : 0),
              0,
            );
            if (Number.isFinite(size))
              expect(Math.abs(sum - exact)).toBeLessThanOrEqual(size * 1e-15 * width);
          }
          // What is behind the last whole bucket stands in the open ones of this level and the finer ones.
          if (level === 0) continue;
          let at = expected * width;
          for (const { bucket } of line.open.filter((open) => open.level <= level)) {
            const { sum: _, ...rest } = bucket;
            const size = bucket.count + bucket.nonFinite;
            expect(rest).toEqual(bruteForce(all.slice(at, at + size)));
            at += size;
          }
          expect(at).toBe(all.length);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('the last value of each name is at hand', () => {
  const rollups = new Rollups(small);
  const names = new MetricNames();
  const take = () => undefined;
  for (const [step, value] of [1, Number.NaN, -0].entries())
    rollups.add(names.get('a'), value, step, 1, step, take);
  rollups.add(names.get('b'), Number.POSITIVE_INFINITY, 4, 1, 4, take);
  expect({ ...new Rollups(small, rollups.state()).latest() }).toEqual({ a: '-0', b: 'Infinity' });
});
