import type { Sharp, SharpOptions } from 'sharp';
import type { Bilingual } from '../../../../shared/errors/entry.ts';
import { errorMessage } from '../../../../shared/errors/error.ts';
import { ImageFault, type ImageFaultReason } from '../images.ts';
import { sharp } from './sharp.ts';

/**
 * How images are read that an import took (docs/run-directory.md, "How images are read"): what the decoder can repair is no
 * error, and orientation is applied. The builtin trainer has the same options.
 */
export const readingOptions = { failOn: 'none', autoOrient: true } as const;

/** What shows through transparent parts. */
export const background = { background: '#ffffff' } as const;

/** Depths of libvips whose values have a scale that everybody agrees on. */
export const scaledDepths: readonly string[] = ['uchar', 'ushort'];

/**
 * An image to be decoded. libvips does not know the general major brand "miaf" (ISO/IEC 23000-22), which may stand before AVIF: the
 * equally general "mif1" says the same to it.
 */
export function openImage(bytes: Buffer, options: SharpOptions = {}): Sharp {
  const isMiaf = bytes.toString('latin1', 4, 12) === 'ftypmiaf';
  const known = isMiaf
    ? Buffer.concat([bytes.subarray(0, 8), Buffer.from('mif1'), bytes.subarray(12)])
    : bytes;
  return sharp(known, { ...readingOptions, ...options });
}

/** Raw pixels, row by row, channels side by side. */
export interface RawPixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
}

/**
 * The pixels in 8 bits a channel. Those of 16 bits are scaled by the dataset's `white`, and are cut off there.
 * @param white the value of white of a 16-bit image; null for one of 8 bits
 */
export async function eightBitPixels(
  image: Sharp,
  colours: 'grey' | 'rgb',
  white: number | null,
): Promise<RawPixels> {
  if (white === null) {
    const { data, info } = await image
      .toColourspace(colours === 'grey' ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { data, width, height, channels };
  }
  const { values, ...size } = await sixteenBitPixels(image, colours);
  const factor = 255 / white;
  return { ...size, data: Uint8Array.from(values, (value) => Math.min(255, Math.round(value * factor))) };
}

/** The pixels of a 16-bit image as they are. */
export async function sixteenBitPixels(image: Sharp, colours: 'grey' | 'rgb') {
  const { data, info } = await image
    .toColourspace(colours === 'grey' ? 'grey16' : 'rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const isAligned = data.byteOffset % 2 === 0;
  const { buffer, byteOffset, length } = isAligned ? data : Uint8Array.from(data);
  return { values: new Uint16Array(buffer, byteOffset, length / 2), width, height, channels };
}

/**
 * Turns the decoder's error into a reason in words of our own. The decoder's stay the cause: they name its parts rather than the trouble, and
 * may be those of another image that was decoded at the same time.
 */
export function imageFault(error: unknown): ImageFault {
  if (error instanceof ImageFault) return error;
  const message = errorMessage(error);
  const because = (reason: ImageFaultReason) => new ImageFault(reason, reasons[reason], error);
  if (/pixel limit/i.test(message)) return because('too_large');
  if (/samples out of range/.test(message)) return because('pixels');
  return /unsupported|not supported|not implemented|data precision|lossless jpeg/i.test(message)
    ? because('coding')
    : because('unreadable');
}

const reasons: Readonly<Record<ImageFaultReason, Bilingual>> = {
  too_large: { en: 'it has too many pixels', ko: '픽셀이 너무 많습니다' },
  pixels: { en: 'numbers of an unusual size (64 bits, say)', ko: '흔치 않은 크기(64비트 등)의 수' },
  coding: { en: 'there is no decoder for it here', ko: '여기에는 이 형식의 디코더가 없습니다' },
  unreadable: { en: 'its data is damaged or ends too early', ko: '데이터가 손상되었거나 중간에 끝납니다' },
};
