import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { Sharp } from 'sharp';
import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import type { SumPixels } from '../../jobs/statistics.ts';
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
import { sharp } from './sharp.ts';

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

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Bit 5 of a chunk type's first byte: the picture does not depend on the chunk (PNG specification, 5.4). */
const ancillary = 0x20;
/** Packed text and profiles of a PNG, in bytes: each may swell a thousandfold, and decoders unpack them before they look at a pixel. */
const mostPackedExtras = 2 ** 20;

/**
 * What the decoder passes over in a PNG (PNG specification, 5.2 to 5.4): it stops at the last pixel and does not miss what comes
 * after, and it does not say that a chunk beside the picture has a wrong check sum, at which other programs stop. `swollen`: what
 * is packed beside the picture would take it minutes.
 */
function pngDamage(buffer: Buffer): 'cut' | 'chunk' | 'swollen' | null {
  if (!buffer.subarray(0, pngSignature.length).equals(pngSignature)) return null;
  let isDamaged = false;
  let packedExtras = 0;
  let offset = pngSignature.length;
  while (offset + 12 <= buffer.length) {
    const length = buffer.readUInt32BE(offset);
    const next = offset + 12 + length;
    if (next > buffer.length) return 'cut';
    const type = buffer.toString('latin1', offset + 4, offset + 8);
    if (type === 'IEND') return isDamaged ? 'chunk' : null;
    if (isPackedExtra(type, buffer.subarray(offset + 8, next - 4))) packedExtras += length;
    if (packedExtras > mostPackedExtras) return 'swollen';
    if (((buffer[offset + 4] ?? 0) & ancillary) !== 0)
      isDamaged ||= crc32(buffer.subarray(offset + 4, next - 4)) !== buffer.readUInt32BE(next - 4);
    offset = next;
  }
  return 'cut';
}

/** Whether a chunk holds packed text or a packed profile; an iTXt says it behind its keyword (PNG specification, 11.3.3). */
function isPackedExtra(type: string, data: Buffer): boolean {
  if (type === 'zTXt' || type === 'iCCP') return true;
  return type === 'iTXt' && data[data.indexOf(0) + 1] === 1;
}

const endOfImage = Buffer.from([0xff, 0xd9]);

/** A JPEG with the mark of its end put behind it, where that may be all it lacks; null for every other file. */
function withJpegEnd(buffer: Buffer): Buffer | null {
  if (buffer[0] !== 0xff || buffer[1] !== 0xd8 || buffer.includes(endOfImage, -endOfImage.length))
    return null;
  return Buffer.concat([buffer, endOfImage]);
}

/**
 * The bits per sample of a JPEG, from its frame header (ITU-T T.81, B.2.2); null if it has none. The decoder reports more than
 * eight by a message only, which may belong to another image when several are decoded at once.
 */
function jpegPrecision(buffer: Buffer): number | null {
  if (buffer[0] !== 0xff || buffer[1] !== 0xd8) return null;
  for (let at = 2; at + 5 <= buffer.length && buffer[at] === 0xff; ) {
    const marker = buffer[at + 1] ?? 0;
    // Frames are 0xC0 to 0xCF but for the tables of Huffman and arithmetic codes and an extension.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return buffer[at + 4] ?? null;
    at += 2 + buffer.readUInt16BE(at + 2);
  }
  return null;
}

/** So many bytes are added up in a few milliseconds, before others get their turn. */
const summedAtOnce = 4 * 2 ** 20;

/**
 * Sums of pixels: transparency is left out, grey counts as three equal channels. Added up here: libvips' statistics look for edges and
 * entropy too, which takes hundreds of times as long.
 */
export function sumPixelsUpTo(maxPixels: number): SumPixels {
  return async (bytes, white) => {
    try {
      const image = openImage(bytes, { limitInputPixels: maxPixels }).removeAlpha();
      const { data, width, height, channels } = await eightBitPixels(image, 'rgb', white);
      const sums: [number, number, number] = [0, 0, 0];
      const squares: [number, number, number] = [0, 0, 0];
      const part = channels * Math.ceil(summedAtOnce / channels);
      for (let start = 0; start < data.length; start += part) {
        if (start > 0) await setImmediate();
        const end = Math.min(start + part, data.length);
        for (const channel of [0, 1, 2] as const) {
          let [sum, square] = [0, 0];
          for (let at = start + (channels >= 3 ? channel : 0); at < end; at += channels) {
            const value = data[at] as number;
            sum += value;
            square += value * value;
          }
          sums[channel] += sum;
          squares[channel] += square;
        }
      }
      return { pixels: width * height, sums, squares };
    } catch (error) {
      throw imageFault(error);
    }
  };
}
