import { crc32 } from 'node:zlib';
import sharp from 'sharp';

/** Noise that is another for each number, [height × width × channels]. */
export function noise(number: number, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, at) => ((at * 37 + number * 101) ^ (at >> 3)) & 255));
}

/** A coloured image of noise, to be saved in any way. */
export function noisy(number = 1, width = 32, height = 32) {
  return sharp(noise(number, width * height * 3), { raw: { width, height, channels: 3 } });
}

/** A 16-bit image of these values. */
export function deep(values: Uint16Array, width: number, height: number, channels: 1 | 3 = 1) {
  return sharp(values, { raw: { width, height, channels } }).toColourspace(
    channels === 1 ? 'grey16' : 'rgb16',
  );
}

/** Two bytes of junk before the quantisation tables, as some webcams write them. */
export function withExtraneousBytes(jpeg: Buffer): Buffer {
  const at = 4 + jpeg.readUInt16BE(4);
  return Buffer.concat([jpeg.subarray(0, at), Buffer.from([0, 0]), jpeg.subarray(at)]);
}

/** A JPEG whose header says so many bits a sample. */
export function withPrecision(jpeg: Buffer, bits: number): Buffer {
  const copy = Buffer.from(jpeg);
  copy[copy.indexOf(Buffer.from([0xff, 0xc0])) + 4] = bits;
  return copy;
}

/** A PNG with a comment whose check sum is right or wrong. */
export function withComment(png: Buffer, isRight: boolean): Buffer {
  return withChunk(png, Buffer.from('tEXtComment\0hello', 'latin1'), isRight);
}

/** A PNG with a chunk behind its header. @param body the chunk's type and its data */
export function withChunk(png: Buffer, body: Buffer, isRight = true): Buffer {
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE((crc32(body) ^ (isRight ? 0 : 1)) >>> 0, body.length + 4);
  const headerEnd = 33;
  return Buffer.concat([png.subarray(0, headerEnd), chunk, png.subarray(headerEnd)]);
}

/** Sample formats of TIFF 6.0. */
export const sampleFormats = { unsigned: 1, signed: 2, float: 3 } as const;

/** An uncompressed grey TIFF (TIFF 6.0) of 32 × 32 pixels, as scientific programs write it; `more` are further tags (type SHORT). */
export function scientificTiff(
  data: Uint8Array,
  bits: number,
  format: number,
  more: readonly (readonly [number, number])[] = [],
): Buffer {
  const short = 3;
  const long = 4;
  const tags = [
    [256, short, 32],
    [257, short, 32],
    [258, short, bits],
    [259, short, 1],
    [262, short, 1],
    [273, long, 8],
    [277, short, 1],
    [278, long, 32],
    [279, long, data.length],
    [339, short, format],
    ...more.map(([tag, value]) => [tag, short, value] as const),
  ].sort(([one = 0], [other = 0]) => one - other);
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  directory.writeUInt16LE(tags.length, 0);
  for (const [index, [tag = 0, type = 0, value = 0]] of tags.entries()) {
    const at = 2 + index * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(1, at + 4);
    directory.writeUInt32LE(value, at + 8);
  }
  const head = Buffer.alloc(8);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8 + data.length, 4);
  return Buffer.concat([head, data, directory]);
}

/** The bytes of numbers as they lie in memory. */
export function bytesOf(values: Float32Array | Float64Array | Int16Array | Uint32Array | Int32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
