import sharp, { type Sharp } from 'sharp';
import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import { fingerprintOf, rangeOf } from '../fingerprint.ts';
import { type ImageFacts, ImageFault, type ImageReader } from '../images.ts';
import {
  background,
  eightBitPixels,
  imageFault,
  openImage,
  scaledDepths,
  sixteenBitPixels,
} from './decoding.ts';
import { jpegPrecision, pngDamage, withJpegEnd } from './file-damage.ts';

type Look = Omit<ImageFacts, 'damage'>;

const wrongChunk = {
  en: 'a chunk beside the picture has a wrong check sum',
  ko: '그림 옆 청크의 체크섬이 맞지 않습니다',
};

/** Images through libvips. */
export const sharpImageReader: ImageReader = {
  async inspect(bytes, maxPixels) {
    const ends = pngDamage(bytes);
    if (ends === 'swollen')
      throw new ImageFault('unreadable', {
        en: 'more than 1 MiB of packed text or profiles stands beside the picture',
        ko: '그림 옆에 압축된 글이나 프로필이 1MiB 넘게 들어 있습니다',
      });
    const precision = jpegPrecision(bytes);
    if (precision !== null && precision !== 8)
      throw new ImageFault(
        'coding',
        phrase('a JPEG of {bits} bits a sample', '표본당 {bits}비트인 JPEG입니다', { bits: precision }),
      );
    try {
      const look = await decodeStrictly(bytes, 'warning', maxPixels);
      if (ends === 'cut')
        throw new ImageFault('unreadable', { en: 'the file ends too early', ko: '파일이 중간에 끝납니다' });
      return {
        ...look,
        damage: ends === 'chunk' ? wrongChunk : null,
      };
    } catch (error) {
      const fault = imageFault(error);
      if (fault.reason !== 'unreadable' || ends === 'cut') throw fault;
      return await repair(bytes, maxPixels, fault);
    }
  },

  async uprightSize(bytes) {
    try {
      return (await openImage(bytes, { limitInputPixels: false }).metadata()).autoOrient;
    } catch (error) {
      throw imageFault(error);
    }
  },

  async thumbnail(bytes, size, white) {
    try {
      const source = openImage(bytes);
      const { width, height } = (await source.metadata()).autoOrient;
      const small = source.resize(size, size, { fit: 'inside', withoutEnlargement: true });
      const image = white === null ? small : await scaled(small, white);
      // Lossy compression spoils images of a few pixels, which windows show enlarged.
      const isTiny = Math.max(width, height) <= 64;
      const body = await (isTiny ? image.png() : image.webp({ quality: 82 })).toBuffer();
      return { body, mediaType: isTiny ? 'image/png' : 'image/webp' };
    } catch (error) {
      throw imageFault(error);
    }
  },
};

/** A 16-bit image in 8 bits. */
async function scaled(image: Sharp, white: number): Promise<Sharp> {
  const { data, ...raw } = await eightBitPixels(image, 'rgb', white);
  return sharp(data, { raw });
}

/** @throws what the decoder throws at so much trouble, and ImageFault where the pixels' values have no scale */
async function decodeStrictly(bytes: Buffer, failOn: 'error' | 'warning', maxPixels: number): Promise<Look> {
  const image = openImage(bytes, { failOn, limitInputPixels: maxPixels });
  const { channels, depth } = await image.metadata();
  if (!scaledDepths.includes(depth))
    throw new ImageFault('pixels', wordsOf[depth] ?? { en: depth, ko: depth });
  if (depth === 'ushort') return { ...(await sixteenBits(image, channels)), channels, bits: 16 };
  // One channel is a third of the memory of three; the decoder goes through all of the file either way.
  const { data, info } = await image
    .flatten(background)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const fingerprint = fingerprintOf(data, width, height);
  return { ...rangeOf(data), fingerprint, width, height, channels, bits: 8 };
}

/** Depths of libvips that have no scale, in words. */
const complex = { en: 'complex numbers', ko: '복소수' };
const wordsOf: Readonly<Record<string, Bilingual>> = {
  char: { en: '8-bit numbers with a sign', ko: '부호 있는 8비트 정수' },
  short: { en: '16-bit numbers with a sign', ko: '부호 있는 16비트 정수' },
  int: { en: '32-bit numbers with a sign', ko: '부호 있는 32비트 정수' },
  uint: { en: '32-bit whole numbers', ko: '32비트 정수' },
  float: { en: '32-bit floating-point numbers', ko: '32비트 부동소수점 수' },
  double: { en: '64-bit floating-point numbers', ko: '64비트 부동소수점 수' },
  complex,
  dpcomplex: complex,
};

async function sixteenBits(image: Sharp, stored: number) {
  const colours = stored >= 3 ? 'rgb' : 'grey';
  const { values, width, height, channels } = await sixteenBitPixels(image.removeAlpha(), colours);
  return { ...rangeOf(values), fingerprint: fingerprintOf(values, width, height, channels), width, height };
}

/** @throws ImageFault where parts of the picture are missing: the fault that was met first */
async function repair(bytes: Buffer, maxPixels: number, fault: ImageFault): Promise<ImageFacts> {
  const damage = fault.why;
  const looks = [() => decodeStrictly(bytes, 'error', maxPixels)];
  const whole = withJpegEnd(bytes);
  // All pixels are there, if nothing but the mark of the end is missing.
  if (whole) looks.push(() => decodeStrictly(whole, 'warning', maxPixels));
  for (const look of looks) {
    try {
      return { ...(await look()), damage };
    } catch (error) {
      const next = imageFault(error);
      if (next.reason !== 'unreadable') throw next;
    }
  }
  throw fault;
}
