import { expect, test } from 'vitest';
import { formatPercent } from '../../../src/shared/format/units.ts';

test('a share that is next to nothing is not shown as nothing at all', () => {
  const shares = [0, 0.0001, 0.0004, 0.0006, 0.5];
  expect(shares.map((share) => formatPercent(share, 'en', 1))).toEqual([
    ...['0%', '<0.1%', '<0.1%', '0.1%', '50%'],
  ]);
  expect(formatPercent(0.004, 'ko', 0)).toBe('<1%');
});
