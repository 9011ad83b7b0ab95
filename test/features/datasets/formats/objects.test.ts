import fc from 'fast-check';
import { expect, test } from 'vitest';
import { annotation, cocoText, image } from './support/coco-text.ts';
import { png, readSet } from './support/read-set.ts';

const [width, height] = [64, 48];
const number = fc.integer({ min: -300, max: 900 }).map((tenths) => tenths / 10);
const box = fc.tuple(number, number, number, number);
const polygon = fc
  .array(number, { minLength: 6, maxLength: 12 })
  .map((values) => values.slice(0, values.length & ~1));

test('every object lies inside its image, as much of it as was inside, and what is not kept is said', async () => {
  const picture = await png(width, height);
  await fc.assert(
    fc.asyncProperty(box, fc.option(polygon), async (bbox, points) => {
      const segmentation = points ? [points] : [];
      const text = cocoText([image(1, 'a.png')], [annotation(1, 1, { bbox, segmentation })]);
      const set = await readSet('coco', { 'a.png': picture, 'x.json': text });
      const [found] = set.objects['a.png'] ?? [];
      const [x, y, w, h] = bbox;
      if (!found?.box) {
        expect(set.errors.length + set.warnings.length).toBeGreaterThan(0);
        return;
      }
      const [left, top] = [Math.max(0, x), Math.max(0, y)];
      const wanted = [left, top, Math.min(x + w, width) - left, Math.min(y + h, height) - top];
      for (const [at, value] of wanted.entries()) expect(found.box[at]).toBeCloseTo(value, 9);
      for (const [at, value] of ((found.mask ?? []) as number[][]).flat().entries()) {
        expect(value).toBe(Math.min(Math.max(points?.[at] ?? 0, 0), at % 2 === 0 ? width : height));
      }
    }),
    { numRuns: 300 },
  );
});
