import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaOf, boxAround, joined } from '../../../../src/main/features/datasets/export/masks.ts';

test('compressed run lengths have the area and the box that pycocotools finds, a backslash in their text or not', () => {
  // Written by pycocotools 2.0.11 (`encode`), which also gave the numbers.
  const counts =
    '11<0e02PONa0050L0e00mN0>0_O0Z10gN080K0U10hN001NO;060H0L0:>NBE00>3B9>GBO04>;22NLBA>c00]OB20001>:BE><BC>NB20M0107>1B1>IBO030N0M>0B`00A>d00\\OBa0?EAK030K?3A20M0N02>>BC>b01@A50G>1B1020M0O>d00^OB204><0EBI0O0N>0B00?0A>e00^OB=>EBL01010N050K051MOm00G0R10bN07070^O080B0O02000O0h10fN0H0L0:0L0:0G0F0103030=0]O020a00E';
  const mask = { counts, size: [37, 53] as [number, number] };
  expect(areaOf(mask)).toBe(566);
  expect(boxAround(mask)).toEqual([0, 0, 53, 37]);
});

test('the area of polygons does not depend on the direction in which they are drawn', () => {
  const there = [0, 0, 4, 0, 4, 3];
  const back = [10, 10, 10, 12, 12, 12, 12, 10];
  expect(areaOf([there, back])).toBe(6 + 4);
  expect(boxAround([there, back])).toEqual([0, 0, 12, 12]);
});

const coordinate = fc.integer({ min: 0, max: 1000 });
const part = fc
  .array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 9 })
  .map((points) => points.flat());

/** Twice the area, with the sign of the direction. */
function turned(outline: readonly number[]): number {
  let twice = 0;
  for (let at = 0; at < outline.length; at += 2) {
    const [x = 0, y = 0] = outline.slice(at);
    const [nextX = 0, nextY = 0] = outline.slice((at + 2) % outline.length);
    twice += x * nextY - nextX * y;
  }
  return twice;
}

test('joined parts enclose what each of them did, and have no corner that none had', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const outline = joined(parts);
      expect(turned(outline)).toBe(parts.reduce((sum, each) => sum + turned(each), 0));
      expect(boxAround([[...outline]])).toEqual(boxAround(parts));
      const corners = new Set(parts.flatMap((each) => pairs(each)));
      expect(pairs(outline).every((corner) => corners.has(corner))).toBe(true);
    }),
  );
});

function pairs(outline: readonly number[]): string[] {
  return outline.flatMap((x, at) => (at % 2 === 0 ? [`${x},${outline[at + 1]}`] : []));
}
