import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCutter, longestLine } from '../../../src/main/features/ingest/line-cutter.ts';

/** The lines of a file that grows by these sizes and then ends; `live` sees how the waiting line looks after each. */
function linesOf(text: string, sizes: readonly number[] = [], live?: (waiting: string) => void): string[] {
  const bytes = Buffer.from(text);
  const lines: string[] = [];
  let offset = 0;
  let end = 0;
  let skipping = false;
  for (const size of [...sizes, bytes.length]) {
    end = Math.min(bytes.length, end + size);
    const options = { skipping, atEnd: end === bytes.length, moves: true };
    const cutter: LineCutter = new LineCutter(bytes.subarray(offset, end), options);
    for (let line = cutter.next(); line; line = cutter.next()) lines.push(line.text);
    live?.(cutter.unfinishedLine(4096));
    offset += cutter.consumed;
    skipping = cutter.skipping;
  }
  return lines;
}

const up = '\u001b[A';
/** A bar as tqdm draws it (`display(pos)`): down to its row, over it, and up again. */
const draw = (position: number, text: string) => `${'\n'.repeat(position)}\r${text}${up.repeat(position)}`;

/** Epochs with a bar of steps below them, as `tqdm(…, leave=False)` in `tqdm(…)` draws them. */
function epochs(count: number, steps: number): string {
  let text = draw(0, `epochs 0/${count}`);
  for (let epoch = 1; epoch <= count; epoch += 1) {
    for (let step = 0; step <= steps; step += 1) text += draw(1, `epoch ${epoch}: step ${step}/${steps}`);
    text += draw(1, ' '.repeat(30)) + draw(0, `epochs ${epoch}/${count}`);
  }
  return `${text}\n`;
}

test('a bar in a bar costs one line each, not one a redraw, and shows what it ended as', () => {
  const lines = linesOf(`start\n${epochs(20, 500)}the end\n`);
  expect(lines).toEqual(['start', 'epochs 0/20', 'epochs 20/20\nthe end']);
});

test('three bars in one another, of which the inner ones stay, are as many lines as rows were left', () => {
  let text = draw(0, 'a 0/2');
  for (let a = 1; a <= 2; a += 1) {
    text += draw(1, 'b 0/2');
    for (let b = 1; b <= 2; b += 1) {
      for (let c = 0; c <= 300; c += 1) text += draw(2, `c ${c}/300`);
      text += draw(1, `b ${b}/2`);
    }
    text += draw(0, `a ${a}/2`);
  }
  const rows = linesOf(`${text}\n\n\nafter\n`).flatMap((line) => line.split('\n'));
  expect(rows).toEqual(['a 0/2', 'b 0/2', 'a 2/2', 'b 2/2', 'c 300/300', 'after']);
});

test('a table that is drawn over and over (rich, docker) is there as it was left', () => {
  const table = (round: number) => `one ${round}\ntwo ${round}\nthree ${round}\n`;
  const text = Array.from(
    { length: 400 },
    (_, round) => `${round > 0 ? '\u001b[3A\u001b[2K' : ''}${table(round)}`,
  );
  expect(linesOf(`${text.join('')}done\n`)).toEqual([
    'one 0',
    'two 0',
    'three 0',
    '\u001b[2Kone 399\ntwo 399\nthree 399\ndone',
  ]);
});

const nested = fc
  .array(
    fc.constantFrom('a', 'bb', '한', '\r', '\n', '\n', up, '\u001b[2A', '\u001b[F', '   ', '\u001b[2K'),
    {
      maxLength: 80,
      size: 'max',
    },
  )
  .map((parts) => parts.join(''));

test('however the cursor moves and however the file arrives, its lines are the same', () => {
  fc.assert(
    fc.property(nested, fc.array(fc.nat(30), { maxLength: 10 }), (text, sizes) => {
      expect(linesOf(text, sizes)).toEqual(linesOf(text));
    }),
    { numRuns: 500 },
  );
});

test('nested bars of hours are passed over as they go, and the one that moves is seen', () => {
  const text = epochs(3, 20_000);
  expect(text.length).toBeGreaterThan(longestLine);
  const seen: string[] = [];
  const lines = linesOf(
    text,
    Array.from({ length: Math.floor(text.length / 50_000) }, () => 50_000),
    (waiting) => seen.push(waiting),
  );
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^epochs 3\/3/);
  expect(seen.filter((waiting) => /epoch \d: step \d+\//.test(waiting)).length).toBeGreaterThan(5);
});

test.each([up, `${up}${up}`])('a program that moves up for ever (%j) is read on, line by line', (upwards) => {
  const text = `${`${upwards}x\n`.repeat(longestLine / 4)}end\n`;
  const lines = linesOf(
    text,
    Array.from({ length: 20 }, () => 100_000),
  );
  expect(lines.at(-1)).toContain('end');
});
