import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitNames } from '../../../src/main/api/name-list.ts';

test('names are parted by commas, and blanks around them do not count', () => {
  expect(splitNames(' train_loss, val loss ,,정확도,')).toEqual(['train_loss', 'val loss', '정확도']);
  expect(splitNames('')).toEqual([]);
});

test('a backslash before a comma, a blank or a backslash keeps it in the name; elsewhere it is one', () => {
  expect(splitNames('loss\\, total,a\\b,c\\\\,\\ d\\ ,e\\')).toEqual([
    'loss, total',
    'a\\b',
    'c\\',
    ' d ',
    'e\\',
  ]);
});

test('every metric can be picked by its name, whatever it holds', () => {
  const name = fc.string({
    unit: fc.oneof(fc.constantFrom(',', '\\', ' ', '\t', 'ㅎ'), fc.string({ minLength: 1, maxLength: 1 })),
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.array(name), (names) => {
      const text = names.map((one) => one.replaceAll(/[\\,\s]/g, '\\$&')).join(', ');
      expect(splitNames(text)).toEqual(names);
    }),
    { numRuns: 2000 },
  );
});
