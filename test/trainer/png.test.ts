import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { ImageFormat } from '../../resources/trainers/builtin/image-format.ts';
import { readPlainPng } from '../../resources/trainers/builtin/png.ts';
import { Random } from '../../resources/trainers/builtin/random.ts';

function part(kind: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** A PNG whose rows have each filter in turn, before bytes that come as they may. */
function png({ height, width, channels }: ImageFormat, others: readonly Buffer[] = []): Buffer {
  const random = new Random('png', height, width, channels);
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, channels === 1 ? 0 : 2, 0, 0, 0]);
  const rows = Array.from({ length: height }, (_, y) => [
    y % 5,
    ...Array.from({ length: width * channels }, () => random.below(256)),
  ]);
  const packed = deflateSync(Uint8Array.from(rows.flat()));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    part('IHDR', header),
    ...others,
    part('IDAT', packed.subarray(0, 20)),
    part('IDAT', packed.subarray(20)),
    part('IEND', Buffer.alloc(0)),
  ]);
}

test.each([
  { height: 28, width: 28, channels: 1 },
  { height: 7, width: 1, channels: 1 },
  { height: 13, width: 31, channels: 3 },
] as const)('a plain PNG of $height × $width × $channels has the pixels that sharp reads', async (format) => {
  const bytes = png(format, [part('pHYs', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 0]))]);
  const pixels = await sharp(bytes)
    .toColourspace(format.channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
  expect(Buffer.from(readPlainPng(bytes, format) ?? [])).toEqual(pixels);
});

test('whatever is not plain, has another format or is damaged is left to sharp', async () => {
  const format = { height: 10, width: 12, channels: 1 } as const;
  const bytes = png(format);
  expect(readPlainPng(bytes, format)).not.toBeNull();
  const changed = (at: number) => Buffer.from(bytes).fill((bytes[at] ?? 0) ^ 1, at, at + 1);
  const grey = sharp({ create: { width: 12, height: 10, channels: 3, background: '#777777' } });
  const other: Record<string, Buffer> = {
    'another signature': changed(1),
    'another header': png({ ...format, width: 11 }),
    colours: png({ ...format, channels: 3 }),
    transparent: png(format, [part('tRNS', Buffer.from([0, 7]))]),
    turned: png(format, [part('eXIf', Buffer.from('II*\0', 'latin1'))]),
    '16 bits': await grey.clone().toColourspace('grey16').png().toBuffer(),
    palette: await grey.clone().png({ palette: true }).toBuffer(),
    interlaced: await grey.clone().toColourspace('b-w').png({ progressive: true }).toBuffer(),
    'a wrong check sum': changed(bytes.length - 20),
    'cut off': bytes.subarray(0, -13),
    'no rows': Buffer.concat([bytes.subarray(0, 33), part('IEND', Buffer.alloc(0))]),
    'no picture': Buffer.from('GIF89a'),
    empty: Buffer.alloc(0),
  };
  for (const [what, content] of Object.entries(other)) expect(readPlainPng(content, format), what).toBeNull();
});
