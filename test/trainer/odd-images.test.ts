import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decode, readingOptions, whiteOf } from '../../resources/trainers/builtin/decoding.ts';
import * as manifest from '../../src/main/features/datasets/manifest.ts';
import * as engine from '../../src/main/features/datasets/pixels/decoding.ts';
import {
  sharpImageReader,
  sumPixelsUpTo,
} from '../../src/main/features/datasets/pixels/sharp-image-reader.ts';
import {
  bytesOf,
  deep,
  noisy,
  sampleFormats,
  scientificTiff,
  withComment,
  withExtraneousBytes,
} from '../support/odd-images.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Picture, tinyRun } from './support/tiny-run.ts';
import { type Ended, train } from './support/trainer.ts';

const warnings = ({ events }: Ended) =>
  events
    .filter(({ type, level }) => type === 'log' && level === 'warning')
    .map(({ message }) => String(message));

const jpeg = (number: number) => noisy(number).jpeg().toBuffer();

/** Images that an import takes, of all kinds that decoders treat differently. */
async function taken(): Promise<Record<string, Buffer>> {
  const hurt = Buffer.from(await jpeg(4));
  hurt[hurt.indexOf(Buffer.from([0xff, 0xda])) + 45] = 0;
  return {
    extraneous: withExtraneousBytes(await jpeg(1)),
    endless: (await jpeg(2)).subarray(0, -2),
    hurt,
    'wrong check sum': withComment(await noisy(5).png().toBuffer(), false),
    cmyk: await noisy(6).toColourspace('cmyk').jpeg().toBuffer(),
    'turned right': await noisy(7, 48, 32).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    mirrored: await noisy(8, 48, 32).withMetadata({ orientation: 5 }).png().toBuffer(),
    '12 of 16 bits': await deep(
      Uint16Array.from({ length: 3072 }, (_, at) => (at * 5) % 4096),
      32,
      32,
      3,
    )
      .png()
      .toBuffer(),
    'small 16 bits': await deep(
      Uint16Array.from({ length: 1024 }, (_, at) => at),
      32,
      32,
    )
      .png()
      .toBuffer(),
  };
}

test('import, preview, statistics and the trainer see the same pixels of whatever an import takes', async () => {
  expect(readingOptions).toEqual(engine.readingOptions);
  await using place = await temporaryFolder();
  const reader = sharpImageReader;
  const all = await Promise.all(
    Object.entries(await taken()).map(async ([name, bytes]) => ({
      name,
      bytes,
      facts: await reader.inspect(bytes, 1e6),
    })),
  );
  const depths = all.map(({ facts }) => (facts.bits === 16 ? facts.highest : undefined));
  const white = manifest.whiteOf(depths);
  expect(white).toBe(4095);
  expect(whiteOf(depths.map((maxValue) => ({ maxValue: maxValue ?? null })))).toBe(white);
  for (const { name, bytes, facts } of all) {
    const file = path.join(place.folder, name);
    await writeFile(file, bytes);
    const { width, height, channels } = facts;
    const isDeep = facts.bits === 16;
    const entry = { file, path: name, label: 0, sha256: null, size: null, width, height, channels };
    const pixels = await decode(
      { ...entry, maxValue: isDeep ? facts.highest : null },
      { width, height, channels: 3 },
      white ?? 0,
    );
    const sum = (channel: number) =>
      pixels.reduce((total, value, at) => (at % 3 === channel ? total + value : total), 0);
    const sums = await sumPixelsUpTo(1e6)(bytes, isDeep ? white : null);
    expect([name, ...sums.sums]).toEqual([name, sum(0), sum(1), sum(2)]);
    const shown = await reader.thumbnail(bytes, 64, isDeep ? white : null);
    const raw = await sharp(shown.body).toColourspace('srgb').removeAlpha().raw().toBuffer();
    expect([name, Buffer.from(pixels).equals(raw)]).toEqual([name, true]);
  }
});

const picture = (className: string, index: number, bytes: Buffer, more: Partial<Picture> = {}): Picture => ({
  ...{ class: className, name: `${index}`, bytes, width: 32, height: 32, channels: 3 },
  ...more,
});

test('images that decode with a warning are trained on', async () => {
  const images = await Promise.all(
    Array.from({ length: 12 }, async (_, index) =>
      picture(index % 2 ? 'odd' : 'even', index, withExtraneousBytes(await jpeg(index))),
    ),
  );
  await using run = await tinyRun(images, { training: { epochs: 1 } });
  const ended = await train(run.directory);
  expect(ended.result).toMatchObject({ status: 'completed' });
  expect(warnings(ended).join()).not.toContain('left out');
});

test('floating-point images are refused with how to save them, not trained on as black', async () => {
  const floats = (base: number) =>
    scientificTiff(
      bytesOf(Float32Array.from({ length: 1024 }, (_, at) => base + (at % 100) / 400)),
      32,
      sampleFormats.float,
    );
  const images = Array.from({ length: 8 }, (_, index) =>
    picture(index % 2 ? 'light' : 'dark', index, floats(index / 100 + (index % 2) * 0.6), { channels: 1 }),
  );
  await using run = await tinyRun(images, { training: { epochs: 1 } });
  const ended = await train(run.directory);
  expect(ended.result).toMatchObject({ status: 'failed' });
  expect(ended.result.message).toMatch(/8 of 8 images cannot be read.*"float".*8 or 16 bits/);
});

test('12 of 16 bits are trained on over their whole range, by one scale for all images', async () => {
  const grey = (index: number) =>
    deep(
      Uint16Array.from({ length: 1024 }, (_, at) => (index % 2 ? 3000 : 0) + ((at * 7 + index) % 1000)),
      32,
      32,
    );
  const images = await Promise.all(
    Array.from({ length: 8 }, async (_, index) =>
      picture(index % 2 ? 'light' : 'dark', index, await grey(index).png().toBuffer(), {
        channels: 1,
        maxValue: index % 2 ? 3999 : 999,
      }),
    ),
  );
  await using run = await tinyRun(images, { training: { epochs: 1 } });
  const ended = await train(run.directory);
  expect(ended.result).toMatchObject({ status: 'completed' });
  const model = JSON.parse(await readFile(path.join(run.directory, 'artifacts', 'model.json'), 'utf8'));
  // The means of dark and light images are 500 and 3,500 of 4,095.
  expect(model.normalisation.mean[0]).toBeGreaterThan(0.4);
  expect(model.normalisation.mean[0]).toBeLessThan(0.6);
});

test('images whose pixels have one value are trained on with a warning that names the value and the class', async () => {
  const flat = (value: number) =>
    sharp(Buffer.alloc(64, value), { raw: { width: 8, height: 8, channels: 1 } })
      .png()
      .toBuffer();
  const small = { width: 8, height: 8, channels: 1 };
  const black = await Promise.all(
    Array.from({ length: 8 }, async (_, index) =>
      picture(index % 2 ? 'a' : 'b', index, await flat(0), small),
    ),
  );
  await using all = await tinyRun(black, { training: { epochs: 1 } });
  expect(warnings(await train(all.directory)).join()).toContain('All pixels of all images have the value 0');
  const mixed = await Promise.all(
    Array.from({ length: 8 }, async (_, index) =>
      index % 2
        ? picture('lit', index, await noisy(index, 8, 8).toColourspace('b-w').png().toBuffer(), small)
        : picture('unlit', index, await flat(7), small),
    ),
  );
  await using one = await tinyRun(mixed, { training: { epochs: 1 } });
  expect(warnings(await train(one.directory)).join()).toContain('one value in "unlit" (7)');
});
