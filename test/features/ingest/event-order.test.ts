import { expect, test } from 'vitest';
import { EventOrder } from '../../../src/main/features/ingest/event-order.ts';

/** Takes numbers one after another; null stands for a line without one. Answers those taken. */
function taken(...seqs: (number | null)[]): number[] {
  const order = new EventOrder(0, null, 0);
  return seqs.flatMap((seq) => {
    if (seq === null) {
      order.passOver(null);
      return [];
    }
    return order.accept(seq) === null ? [seq] : [];
  });
}

test('numbers in order are taken', () => {
  expect(taken(1, 2, 3)).toEqual([1, 2, 3]);
});

test('a number that was there before is not taken again', () => {
  expect(taken(1, 2, 2, 1, 3)).toEqual([1, 2, 3]);
});

test('a line that leaves a gap is not taken, and what follows it is', () => {
  expect(taken(1, 2, 5, 6, 7)).toEqual([1, 2, 6, 7]);
});

test('one wild number does not spoil the rest', () => {
  expect(taken(1, 2, 1_000_000, 3, 4)).toEqual([1, 2, 3, 4]);
});

test('a line that was no event may have had the missing number', () => {
  expect(taken(1, null, 3, 4)).toEqual([1, 3, 4]);
  expect(taken(1, null, 4)).toEqual([1]);
});
