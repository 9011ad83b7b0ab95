import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coarseMask } from '../../../src/main/features/datasets/coarse-mask.ts';
import { readObjects, startsOfLines } from '../../../src/main/features/datasets/image-objects.ts';
import type { ManifestLine } from '../../../src/main/features/datasets/manifest.ts';
import { isInRuns } from '../../../src/shared/model/run-lengths.ts';

test('each pixel of a coarse mask is the one that lies under its centre, and a small mask is left as it is', () => {
  const mask = fc
    .record({ height: fc.integer({ min: 1, max: 40 }), width: fc.integer({ min: 1, max: 40 }) })
    .chain(({ height, width }) =>
      fc.record({
        size: fc.constant<[number, number]>([height, width]),
        pixels: fc.array(fc.boolean(), { minLength: height * width, maxLength: height * width }),
      }),
    );
  fc.assert(
    fc.property(mask, fc.integer({ min: 1, max: 50 }), ({ size, pixels }, most) => {
      const counts: number[] = [0];
      for (const isOf of pixels) {
        if (isOf !== (counts.length % 2 === 0)) counts.push(0);
        counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
      }
      const [height, width] = size;
      const coarse = coarseMask({ counts, size }, most);
      const [rows, columns] = coarse.size;
      expect(coarse.counts.reduce((sum, length) => sum + length, 0)).toBe(rows * columns);
      expect(Math.max(rows, columns)).toBeLessThanOrEqual(Math.max(1, most));
      if (most >= Math.max(height, width)) expect([rows, columns]).toEqual([height, width]);
      for (let x = 0; x < columns; x += 1)
        for (let y = 0; y < rows; y += 1) {
          const from = Math.floor(((x + 0.5) * width) / columns) * height;
          const under = pixels[from + Math.floor(((y + 0.5) * height) / rows)];
          expect(isInRuns(coarse, x, y)).toBe(under);
        }
    }),
  );
});

test('a list of images has the boxes of objects, and coarse masks of areas that have none', async () => {
  const size = [400, 600];
  const objects = [
    { class: 0, box: [1, 2, 3, 4], mask: { counts: [0, 240_000], size } },
    { class: 1, box: null, mask: { counts: [120_000, 120_000], size } },
    { class: null, box: null, mask: { counts: [0, 400, 239_600], size } },
  ];
  const text = `${JSON.stringify(objects)}\n`;
  const line = { objects: { bytes: text.length, classes: [0, 1] } } as unknown as ManifestLine;
  const store = { get: async () => Readable.from([Buffer.from(text)]) };
  const place = { datasetId: 'd', version: 1 };
  const [listed] = await readObjects(store, place, startsOfLines([line]), [line], { most: 10 });
  expect(listed?.map(({ mask }) => mask)).toEqual([
    null,
    { counts: [48 * 64, 48 * 64], size: [64, 96] },
    null,
  ]);
  const [whole] = await readObjects(store, place, startsOfLines([line]), [line]);
  expect(whole?.map(({ mask }) => mask)).toEqual(objects.map(({ mask }) => mask));
});
