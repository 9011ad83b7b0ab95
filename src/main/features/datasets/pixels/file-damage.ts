import { crc32 } from 'node:zlib';

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
export function pngDamage(buffer: Buffer): 'cut' | 'chunk' | 'swollen' | null {
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
export function withJpegEnd(buffer: Buffer): Buffer | null {
  if (buffer[0] !== 0xff || buffer[1] !== 0xd8 || buffer.includes(endOfImage, -endOfImage.length))
    return null;
  return Buffer.concat([buffer, endOfImage]);
}

/**
 * The bits a sample of a JPEG, from its frame header (ITU-T T.81, B.2.2); null where there is none. The decoder tells of more than
 * eight by a message only, which may be another's where several images are decoded at once.
 */
export function jpegPrecision(buffer: Buffer): number | null {
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
