import { crc32 } from 'node:zlib';
import { imageFault, openImage } from './decoding.ts';

/** The pixels of a mask, row by row: indexes into a palette or grey values, or colours as `0xRRGGBB`. */
export interface MaskPixels {
  readonly width: number;
  readonly height: number;
  readonly kind: 'index' | 'colour';
  readonly values: Uint8Array | Uint16Array | Uint32Array;
  /** The palette's colours by index; null where the mask has none. */
  readonly palette: readonly number[] | null;
}

const signatureLength = 8;
const greyType = 0;
const paletteType = 3;

/**
 * Decodes a mask. Decoders turn a palette into its colours; what a mask means is the index itself, which is read as the grey value of
 * the same file without its palette. @throws ImageFault
 */
export async function readMaskPixels(bytes: Buffer, maxPixels: number): Promise<MaskPixels> {
  const bare = withoutPalette(bytes);
  const grey = bare ?? greyOf(bytes);
  try {
    const image = openImage(bare?.bytes ?? bytes, { limitInputPixels: maxPixels, autoOrient: false });
    if (grey?.bits === 16) return await readWide(image);
    const { data, info } = await (grey ? image.toColourspace('b-w') : image.removeAlpha())
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const pixels = width * height;
    if (channels < 3) {
      // Decoders spread fewer bits over all of a byte.
      const most = grey ? 2 ** grey.bits - 1 : 255;
      const values = new Uint8Array(pixels);
      for (let at = 0; at < pixels; at += 1)
        values[at] = Math.round(((data[at * channels] ?? 0) * most) / 255);
      return { width, height, kind: 'index', values, palette: bare?.palette ?? null };
    }
    const values = new Uint32Array(pixels);
    for (let at = 0; at < pixels; at += 1) {
      const from = at * channels;
      values[at] = ((data[from] ?? 0) << 16) | ((data[from + 1] ?? 0) << 8) | (data[from + 2] ?? 0);
    }
    return { width, height, kind: 'colour', values, palette: null };
  } catch (error) {
    throw imageFault(error);
  }
}

async function readWide(image: ReturnType<typeof openImage>): Promise<MaskPixels> {
  const { data, info } = await image
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const values = new Uint16Array(width * height);
  for (let at = 0; at < values.length; at += 1) values[at] = data.readUInt16LE(at * channels * 2);
  return { width, height, kind: 'index', values, palette: null };
}

/** The bits of a grey PNG without alpha; null for every other file. */
function greyOf(bytes: Buffer): { readonly bits: number } | null {
  const header = bytes.subarray(signatureLength);
  if (header.toString('latin1', 4, 8) !== 'IHDR' || header[17] !== greyType) return null;
  return { bits: header[16] ?? 8 };
}

/** A PNG with a palette as a grey one of the same pixels (PNG specification, 11.2); null for every other file. */
function withoutPalette(bytes: Buffer): { bytes: Buffer; palette: number[]; bits: number } | null {
  const header = bytes.subarray(signatureLength);
  if (header.toString('latin1', 4, 8) !== 'IHDR' || header[17] !== paletteType) return null;
  const kept: Buffer[] = [bytes.subarray(0, signatureLength)];
  const palette: number[] = [];
  let at = signatureLength;
  while (at + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const next = at + 12 + length;
    if (next > bytes.length) break;
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, next - 4);
    if (type === 'IHDR') kept.push(chunkOf(type, greyHeader(data)));
    else if (type === 'PLTE')
      for (let index = 0; index + 2 < data.length; index += 3) palette.push(data.readUIntBE(index, 3));
    else if (type === 'IDAT' || type === 'IEND') kept.push(bytes.subarray(at, next));
    at = next;
  }
  return { bytes: Buffer.concat(kept), palette, bits: header[16] ?? 8 };
}

function greyHeader(data: Buffer): Buffer {
  const header = Buffer.from(data);
  header[9] = greyType;
  return header;
}

function chunkOf(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  named.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(named), data.length + 8);
  return chunk;
}
