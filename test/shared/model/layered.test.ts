import { expect, test } from 'vitest';
import { layered } from '../../../src/shared/model/layered.ts';

test('what a document says goes before the one below, field by field, and what it leaves out stays', () => {
  const below = { a: 1, deep: { kept: true, list: [1, 2], other: 'x' }, gone: { field: 1 } };
  const above = { a: undefined, deep: { list: [3], other: null }, gone: 'text', added: { b: 2 } };
  expect(layered(below, above)).toEqual({
    a: 1,
    deep: { kept: true, list: [3], other: null },
    gone: 'text',
    added: { b: 2 },
  });
  expect(layered(below)).toEqual(below);
  expect(below.deep.list).toEqual([1, 2]);
});
