import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteLine } from '../../../../src/main/features/datasets/formats/byte-line.ts';

const hundredths = fc.integer({ min: -1000, max: 2 ** 31 }).map((value) => value / 100);
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  hundredths,
  hundredths.map((value) => value + Number.EPSILON * Math.abs(value)),
);

test('a line of bytes has numbers as JSON.stringify writes them, and texts and bytes as they are', () => {
  const put = fc.oneof(number, fc.string({ unit: 'grapheme-ascii', maxLength: 100 }));
  fc.assert(
    fc.property(fc.array(put), (values) => {
      const line = new ByteLine();
      for (const [at, value] of values.entries())
        if (typeof value === 'number') line.number(value);
        else if (at % 2 === 0) line.text(value);
        else line.bytes(Buffer.from(`(${value})`), 1, 1 + value.length);
      const wanted = values.map((value) => (typeof value === 'number' ? JSON.stringify(value) : value));
      expect(Buffer.from(line.view).toString()).toBe(wanted.join(''));
    }),
    { numRuns: 2000 },
  );
});

test('a line of bytes grows, and what was put in last can be taken back', () => {
  const line = new ByteLine();
  const part = Buffer.from('0123456789'.repeat(5000));
  for (let count = 0; count < 10; count += 1) line.bytes(part, 0, part.length);
  line.length -= part.length;
  line.text('.');
  expect(line.slice(part.length * 9)).toBe('.');
  expect(Buffer.from(line.view).equals(Buffer.from(`${String(part).repeat(9)}.`))).toBe(true);
});
