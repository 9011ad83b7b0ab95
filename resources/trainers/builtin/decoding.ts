import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ImageFormat } from './image-format.ts';
import type { ImageEntry } from './manifest.ts';
import { readPlainPng } from './png.ts';

// One thread an image and no cache: many small images in parallel are faster so, and memory stays flat.
sharp.cache(false);
sharp.concurrency(1);

/**
 * What the import took is read as everywhere in Trainyard (docs/run-directory.md, "How images are read"): what the decoder can
 * repair is no error, and the image is turned upright.
 */
export const readingOptions = { failOn: 'none', autoOrient: true } as const;

/** The value of white of 16-bit images: as many ones as the largest of their values has bits, 8 at least. */
export function whiteOf(entries: Iterable<Pick<ImageEntry, 'maxValue'>>): number {
  let largest = 0;
  for (const { maxValue } of entries) largest = Math.max(largest, maxValue ?? 0);
  return 2 ** Math.max(8, largest.toString(2).length) - 1;
}

const tiffSignatures: readonly string[] = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'];
const scaledDepths: readonly string[] = ['uchar', 'ushort'];

/**
 * An image's bytes in the network's format: turned upright, transparent parts on white, stretched to the size, 16 bits scaled so that
 * `white` becomes 255.
 * @throws where the file is missing, is not the one that was imported, is no image, or has pixels without a scale
 */
export async function decode(entry: ImageEntry, format: ImageFormat, white: number): Promise<Uint8Array> {
  const { height, width, channels } = format;
  const bytes = await readFile(entry.file);
  if (entry.sha256 !== null && createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
    throw new Error('the file has changed since it was imported');
  }
  const plain = readPlainPng(bytes, format);
  if (plain) return plain;
  // libvips does not know this general brand of an AVIF; the equally general "mif1" says the same to it.
  if (bytes.toString('latin1', 4, 12) === 'ftypmiaf') bytes.write('mif1', 8, 'latin1');
  const image = sharp(bytes, readingOptions);
  // Only TIFF has other pixels than whole numbers of 8 and 16 bits; black would come out of most of them.
  if (tiffSignatures.includes(bytes.toString('latin1', 0, 4))) {
    const { depth } = await image.metadata();
    if (!scaledDepths.includes(depth))
      throw new Error(
        `its pixels are of the kind "${depth}", whose values have no scale: save it with 8 or 16 bits`,
      );
  }
  const isDeep = entry.maxValue !== null;
  const grey = isDeep ? 'grey16' : 'b-w';
  const { data, info } = await image
    .flatten({ background: '#ffffff' })
    .toColourspace(channels === 1 ? grey : isDeep ? 'rgb16' : 'srgb')
    .resize(width, height, { fit: 'fill' })
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels)
    throw new Error(`the number of its channels is ${info.channels}, not ${channels}`);
  if (!isDeep) return data;
  return Uint8Array.from({ length: data.length / 2 }, (_, at) =>
    Math.min(255, Math.round((data.readUInt16LE(at * 2) * 255) / white)),
  );
}

/** Finds classes, and a whole data set, whose pixels have a single value: nothing can be learned from them. */
export class SingleValues {
  /** By label: the value of all its images so far; null once there are two. */
  readonly #values = new Map<number, number | null>();

  add(label: number, bytes: Uint8Array): void {
    const before = this.#values.get(label);
    if (before === null) return;
    const value = bytes[0] ?? 0;
    const isSingle = bytes.every((one) => one === value) && (before === undefined || before === value);
    this.#values.set(label, isSingle ? value : null);
  }

  warnings(classNames: readonly string[]): string[] {
    const flat = [...this.#values].filter(([, value]) => value !== null);
    if (flat.length === 0) return [];
    const values = new Set(flat.map(([, value]) => value));
    if (flat.length === this.#values.size && values.size === 1) {
      return [
        `All pixels of all images have the value ${[...values][0]}: nothing can be learned. Look at the images as they were imported.`,
      ];
    }
    const named = flat.slice(0, 20).map(([label, value]) => `"${classNames[label]}" (${value})`);
    return [
      `All pixels of all images have one value in ${named.join(', ')}: look at these images as they were imported.`,
    ];
  }
}
