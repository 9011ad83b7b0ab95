import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

/** An image that is like no other with another number. */
export async function picture(
  number: number,
  type: 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' = 'png',
  side = 8,
): Promise<Buffer> {
  const pixels = Buffer.alloc(side * side * 3);
  for (let at = 0; at < pixels.length; at += 1)
    pixels[at] = (number * 7919 + at * 31 + (at >> 3) * number) % 256;
  pixels.writeUInt32BE(number, 0);
  const image = sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
  return image[type]().toBuffer();
}

/** Writes files by their paths; a null makes an empty folder. */
export async function writeFiles(
  root: string,
  files: Readonly<Record<string, Uint8Array | null>>,
): Promise<void> {
  for (const [name, body] of Object.entries(files)) {
    const target = path.join(root, ...name.split('/'));
    await mkdir(body === null ? target : path.dirname(target), { recursive: true });
    if (body !== null) await writeFile(target, body);
  }
}

/** YOLO labels beside the images of {@link goodFiles}: a box in each but the last, which shows nothing. */
export function yoloLabels(): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {
    'data.yaml': Buffer.from('path: .\ntrain: .\nnames: [dog, cat]\n'),
  };
  for (const [index, name] of ['cat', 'dog'].entries())
    for (let number = 0; number < 3; number += 1) {
      const isLast = name === 'dog' && number === 2;
      files[`${name}/${number}.txt`] = Buffer.from(
        isLast ? '' : `${1 - index} 0.5 0.5 0.${number + 3} 0.25\n`,
      );
    }
  return files;
}

/** A small dataset without a fault: classes `cat` and `dog` with three images each. */
export async function goodFiles(): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [index, name] of ['cat', 'dog'].entries()) {
    for (let number = 0; number < 3; number += 1)
      files[`${name}/${number}.png`] = await picture(index * 10 + number);
  }
  return files;
}
