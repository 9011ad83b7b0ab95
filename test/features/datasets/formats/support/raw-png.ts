import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const made = Buffer.alloc(data.length + 12);
  made.writeUInt32BE(data.length, 0);
  named.copy(made, 4);
  made.writeUInt32BE(crc32(named), data.length + 8);
  return made;
}

/** A PNG of one channel with the values as they are given: encoders choose depth and palette by themselves. */
export function rawPng(
  values: readonly (readonly number[])[],
  { bits = 8, palette = null }: { bits?: 1 | 2 | 4 | 8 | 16; palette?: readonly number[] | null } = {},
): Buffer {
  const width = values[0]?.length ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(values.length, 4);
  header[8] = bits;
  header[9] = palette ? 3 : 0;
  const rows = values.map((row) => {
    const bytes = Buffer.alloc(Math.ceil((width * bits) / 8) + 1);
    for (const [x, value] of row.entries()) {
      if (bits === 16) bytes.writeUInt16BE(value, 1 + x * 2);
      else {
        const at = 1 + ((x * bits) >> 3);
        bytes[at] = (bytes[at] ?? 0) | (value << (8 - bits - ((x * bits) & 7)));
      }
    }
    return bytes;
  });
  const colours = (palette ?? []).flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', Buffer.from(colours))] : []),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** 64 × 48 values: `inside` in a square of 8 × 8 at the top left, `outside` elsewhere. */
export const square = (inside: number, outside = 0): number[][] =>
  Array.from({ length: 48 }, (_, y) =>
    Array.from({ length: 64 }, (__, x) => (x < 8 && y < 8 ? inside : outside)),
  );
