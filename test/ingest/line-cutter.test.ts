import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCutter, longestLine } from '../../src/main/domain/ingest/line-cutter.ts';

/** Cuts the bytes in parts of these sizes, as a file that grows. */
function cut(
  bytes: Buffer,
  sizes: readonly number[],
  final: boolean,
): { texts: string[]; rest: Buffer; skipping: boolean } {
  const texts: string[] = [];
  let offset = 0;
  let end = 0;
  let skipping = false;
  for (const size of [...sizes, bytes.length]) {
    end = Math.min(bytes.length, end + size);
    const cutter: LineCutter = new LineCutter(
      bytes.subarray(offset, end),
      skipping,
      final && end === bytes.length,
    );
    for (let line = cutter.next(); line; line = cutter.next()) {
      expect(bytes.subarray(offset + line.start).length).toBeGreaterThanOrEqual(0);
      texts.push(line.text);
    }
    offset += cutter.consumed;
    skipping = cutter.skipping;
  }
  return { texts, rest: bytes.subarray(offset), skipping };
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 200, size: 'max' }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('a', '\n', '\r', '한', 'ü', '\r\n', ''), { maxLength: 60, size: 'max' })
    .map((parts) => Buffer.from(parts.join(''))),
);

test('however a file is cut into parts, its lines are the same', () => {
  fc.assert(
    fc.property(content, fc.array(fc.nat(40), { maxLength: 10 }), (bytes, sizes) => {
      const { texts, rest } = cut(bytes, sizes, false);
      const end = bytes.lastIndexOf(0x0a) + 1;
      const whole: string[] = [];
      for (let start = 0; start < end; ) {
        const stop = bytes.indexOf(0x0a, start);
        whole.push(bytes.toString('utf8', start, stop).replace(/\r$/, ''));
        start = stop + 1;
      }
      expect(texts).toEqual(whole);
      expect(rest).toEqual(bytes.subarray(end));
    }),
    { numRuns: 2000 },
  );
});

test('a last line without its newline waits, and counts once nothing more will come', () => {
  const bytes = Buffer.from('one\ntwo');
  expect(cut(bytes, [], false).texts).toEqual(['one']);
  expect(cut(bytes, [], true).texts).toEqual(['one', 'two']);
  expect(cut(bytes, [], true).rest).toHaveLength(0);
});

test('a line that is too long is cut, its rest passed over, and the next line is whole', () => {
  const bytes = Buffer.from(`${'x'.repeat(longestLine)}\n${'y'.repeat(longestLine + 5)}\nend\n`);
  for (const sizes of [[], [longestLine + 1, 10, longestLine, 3], [longestLine * 2]]) {
    const { texts, rest, skipping } = cut(bytes, sizes, false);
    expect(texts.map((text) => [text[0], text.length])).toEqual([
      ['x', longestLine],
      ['y', longestLine],
      ['e', 3],
    ]);
    expect(rest).toHaveLength(0);
    expect(skipping).toBe(false);
  }
});
