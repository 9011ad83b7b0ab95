import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimate } from '../../src/renderer/charts/chart-data.ts';
import { LineBuffer } from '../../src/renderer/charts/line-buffer.ts';

const value = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
);
const values = fc.array(value, { minLength: 1, maxLength: 600 });

function filled(points: readonly number[], capacity: number): LineBuffer {
  const buffer = new LineBuffer(capacity);
  for (const [index, point] of points.entries()) buffer.append(index + 1, point);
  return buffer;
}

function columns({ length, ...buffer }: LineBuffer) {
  const of = (name: 'step' | 'min' | 'max' | 'sum' | 'finite' | 'count') => [
    ...buffer[name].subarray(0, length),
  ];
  const all = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return {
    counted: all(of('count')),
    finite: all(of('finite')),
    min: Math.min(...of('min')),
    max: Math.max(...of('max')),
    sum: all(of('sum')),
    steps: of('step'),
  };
}

test('a line that is merged keeps every point in count, minimum, maximum and mean', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 4, max: 64 }), (points, capacity) => {
      const buffer = filled(points, capacity);
      const finite = points.filter(Number.isFinite);
      const held = columns(buffer);
      expect(buffer.length).toBeLessThanOrEqual(capacity);
      expect(held.counted).toBe(points.length);
      expect(buffer.total).toBe(points.length);
      expect(held.finite).toBe(finite.length);
      expect(buffer.nonFinite).toBe(points.length - finite.length);
      expect(held.min).toBe(Math.min(...finite));
      expect(held.max).toBe(Math.max(...finite));
      expect(held.sum).toBeCloseTo(
        finite.reduce((sum, point) => sum + point, 0),
        2,
      );
      expect(held.steps).toEqual([...held.steps].sort((a, b) => a - b));
      expect(held.steps.at(-1)).toBe(points.length);
    }),
  );
});

test('buckets from rollups and live points stand in one line', () => {
  const buffer = new LineBuffer(8);
  buffer.appendBucket({ step: 16, min: -3, max: 9, mean: 1, count: 16 });
  buffer.appendBucket({ step: 32, min: null, max: null, mean: null, count: 16 });
  for (let step = 33; step < 60; step += 1) buffer.append(step, 4);
  const held = columns(buffer);
  expect(held).toMatchObject({ counted: 59, finite: 43, min: -3, max: 9 });
});

test('what is ahead stands at the end until the line changes, and counts for nothing', () => {
  const buffer = filled([1, 2, 3, 4], 4);
  buffer.showAhead({ step: 5, min: 7, max: 9, mean: 8, finite: 2, count: 3 });
  buffer.showAhead({ step: 6, min: null, max: null, mean: null, count: 1 });
  expect(columns(buffer)).toMatchObject({
    counted: 8,
    finite: 6,
    max: 9,
    sum: 26,
    steps: [1, 2, 3, 4, 5, 6],
  });
  buffer.append(5, 5);
  expect(columns(buffer)).toMatchObject({ counted: 5, finite: 5, max: 5, sum: 15 });
  buffer.showAhead({ step: 6, min: 6, max: 6, mean: 6, count: 1 });
  buffer.dropAhead();
  expect(columns(buffer).steps.at(-1)).toBe(5);
  expect(buffer.total).toBe(5);
});

test('what is drawn has the extremes of all that is in view, at most one entry a pixel', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 2000 }),
      fc.integer({ min: 1, max: 300 }),
      (points, pixels) => {
        const buffer = filled(points, 16_384);
        const drawn = decimate(buffer, 1, points.length, pixels);
        expect(Math.min(...drawn.min)).toBe(Math.min(...points));
        expect(Math.max(...drawn.max)).toBe(Math.max(...points));
        expect(drawn.x.length).toBeLessThanOrEqual(Math.max(pixels * 2 + 2, pixels + 3));
        expect(drawn.x).toEqual([...new Set(drawn.x)].sort((a, b) => a - b));
      },
    ),
  );
});

test('a window into a line is drawn with one bucket on either side, for the line to run through', () => {
  const buffer = filled([1, 2, 3, 4, 5, 6, 7, 8, 9], 64);
  expect(decimate(buffer, 4, 6, 100).x).toEqual([3, 4, 5, 6]);
  expect(decimate(buffer, 4, 5.5, 100).x).toEqual([3, 4, 5, 6]);
});
