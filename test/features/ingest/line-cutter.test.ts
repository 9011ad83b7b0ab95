import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCutter, longestLine } from '../../../src/main/features/ingest/line-cutter.ts';

/** Cuts the bytes in parts of these sizes, as a file that grows. */
function cut(
  bytes: Buffer,
  sizes: readonly number[],
  final: boolean,
  moves = false,
  atOnce = 0,
): { texts: string[]; rest: Buffer; skipping: boolean } {
  const texts: string[] = [];
  let offset = 0;
  let end = 0;
  let skipping = false;
  for (const size of [...sizes, bytes.length]) {
    end = Math.min(bytes.length, end + size);
    const cutter: LineCutter = new LineCutter(bytes.subarray(offset, end), {
      skipping,
      atEnd: final && end === bytes.length,
      moves,
    });
    for (;;) {
      const plain = cutter.nextPlain(atOnce);
      texts.push(...plain);
      if (plain.length > 0) continue;
      const line = cutter.next();
      if (!line) break;
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

test('lines that are taken many at once are those that are taken one by one', () => {
  fc.assert(
    fc.property(
      content,
      fc.array(fc.nat(40), { maxLength: 10 }),
      fc.nat(4),
      fc.boolean(),
      (bytes, sizes, most, moves) => {
        expect(cut(bytes, sizes, true, moves, most)).toEqual(cut(bytes, sizes, true, moves));
      },
    ),
    { numRuns: 2000 },
  );
  const cutter = new LineCutter(Buffer.from(`a\nb\nc\n${'d'.repeat(longestLine + 1)}\ne\n`), {
    skipping: false,
    atEnd: false,
    moves: true,
  });
  expect(cutter.nextPlain(2)).toEqual(['a', 'b']);
  expect(cutter.nextPlain(9)).toEqual(['c']);
  expect(cutter.nextPlain(9)).toEqual([]);
  expect(cutter.next()).toMatchObject({ start: 6, cut: true });
  expect(cutter.nextPlain(9)).toEqual([]);
  expect(cutter.next()).toMatchObject({ text: 'e' });
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

/** What a terminal's line shows in the end, by the book: the last state that is more than blanks and clearing sequences. */
function lastState(line: string): string {
  const states = line.split('\r');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences begin with one
  const shows = (state: string) => state.replace(/\u001b\[[0-9]*[A-Za-z]/g, '').trim() !== '';
  return states.findLast(shows) ?? line.replace(/\r$/, '');
}

const redraws = fc
  .array(fc.constantFrom('a', 'bb', '한', '\r', '\r', '\n', '   ', '\u001b[2K', '\r\n'), {
    maxLength: 80,
    size: 'max',
  })
  .map((parts) => Buffer.from(parts.join('')));

test('of a line that was written over, the last state is its text, however it arrives', () => {
  fc.assert(
    fc.property(redraws, fc.array(fc.nat(30), { maxLength: 10 }), (bytes, sizes) => {
      const lines = bytes.toString().split('\n');
      const last = lines.pop() ?? '';
      const whole = lines.map(lastState);
      expect(cut(bytes, sizes, false, true).texts).toEqual(whole);
      const end = last === '' ? [] : [lastState(last)];
      expect(cut(bytes, sizes, true, true).texts).toEqual([...whole, ...end]);
    }),
    { numRuns: 2000 },
  );
});

test('a bar that is redrawn for hours is passed over as it goes, and ends as its last state', () => {
  const bar = (step: number) =>
    `\r${String(step).padStart(6)} of 200000 ${'#'.repeat(step / 5000)}\r\u001b[K`;
  const bytes = Buffer.from(`before\n${Array.from({ length: 100_000 }, (_, step) => bar(step)).join('')}`);
  expect(bytes.length).toBeGreaterThan(2 * longestLine);
  const waiting = cut(
    bytes,
    Array.from({ length: 30 }, () => 100_000),
    false,
    true,
  );
  expect(waiting.texts).toEqual(['before']);
  // What is behind the cursor is read again and again: it stays small.
  expect(waiting.rest.length).toBeLessThan(200_000);
  const cutter = new LineCutter(waiting.rest, { skipping: false, atEnd: false, moves: true });
  expect(cutter.next()).toBeNull();
  expect(cutter.unfinishedLine(4096)).toBe(` 99999 of 200000 ${'#'.repeat(19)}`);
  const done = Buffer.concat([bytes, Buffer.from('\rdone\nafter\n')]);
  expect(cut(done, [70_000, 3, longestLine], false, true).texts).toEqual(['before', 'done', 'after']);
  expect(cut(bytes, [longestLine], true, true).texts).toEqual([
    'before',
    ` 99999 of 200000 ${'#'.repeat(19)}`,
  ]);
});
