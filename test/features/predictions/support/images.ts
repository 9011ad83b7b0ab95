import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';

export interface TestImage {
  readonly file: string;
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** Of 16 bits; null for one of 8. */
  readonly maxValue: number | null;
}

const [width, height] = [200, 120];

/** Shapes on a slope of colours: something that filters change. */
function picture(scale = 1): Sharp {
  const [wide, high] = [width * scale, height * scale];
  const pixels = Buffer.alloc(wide * high * 3);
  for (let y = 0; y < high; y += 1)
    for (let x = 0; x < wide; x += 1) {
      const isShape =
        (x / scale - 60) ** 2 + (y / scale - 50) ** 2 < 900 || (x > 120 * scale && y > 70 * scale);
      const at = (y * wide + x) * 3;
      pixels[at] = isShape ? 220 : (x * 255) / wide;
      pixels[at + 1] = isShape ? 40 : (y * 255) / high;
      pixels[at + 2] = ((x >> 3) ^ (y >> 3)) & 1 ? 200 : 60;
    }
  return sharp(pixels, { raw: { width: wide, height: high, channels: 3 } });
}

/** One image of every kind that is decoded in a way of its own. */
export async function writeImages(folder: string): Promise<ReadonlyMap<string, TestImage>> {
  const images = new Map<string, TestImage>();
  const add = async (name: string, bytes: Buffer, more: Partial<TestImage> = {}) => {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    images.set(name, { file, width, height, maxValue: null, ...more });
  };
  await add('rgb.png', await picture().png().toBuffer());
  await add('grey.png', await picture().toColourspace('b-w').png().toBuffer());
  await add('palette.png', await picture().png({ palette: true, colours: 16 }).toBuffer());
  const alpha = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100" height="60" fill="#fff"/></svg>`,
  );
  await add(
    'transparent.png',
    await picture()
      .ensureAlpha()
      .composite([{ input: alpha, blend: 'dest-in' }])
      .png()
      .toBuffer(),
  );
  await add('photo.jpg', await picture().jpeg({ quality: 90 }).toBuffer());
  await add('turned.jpg', await picture().withMetadata({ orientation: 6 }).jpeg({ quality: 90 }).toBuffer(), {
    width: height,
    height: width,
  });
  await add('large.jpg', await picture(6).jpeg({ quality: 90 }).toBuffer(), {
    width: width * 6,
    height: height * 6,
  });
  await add('cmyk.jpg', await picture().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer());
  const deep = new Uint16Array(width * height).map((_, at) => ((at % width) * 4095) / width);
  await add(
    'deep.png',
    await sharp(deep, { raw: { width, height, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer(),
    { maxValue: 4074 },
  );
  await add('dot.png', await picture().resize(1, 1).png().toBuffer(), { width: 1, height: 1 });
  await add('thread.png', await picture().resize(900, 2, { fit: 'fill' }).png().toBuffer(), {
    width: 900,
    height: 2,
  });
  await add('mirrored.png', await picture().withMetadata({ orientation: 7 }).png().toBuffer(), {
    width: height,
    height: width,
  });
  const coloured = new Uint16Array(width * height * 3).map((_, at) => ((at * 7) % (width * 3)) * 6);
  await add(
    'deep-turned.png',
    await sharp(coloured, { raw: { width, height, channels: 3 } })
      .toColourspace('rgb16')
      .withMetadata({ orientation: 8 })
      .png()
      .toBuffer(),
    { width: height, height: width, maxValue: 3594 },
  );
  await add('plain.webp', await picture().webp({ lossless: true }).toBuffer());
  return images;
}
