import { expect, test } from 'vitest';
import { printable } from '../../../src/shared/format/printable.ts';

test('characters that hide or turn a text are spelled out, and letters and pictures of several stay what they are', () => {
  expect(printable('a\u202etxt\u200b\u2028\n')).toBe('a\\u{202e}txt\\u{200b}\\u{2028}\\u{a}');
  for (const text of ['고양이.jpg', '고양이'.normalize('NFD'), '👩‍🔬', 'plain "text"'])
    expect(printable(text)).toBe(text);
});
