import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaOfRuns, isInRuns, runsOf } from '../../../src/shared/model/run-lengths.ts';
import { compress } from '../../ui/fixture-labelled.ts';

test('what COCO’s own tools compressed is read pixel by pixel', () => {
  expect(runsOf({ counts: '52203', size: [4, 4] })).toEqual([5, 2, 2, 2, 5]);
  const counts = 'oW1=]14L4M2M4M2N2O0O2N2O0O2O0O2O000000000000000000000001N101N101N2N101N2N3L3N3L4LoT1';
  const circle = { counts, size: [60, 80] as const };
  expect(areaOfRuns(circle)).toBe(1245);
  const wrong = Array.from({ length: 60 * 80 }, (_, at) => [at % 80, Math.floor(at / 80)] as const).filter(
    ([x, y]) => isInRuns(circle, x, y) !== (x - 40) ** 2 + (y - 25) ** 2 < 400,
  );
  expect(wrong).toEqual([]);
});

test('run lengths of any size come back out of COCO’s text as they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000_000), { minLength: 1, maxLength: 60 }), (runs) => {
      expect(runsOf({ counts: compress(runs), size: [1, 1] })).toEqual(runs);
    }),
  );
});

test('a pixel beyond the image is of no mask', () => {
  const stored = { counts: [0, 16], size: [4, 4] as const };
  expect(areaOfRuns(stored)).toBe(16);
  expect([isInRuns(stored, 0, 0), isInRuns(stored, 3.9, 3.9)]).toEqual([true, true]);
  expect([isInRuns(stored, -1, 1), isInRuns(stored, 4, 1), isInRuns(stored, 1, 4)]).toEqual([
    false,
    false,
    false,
  ]);
});
