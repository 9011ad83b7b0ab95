import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

/** A generator of numbers in [0, 1) that a seed fixes (mulberry32, Tommy Ettinger, public domain). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes a small ImageNet folder whose classes can be told apart: noise over a brightness of their own. */
export async function writeTinyDataset(
  folder: string,
  options: { classes?: number; images?: number; side?: number; seed?: number } = {},
): Promise<void> {
  const { classes = 3, images = 20, side = 8, seed = 1 } = options;
  const random = seeded(seed);
  for (let label = 0; label < classes; label += 1) {
    const classFolder = path.join(folder, `class-${label}`);
    await mkdir(classFolder, { recursive: true });
    for (let index = 0; index < images; index += 1) {
      const pixels = Buffer.from(
        Array.from({ length: side * side }, () => Math.floor(random() * 90 + label * (160 / classes))),
      );
      await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
        .png()
        .toFile(path.join(classFolder, `${index}.png`));
    }
  }
}
