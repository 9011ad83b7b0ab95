import { expect, test } from 'vitest';
import { curvesSchema, meanCurve } from '../../src/renderer/features/run/pr-curves.ts';

const curves = (...classes: readonly (readonly [recall: number[], precision: number[]])[]) =>
  curvesSchema.parse({
    ...{ format: 'trainyard/pr-curves', split: 'val' },
    classes: classes.map(([recall, precision], at) => ({
      ...{ name: `class ${at}`, averagePrecision: recall.length > 0 ? 0.5 : null, recall, precision },
    })),
  }).curves;

test('of thresholds with the same recall the best precision counts, and recall rises', () => {
  const [curve] = curves([
    [1, 0.5, 0.5],
    [0.2, 0.6, 0.8],
  ]);
  expect(curve?.points).toEqual([
    { recall: 0.5, precision: 0.8 },
    { recall: 1, precision: 0.2 },
  ]);
});

test('the mean is of the classes that have a curve, each with its best precision from a recall on', () => {
  const mean = meanCurve(
    curves(
      [
        [0, 0.5, 1],
        [0.4, 0.9, 0.1],
      ],
      [[0.25], [0.5]],
      [[], []],
    ),
  );
  const at = (recall: number) => mean.find((point) => Math.abs(point.recall - recall) < 1e-9)?.precision;
  expect([at(0), at(0.25), at(0.3), at(0.75)]).toEqual([0.7, 0.7, 0.45, 0.05]);
});
