import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sharpImageReader } from '../../../src/main/features/datasets/pixels/sharp-image-reader.ts';
import {
  bytesOf,
  deep,
  noise,
  noisy,
  sampleFormats,
  scientificTiff,
  withChunk,
  withComment,
  withExtraneousBytes,
  withPrecision,
} from '../../support/odd-images.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { judge } from './support/judge.ts';
import { goodFiles, writeFiles } from './support/pictures.ts';
import { evaluatePath, told } from './support/validate.ts';

const jpeg = () => noisy().jpeg().toBuffer();
const png = () => noisy().png().toBuffer();

test.each<[string, () => Promise<Buffer>]>([
  ['extraneous bytes before a marker', async () => withExtraneousBytes(await jpeg())],
  ['no mark of its end', async () => (await jpeg()).subarray(0, -2)],
])('a JPEG with %s is taken with a warning', async (_, make) => {
  const { errors, warnings, image } = await judge('odd.jpg', await make());
  expect(errors).toEqual([]);
  expect(told(warnings)).toEqual(['IMAGE_DAMAGED cat/odd.jpg']);
  expect(warnings[0]?.message).toMatch(/data is damaged/);
  expect(image).toMatchObject({ width: 32, height: 32, channels: 3 });
});

test('a JPEG of which bytes of the picture were overwritten is taken with a warning or, if it shows nowhere, without', async () => {
  const good = await jpeg();
  let warned = 0;
  for (let at = 0; at < 12; at += 1) {
    const hurt = Buffer.from(good);
    hurt[hurt.indexOf(Buffer.from([0xff, 0xda])) + 40 + at] = 0;
    const { errors, warnings, image } = await judge('hurt.jpg', hurt);
    expect(errors).toEqual([]);
    expect(image).toBeDefined();
    for (const { code } of warnings) expect(code).toBe('IMAGE_DAMAGED');
    warned += warnings.length;
  }
  expect(warned).toBeGreaterThan(0);
});

test('a PNG with a wrong check sum beside the picture is taken with a warning, and a right one or bytes behind its end say nothing', async () => {
  const wrong = await judge('wrong.png', withComment(await png(), false));
  expect(told(wrong.warnings)).toEqual(['IMAGE_DAMAGED cat/wrong.png']);
  expect(wrong.image).toBeDefined();
  for (const bytes of [withComment(await png(), true), Buffer.concat([await png(), Buffer.from('behind')])]) {
    const { errors, warnings, image } = await judge('right.png', bytes);
    expect([...errors, ...warnings]).toEqual([]);
    expect(image).toBeDefined();
  }
});

test('a PNG beside whose picture packed text swells is refused before it is decoded, and one with much plain text is taken', async () => {
  const swelling = deflateSync(Buffer.alloc(60 * 2 ** 20), { level: 9 });
  for (const start of ['zTXtk\0\0', 'iTXtk\0\x01\0\0\0', 'iCCPk\0\0']) {
    const body = Buffer.concat([Buffer.from(start, 'latin1'), swelling]);
    let bytes: Buffer = await png();
    for (let count = 0; count < 18; count += 1) bytes = withChunk(bytes, body);
    const { errors, image } = await judge('swollen.png', bytes);
    expect(told(errors)).toEqual(['IMAGE_UNREADABLE cat/swollen.png']);
    expect(errors[0]?.message).toMatch(/packed text or profiles/);
    expect(image).toBeUndefined();
  }
  for (const start of ['tEXtworkflow\0', 'iTXtXML:com.adobe.xmp\0\0\0\0\0']) {
    const body = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(2 ** 21, 'x')]);
    const { errors, warnings, image } = await judge('plain.png', withChunk(await png(), body));
    expect([...errors, ...warnings]).toEqual([]);
    expect(image).toBeDefined();
  }
});

test.each<[string, string, () => Promise<Buffer>]>([
  ['progressive JPEG', 'a.jpg', () => noisy().jpeg({ progressive: true }).toBuffer()],
  ['CMYK JPEG', 'a.jpg', () => noisy().toColourspace('cmyk').jpeg().toBuffer()],
  [
    'JPEG with bytes behind its end',
    'a.jpg',
    async () => Buffer.concat([await jpeg(), Buffer.from('behind')]),
  ],
  ['1-bit TIFF', 'a.tif', () => noisy().tiff({ bitdepth: 1 }).toBuffer()],
  ['PNG with a palette', 'a.png', () => noisy().png({ palette: true }).toBuffer()],
  ['CMYK TIFF', 'a.tif', () => noisy().toColourspace('cmyk').tiff().toBuffer()],
])('a %s is taken without a word', async (_, name, make) => {
  const { errors, warnings, image } = await judge(name, await make());
  expect([...errors, ...warnings]).toEqual([]);
  expect(image).toMatchObject({ width: 32, height: 32 });
});

test.each(['gif', 'webp', 'tiff'] as const)(
  'of an animated or many-paged %s the first page counts',
  async (type) => {
    const raw = { width: 32, height: 96, channels: 3 as const, pageHeight: 32 };
    const { default: sharp } = await import('sharp');
    const bytes = await sharp(noise(3, 32 * 96 * 3), { raw })
      [type]()
      .toBuffer();
    const { errors, image } = await judge(`a.${type}`, bytes);
    expect(errors).toEqual([]);
    expect(image).toMatchObject({ width: 32, height: 32 });
  },
);

test.each<[string, string, RegExp, () => Promise<Buffer>]>([
  [
    'JPEG cut in the middle',
    'IMAGE_UNREADABLE',
    /ends too early/,
    async () => (await jpeg()).subarray(0, -200),
  ],
  [
    'JPEG of 12 bits a sample',
    'IMAGE_TYPE_UNSUPPORTED',
    /12 bits a sample/,
    async () => withPrecision(await jpeg(), 12),
  ],
  ['empty file', 'IMAGE_UNREADABLE', /empty/, async () => Buffer.alloc(0)],
])('a %s is refused with its reason', async (_, code, reason, make) => {
  const { errors, image } = await judge('a.jpg', await make());
  expect(told(errors)).toEqual([`${code} cat/a.jpg`]);
  expect(errors[0]?.message).toMatch(reason);
  expect(image).toBeUndefined();
});

test('of a damaged image no word of the decoder reaches a person, whatever its type and wherever it is damaged', async () => {
  const files: Record<string, Buffer> = {};
  for (const type of ['png', 'jpeg', 'tiff', 'webp', 'gif', 'avif'] as const) {
    const good = await noisy()[type]().toBuffer();
    for (const part of [0.2, 0.5, 0.8]) {
      const at = Math.floor(good.length * part);
      files[`cat/cut-${part}.${type}`] = good.subarray(0, at);
      files[`cat/hurt-${part}.${type}`] = Buffer.concat([
        good.subarray(0, at),
        Buffer.alloc(8, 0xa5),
        good.subarray(at + 8),
      ]);
    }
  }
  await using place = await temporaryFolder();
  await writeFiles(place.folder, { ...(await goodFiles()), ...files });
  const { validation } = await evaluatePath(place.folder);
  const said = [...validation.errors, ...validation.warnings].filter(({ code }) => code.startsWith('IMAGE_'));
  expect(new Set(said.map(({ path }) => path.split('.').at(-1))).size).toBeGreaterThanOrEqual(5);
  for (const { message } of said)
    expect(message).toMatch(
      /: (its data is damaged or ends too early|the file ends too early|a chunk beside the picture has a wrong check sum|its bytes are no image|there is no decoder for it here)$/,
    );
});

test.each<[string, () => Buffer]>([
  [
    '32-bit floating',
    () =>
      scientificTiff(
        bytesOf(Float32Array.from({ length: 1024 }, (_, i) => i / 1024)),
        32,
        sampleFormats.float,
      ),
  ],
  [
    'numbers of an unusual size (64 bits, say)',
    () => scientificTiff(bytesOf(new Float64Array(1024).fill(Number.NaN)), 64, sampleFormats.float),
  ],
  [
    '16-bit numbers with a sign',
    () => scientificTiff(bytesOf(new Int16Array(1024).fill(-5)), 16, sampleFormats.signed),
  ],
  [
    '32-bit whole numbers',
    () => scientificTiff(bytesOf(new Uint32Array(1024).fill(70_000)), 32, sampleFormats.unsigned),
  ],
  [
    '32-bit numbers with a sign',
    () => scientificTiff(bytesOf(new Int32Array(1024).fill(7)), 32, sampleFormats.signed),
  ],
])('a TIFF of %s is refused, and told how to be saved', async (words, make) => {
  const { errors, image } = await judge('a.tif', make());
  expect(told(errors)).toEqual(['PIXELS_UNSUPPORTED cat/a.tif']);
  expect(errors[0]?.message).toContain(words);
  expect(errors[0]?.hint).toContain('8-bit or 16-bit');
  expect(image).toBeUndefined();
});

test('a 16-bit image keeps its range, and all of a dataset are read by one white', async () => {
  const { manifestLine, whiteOf } = await import('../../../src/main/features/datasets/manifest.ts');
  const twelve = deep(
    Uint16Array.from({ length: 1024 }, (_, at) => at * 4),
    32,
    32,
  );
  const colour = deep(
    Uint16Array.from({ length: 3072 }, (_, at) => (at % 3 === 2 ? 1500 : 10)),
    32,
    32,
    3,
  );
  await using place = await temporaryFolder();
  await writeFiles(place.folder, {
    ...(await goodFiles()),
    'cat/twelve.png': await twelve.png().toBuffer(),
    'dog/blue.png': await colour.png().toBuffer(),
  });
  const { accepted } = await evaluatePath(place.folder);
  const lines = accepted.map((image) => manifestLine(image, image.file));
  expect(lines.filter(({ maxValue }) => maxValue !== undefined)).toMatchObject([
    { path: 'cat/twelve.png', maxValue: 4092, channels: 1 },
    { path: 'dog/blue.png', maxValue: 1500, channels: 3 },
  ]);
  expect(whiteOf(lines.map(({ maxValue }) => maxValue))).toBe(4095);
  expect(whiteOf([undefined])).toBeNull();
  expect(whiteOf([3])).toBe(255);
  expect(whiteOf([65_535])).toBe(65_535);
  expect(whiteOf([1024])).toBe(2047);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'the size is that of the upright image at orientation %i',
  async (orientation) => {
    const turned = orientation >= 5 ? { width: 32, height: 48 } : { width: 48, height: 32 };
    const image = () => noisy(1, 48, 32).withMetadata({ orientation });
    const reader = sharpImageReader;
    for (const bytes of [
      await image().jpeg().toBuffer(),
      await image().png().toBuffer(),
      await image().webp().toBuffer(),
      await image().tiff().toBuffer(),
    ]) {
      expect(await reader.inspect(bytes, 1e6)).toMatchObject(turned);
      expect(await reader.uprightSize(bytes)).toEqual(turned);
      const { default: sharp } = await import('sharp');
      const shown = await reader.thumbnail(bytes, 64, null);
      expect(await sharp(shown.body).metadata()).toMatchObject(turned);
    }
  },
);
