import sharp from 'sharp';
import { expect, test } from 'vitest';
import { LookIndex, trainingRiskCodes } from '../../../src/main/features/datasets/training-risks.ts';
import { deep, noisy } from '../../support/odd-images.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { picture, writeFiles } from './support/pictures.ts';
import { evaluateWhole } from './support/validate.ts';

const riskCodes: readonly string[] = trainingRiskCodes;

/** Code and message of what would train badly. */
async function risksOf(files: Record<string, Uint8Array>) {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, files);
  const { validation, accepted } = await evaluateWhole(place.folder);
  const risks = validation.warnings.filter(({ code }) => riskCodes.includes(code));
  return { risks: new Map(risks.map(({ code, message }) => [code, message])), accepted, validation };
}

let made = 0;
async function many(folder: string, count: number): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (let index = 0; index < count; index += 1) {
    made += 1;
    files[`${folder}/${index}.png`] = await picture(made);
  }
  return files;
}

/** A photo-like picture: soft patches, another for each number. */
function photo(seed: number) {
  const cells = Buffer.from(
    Array.from({ length: 6 * 8 * 3 }, (_, at) => (Math.imul(at + 1, seed * 2654435761 + 97) >>> 13) & 255),
  );
  return sharp(cells, { raw: { width: 8, height: 6, channels: 3 } }).resize(160, 120, { kernel: 'cubic' });
}

test('ten images a class that lie evenly are no risk; one class and three images a class are, with their numbers', async () => {
  expect((await risksOf({ ...(await many('cat', 10)), ...(await many('dog', 10)) })).risks.size).toBe(0);
  const one = await risksOf(await many('cat', 12));
  expect([...one.risks.keys()]).toEqual(['ONE_CLASS']);
  expect(one.validation.ok).toBe(true);
  const few = await risksOf({
    ...(await many('cat', 3)),
    ...(await many('dog', 9)),
    ...(await many('owl', 10)),
  });
  expect([...few.risks.keys()]).toEqual(['FEW_IMAGES']);
  expect(few.risks.get('FEW_IMAGES')).toContain(
    '2 of 3 classes have fewer than 10 images to train on: cat (3), dog (9)',
  );
});

test('classes that are uneven past 1 to 50 are told, at 1 to 50 they are not', async () => {
  const large = { ...(await many('dog', 500)), ...(await many('cat', 10)) };
  expect((await risksOf(large)).risks.size).toBe(0);
  const { risks } = await risksOf({ ...large, ...(await many('dog/more', 1)) });
  expect(risks.get('IMBALANCED_CLASSES')).toContain('"dog" has 501 images to train on, "cat" has 10');
});

test('a class without images in "val" is named', async () => {
  const { risks } = await risksOf({
    ...(await many('train/cat', 10)),
    ...(await many('train/dog', 10)),
    ...(await many('val/cat', 2)),
  });
  expect([...risks]).toEqual([['CLASS_NOT_VALIDATED', '1 of 2 classes has no image in "val": dog']]);
});

test('the same bytes in two splits are counted with an example, and stay', async () => {
  const train = { ...(await many('train/cat', 10)), ...(await many('train/dog', 10)) };
  const again = train['train/cat/4.png'];
  if (!again) throw new Error('the picture was not made');
  const { risks, accepted } = await risksOf({
    ...train,
    ...(await many('val/cat', 3)),
    ...(await many('val/dog', 3)),
    'val/cat/again.png': again,
  });
  expect(risks.get('DUPLICATES_ACROSS_SPLITS')).toContain(
    '1 of 7 images of validation and test; val/cat/again.png is train/cat/4.png',
  );
  expect(accepted).toHaveLength(27);
});

test('copies that were scaled, saved anew or brightened are found across splits, and only they', async () => {
  const files: Record<string, Uint8Array> = {};
  for (let seed = 1; seed <= 24; seed += 1) {
    const split = seed <= 20 ? 'train' : 'val';
    files[`${split}/${seed % 2 ? 'cat' : 'dog'}/${seed}.png`] = await photo(seed).png().toBuffer();
  }
  const alone = await risksOf(files);
  expect(alone.risks.has('NEAR_DUPLICATES')).toBe(false);
  const original = files['train/cat/3.png'];
  const { risks, accepted } = await risksOf({
    ...files,
    'val/cat/saved.jpg': await sharp(original).jpeg({ quality: 60 }).toBuffer(),
    'val/cat/small.webp': await sharp(original).resize(80, 60).webp().toBuffer(),
    'val/cat/bright.png': await sharp(original).linear(0.8, 10).png().toBuffer(),
  });
  expect(risks.get('NEAR_DUPLICATES')).toContain('3 of 7 images of validation and test');
  expect(risks.get('NEAR_DUPLICATES')).toContain('val/cat/bright.png looks like train/cat/3.png');
  expect(accepted).toHaveLength(27);
});

test('a class whose pixels have one value is told, and a whole dataset of black', async () => {
  const flat = (value: number, side: number) =>
    sharp({ create: { width: side, height: 8, channels: 3, background: { r: value, g: value, b: value } } })
      .png()
      .toBuffer();
  const black: Record<string, Uint8Array> = {};
  for (let index = 0; index < 10; index += 1) {
    black[`a/${index}.png`] = await flat(0, 8 + index);
    black[`b/${index}.png`] = await flat(0, 30 + index);
  }
  expect((await risksOf(black)).risks.get('SINGLE_VALUE')).toContain(
    'All pixels of all images have the same brightness, 0 of 255',
  );
  const mixed = await risksOf({
    ...Object.fromEntries(Object.entries(black).filter(([name]) => name.startsWith('a/'))),
    ...(await many('b', 10)),
  });
  expect(mixed.risks.get('SINGLE_VALUE')).toContain('1 of 2 classes have the same brightness: a (0 of 255)');
});

test('16 bits that differ too little to be told apart after scaling count as one value, and 12 bits do not', async () => {
  const deepFiles = async (top: number) => {
    const files: Record<string, Uint8Array> = { ...(await many('b', 10)) };
    for (let index = 0; index < 10; index += 1)
      files[`a/${index}.png`] = await deep(
        Uint16Array.from({ length: 1024 }, (_, at) => 100 + ((at + index) % 12)),
        32,
        32,
      )
        .png()
        .toBuffer();
    files['b/top.png'] = await deep(
      Uint16Array.from({ length: 1024 }, (_, at) => (at % 2 ? top : 0)),
      32,
      32,
    )
      .png()
      .toBuffer();
    return files;
  };
  expect((await risksOf(await deepFiles(65_535))).risks.get('SINGLE_VALUE')).toContain('a (0 of 255)');
  expect((await risksOf(await deepFiles(4000))).risks.has('SINGLE_VALUE')).toBe(false);
});

test('a hundred thousand images are searched for near-duplicates in seconds, also where all look alike', async () => {
  const index = new LookIndex<{ readonly fingerprint: Uint8Array }>();
  const { sharpImageReader } = await import(
    '../../../src/main/features/datasets/pixels/sharp-image-reader.ts'
  );
  const { fingerprint } = await sharpImageReader.inspect(await noisy().png().toBuffer(), 1e6);
  const other = fingerprint.map((value, at) => (at % 9 === 8 ? value : 255 - value));
  const startedAt = performance.now();
  for (let count = 0; count < 100_000; count += 1) index.add({ fingerprint });
  // Not alike, though one band of the hash may be: each question meets all of a crowded bucket.
  const dimmed = fingerprint.map((value) => value >> 1);
  for (let count = 0; count < 2000; count += 1) expect(index.find(other) ?? index.find(dimmed)).toBeNull();
  expect(index.isExhausted).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});
