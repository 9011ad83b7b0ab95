import { expect, test } from 'vitest';
import { areMasksOnly, shownCounts } from '../../../src/shared/model/label-counts.ts';

test('objects are counted first, and nothing where images have classes', () => {
  expect(shownCounts({ boxes: 3, masks: 0, background: 2, crowds: 1, difficult: 0 })).toEqual([
    ['objects', 3],
    ['background', 2],
    ['crowds', 1],
  ]);
  expect(shownCounts({ boxes: 0, masks: 0, background: 2 })).toEqual([
    ['objects', 0],
    ['background', 2],
  ]);
  expect(shownCounts({})).toEqual([]);
});

test('where areas of classes are all that is labelled, "0 objects" is not what is said of them', () => {
  const counts = { boxes: 0, masks: 2, background: 1 };
  expect(areMasksOnly(counts)).toBe(true);
  expect(shownCounts(counts)).toEqual([
    ['masks', 2],
    ['background', 1],
  ]);
});
