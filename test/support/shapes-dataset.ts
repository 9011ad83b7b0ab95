import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { seeded } from './tiny-dataset.ts';

const shapes = [
  { name: 'circle', colour: '#dc2828' },
  { name: 'square', colour: '#28c83c' },
  { name: 'triangle', colour: '#3250e6' },
] as const;

/** Corners around a box, as COCO has a polygon. */
function polygonOf(label: number, x: number, y: number, side: number): number[] {
  if (label === 1) return [x, y, x + side, y, x + side, y + side, x, y + side];
  if (label === 2) return [x + side / 2, y, x + side, y + side, x, y + side];
  return Array.from({ length: 24 }, (_, index) => (index / 24) * 2 * Math.PI).flatMap((angle) => [
    x + (side / 2) * (1 + Math.cos(angle)),
    y + (side / 2) * (1 + Math.sin(angle)),
  ]);
}

/**
 * Writes a COCO dataset of coloured shapes with boxes and polygons, which a small detector or segmenter learns in minutes.
 * @param options `images`: of both splits, a fifth of them in `val`; `side`: pixels
 */
export async function writeShapesDataset(
  folder: string,
  { images = 20, side = 64, seed = 1 }: { images?: number; side?: number; seed?: number } = {},
): Promise<void> {
  const random = seeded(seed);
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from));
  await mkdir(path.join(folder, 'annotations'), { recursive: true });
  for (const [split, count] of [
    ['train', Math.ceil(images * 0.8)],
    ['val', Math.floor(images * 0.2)],
  ] as const) {
    await mkdir(path.join(folder, split), { recursive: true });
    const annotations: object[] = [];
    const entries = Array.from({ length: count }, (_, index) => {
      const id = index + 1;
      const placed: { x: number; y: number; size: number }[] = [];
      const drawn: string[] = [];
      for (let tries = whole(1, 4); tries > 0; tries -= 1) {
        const size = whole(Math.floor(side / 5), Math.floor(side / 2));
        const [x, y, label] = [whole(0, side - size), whole(0, side - size), whole(0, 3)];
        const touches = placed.some(
          (one) =>
            Math.abs(one.x - x) < Math.max(one.size, size) && Math.abs(one.y - y) < Math.max(one.size, size),
        );
        if (touches) continue;
        placed.push({ x, y, size });
        const polygon = polygonOf(label, x, y, size);
        drawn.push(`<polygon points="${polygon.join(' ')}" fill="${shapes[label]?.colour}"/>`);
        annotations.push({
          ...{ id: annotations.length + 1, image_id: id, category_id: label + 1, iscrowd: 0 },
          ...{ bbox: [x, y, size, size], area: size * size, segmentation: [polygon] },
        });
      }
      return { id, name: `${String(id).padStart(4, '0')}.png`, drawn: drawn.join('') };
    });
    for (const { name, drawn } of entries) {
      const noise = Buffer.from(Array.from({ length: side * side * 3 }, () => whole(90, 140)));
      const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${drawn}</svg>`;
      await sharp(noise, { raw: { width: side, height: side, channels: 3 } })
        .composite([{ input: Buffer.from(drawing) }])
        .png()
        .toFile(path.join(folder, split, name));
    }
    const document = {
      images: entries.map(({ id, name }) => ({ id, file_name: name, width: side, height: side })),
      categories: shapes.map(({ name }, index) => ({ id: index + 1, name })),
      annotations,
    };
    await writeFile(path.join(folder, 'annotations', `instances_${split}.json`), JSON.stringify(document));
  }
}
