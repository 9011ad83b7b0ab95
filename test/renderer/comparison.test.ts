import { expect, test } from 'vitest';
import { bestOf } from '../../src/renderer/features/compare/comparison.ts';

test('the least loss and the most accuracy are marked, every one of them', () => {
  expect(bestOf('val_loss', [0.5, 0.2, undefined, 0.2])).toEqual(new Set([1, 3]));
  expect(bestOf('val_accuracy', [0.5, 'NaN', 0.9])).toEqual(new Set([2]));
});

test('nobody wins where all are equal, where one stands alone, or where more is neither better nor worse', () => {
  expect(bestOf('val_accuracy', [0.9, 0.9])).toEqual(new Set());
  expect(bestOf('val_loss', [0.9, undefined])).toEqual(new Set());
  expect(bestOf('learning_rate', [0.1, 0.2])).toEqual(new Set());
});
