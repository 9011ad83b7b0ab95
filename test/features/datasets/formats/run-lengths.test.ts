import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberList } from '../../../../src/main/features/datasets/formats/coco/json-bytes.ts';
import {
  boxOfRuns,
  readCompressed,
  sumOf,
} from '../../../../src/main/features/datasets/formats/coco/run-lengths.ts';
import { regionsOf } from '../../../../src/main/features/datasets/formats/voc/mask-regions.ts';

/** The form that pycocotools writes (cocodataset/cocoapi, maskApi.c, rleToString). */
function compressed(counts: readonly number[]): string {
  let text = '';
  for (const [at, count] of counts.entries()) {
    let rest = at > 2 ? count - (counts[at - 2] ?? 0) : count;
    for (let goesOn = true; goesOn; ) {
      const group = rest & 31;
      rest >>= 5;
      goesOn = rest !== ((group & 16) !== 0 ? -1 : 0);
      text += String.fromCharCode(48 + group + (goesOn ? 32 : 0));
    }
  }
  return text;
}

function listOf(counts: readonly number[]): NumberList {
  const list = new NumberList();
  for (const count of counts) list.push(count);
  return list;
}

const counts = fc.array(fc.oneof(fc.nat(40), fc.nat(2_000_000)), { minLength: 1 });

test('both forms of run lengths are the same numbers', () => {
  fc.assert(
    fc.property(counts, (runs) => {
      const bytes = Buffer.from(JSON.stringify(compressed(runs)));
      const found = new NumberList();
      expect(readCompressed(bytes, 1, bytes.length - 1, found)).toBe(true);
      expect([...found.values.subarray(0, found.length)]).toEqual(runs);
      expect(sumOf(found)).toBe(runs.reduce((sum, run) => sum + run, 0));
    }),
  );
});

test('a text that is no run lengths is refused, whatever it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const found = new NumberList();
      const bytes = Buffer.from(text);
      if (readCompressed(bytes, 0, bytes.length, found)) expect(sumOf(found)).toBeGreaterThanOrEqual(0);
    }),
  );
  const none = new NumberList();
  expect(readCompressed(Buffer.from('P'), 0, 1, none)).toBe(false);
  expect(readCompressed(Buffer.from('o'.repeat(40)), 0, 40, none)).toBe(false);
  expect(sumOf(listOf([1, -1]))).toBe(-1);
  expect(sumOf(listOf([1.5]))).toBe(-1);
});

const grid = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      values: fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 3 }),
    }),
  );

test('the regions of a mask have its pixels, each once, and the box around them', () => {
  fc.assert(
    fc.property(grid, ({ width, height, values }) => {
      const painted = new Uint8Array(width * height).fill(255);
      for (const { value, pixels, runs } of regionsOf({ width, height, values }) ?? []) {
        expect(runs.reduce((sum, run) => sum + run, 0)).toBe(width * height);
        const own: [number, number][] = [];
        for (let [at, run] = [0, 0]; run < runs.length; run += 1)
          for (let left = runs[run] ?? 0; left > 0; left -= 1, at += 1)
            if (run % 2 === 1) own.push([Math.floor(at / height), at % height]);
        for (const [x, y] of own) painted[y * width + x] = value;
        expect(own).toHaveLength(pixels);
        const [xs, ys] = [own.map(([x]) => x), own.map(([, y]) => y)];
        const [left, top] = [Math.min(...xs), Math.min(...ys)];
        expect(boxOfRuns(listOf(runs), height)).toEqual([
          left,
          top,
          Math.max(...xs) - left + 1,
          Math.max(...ys) - top + 1,
        ]);
      }
      expect(painted).toEqual(values);
    }),
  );
});
