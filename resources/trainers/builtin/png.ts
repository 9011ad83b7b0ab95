import { crc32, inflateSync } from 'node:zlib';
import type { ImageFormat } from './image-format.ts';

const signature = '\x89PNG\r\n\x1a\n';
/** These say nothing of how the picture looks: the size of a pixel, and when it was changed. */
const withoutMeaning: readonly string[] = ['pHYs', 'tIME'];
/** A part's length, kind and check sum. */
const bytesBesides = 12;

/**
 * The pixels of a plain PNG that has the wanted format already: 8 bits a channel, grey or RGB, not interlaced. Null for any other
 * file and for a damaged one, which are sharp's to read. sharp takes 0.7 ms of a processor for a picture of
 * 28 × 28 pixels, this 0.05.
 */
export function readPlainPng(bytes: Buffer, format: ImageFormat): Uint8Array | null {
  const packed = pictureOf(bytes, format);
  if (!packed) return null;
  const width = format.width * format.channels;
  try {
    const rows = inflateSync(packed, { maxOutputLength: format.height * (width + 1) });
    return rows.length === format.height * (width + 1) ? unfiltered(rows, format.channels, width) : null;
  } catch {
    return null;
  }
}

/** The compressed rows; null where there is anything beside them that has a meaning, or a check sum is wrong. */
function pictureOf(bytes: Buffer, { height, width, channels }: ImageFormat): Buffer | null {
  if (bytes.toString('latin1', 0, 8) !== signature) return null;
  const parts: Buffer[] = [];
  for (let at = 8; at + bytesBesides <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = at + bytesBesides + length;
    const kind = bytes.toString('latin1', at + 4, at + 8);
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
      return null;
    const content = bytes.subarray(at + 8, end - 4);
    if (kind === 'IEND') return Buffer.concat(parts);
    if (at === 8) {
      const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, channels === 1 ? 0 : 2, 0, 0, 0]);
      header.writeUInt32BE(width, 0);
      header.writeUInt32BE(height, 4);
      if (kind !== 'IHDR' || !content.equals(header)) return null;
    } else if (kind === 'IDAT') parts.push(content);
    else if (!withoutMeaning.includes(kind)) return null;
    at = end;
  }
  return null;
}

/** Undoes what each row's first byte names (PNG, third edition, chapter 9: filtering). Null where it names nothing. */
function unfiltered(rows: Buffer, channels: number, width: number): Uint8Array | null {
  const height = rows.length / (width + 1);
  const pixels = new Uint8Array(height * width);
  for (let y = 0; y < height; y += 1) {
    const from = y * (width + 1);
    const filter = rows[from] ?? 0;
    if (filter > 4) return null;
    const start = y * width;
    for (let x = 0; x < width; x += 1) {
      const at = start + x;
      const left = x < channels ? 0 : (pixels[at - channels] ?? 0);
      const above = y === 0 ? 0 : (pixels[at - width] ?? 0);
      let expected = 0;
      if (filter === 1) expected = left;
      else if (filter === 2) expected = above;
      else if (filter === 3) expected = (left + above) >> 1;
      else if (filter === 4) {
        const corner = x < channels || y === 0 ? 0 : (pixels[at - width - channels] ?? 0);
        expected = nearest(left, above, corner);
      }
      pixels[at] = (rows[from + 1 + x] ?? 0) + expected;
    }
  }
  return pixels;
}

/** Which of three neighbours their plane comes nearest to (Paeth). */
function nearest(left: number, above: number, corner: number): number {
  const byLeft = Math.abs(above - corner);
  const byAbove = Math.abs(left - corner);
  const byCorner = Math.abs(left + above - 2 * corner);
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}
