import { expect, test } from 'vitest';
import { formatDuration, formatMetric, formatPercent } from '../../src/main/cli/lib/format.ts';
import { languageOf } from '../../src/main/cli/lib/language.ts';
import { facts, table } from '../../src/main/cli/lib/output.ts';
import { formatBytes } from '../../src/shared/format/units.ts';

test('columns line up, also under Hangul, which is two cells wide', () => {
  const text = table(
    [
      { name: '데모', count: 10, id: 'a' },
      { name: 'abcde', count: 9, id: 'b' },
    ],
    [
      ['NAME', ({ name }) => name],
      ['N', ({ count }) => count, 'right'],
      ['ID', ({ id }) => id],
    ],
  );
  expect(text).toBe('NAME    N  ID\n데모   10  a\nabcde   9  b');
});

test('no colour where standard output is no terminal', () => {
  expect(
    facts([
      ['Name', 'demo'],
      ['ID', '1'],
    ]),
  ).toBe('Name  demo\nID    1');
});

test('a size has a tenth up to 100 of its unit, and goes over to the next unit where it would read 1024', () => {
  const gibibyte = 1024 ** 3;
  expect([0, 1023, 1536, 5 * gibibyte].map(formatBytes)).toEqual(['0 B', '1023 B', '1.5 KiB', '5.0 GiB']);
  expect([15.72, 99.94, 99.96, 512.4, 1023.7].map((size) => formatBytes(size * gibibyte))).toEqual([
    '15.7 GiB',
    '99.9 GiB',
    '100 GiB',
    '512 GiB',
    '1.0 TiB',
  ]);
});

test('numbers are for people', () => {
  expect([900, 61_000, 7_260_000, 200 * 3_600_000, null].map(formatDuration)).toEqual([
    '900 ms',
    '1 min 1 s',
    '2 h 1 min',
    '8 d 8 h',
    '–',
  ]);
  expect([0.123456, 3, 1e-7, 'NaN', undefined].map((value) => formatMetric('val_loss', value))).toEqual([
    '0.1235',
    '3',
    '1e-7',
    'NaN',
    '–',
  ]);
  // As the page shows them; a trainer that counts in percent itself is left alone.
  const accuracies = [0.873, 1, 0, 87.3, 'NaN'].map((value) => formatMetric('val_accuracy', value));
  expect(accuracies).toEqual(['87.3%', '100%', '0%', '87.3', 'NaN']);
});

test('the language follows the locale, and TRAINYARD_LANG goes before it', () => {
  expect(languageOf({ LANG: 'ko_KR.UTF-8' })).toBe('ko');
  expect(languageOf({ LANG: 'ko_KR.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(languageOf({ LANG: 'en_US.UTF-8', TRAINYARD_LANG: 'ko' })).toBe('ko');
  expect(languageOf({ LANG: 'kok_IN' })).toBe('en');
  expect(languageOf({ LANG: 'ko@posix' })).toBe('ko');
  expect(languageOf({ LANG: 'POSIX' })).toBe('en');
});

test('percents are written as on the page', () => {
  expect(formatPercent(1)).toBe('100%');
});
