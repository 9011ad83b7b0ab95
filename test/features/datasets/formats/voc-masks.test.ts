import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { rawPng, square } from './support/raw-png.ts';
import { type Files, png, problemOf, type ReadSet, readSet } from './support/read-set.ts';
import { annotationXml, objectXml } from './support/voc-text.ts';

const mask = 'SegmentationClass/a.png';
const labelMap = '# label:color_rgb:parts:actions\nbackground:0,0,0::\nbolt:10,20,30::\nnut:40,50,60::\n';
const [boltColour, nutColour] = [0x0a141e, 0x28323c];

async function read(bytes: Uint8Array, more: Files = {}) {
  return readSet('voc', { 'JPEGImages/a.png': await png(), [mask]: bytes, ...more });
}

/** How many pixels are of each class, and of none (`ignored`). */
function pixelsOf(set: ReadSet): Record<string, number> {
  const pixels: Record<string, number> = {};
  for (const each of set.objects['JPEGImages/a.png'] ?? []) {
    const { counts } = each.mask as unknown as { counts: number[] };
    const name = each.ignored ? 'ignored' : (set.classes[each.class ?? -1] ?? '?');
    pixels[name] = counts.reduce((sum, run, at) => sum + (at % 2 === 1 ? run : 0), 0);
  }
  return pixels;
}

describe('a mask of VOC', () => {
  test.each([1, 2, 4, 8, 16] as const)('in grey of %i bits holds indexes', async (bits) => {
    const set = await read(rawPng(square(1), { bits }));
    expect({ errors: set.errors, pixels: pixelsOf(set) }).toEqual({ errors: [], pixels: { aeroplane: 64 } });
  });

  test.each([1, 2, 4, 8] as const)(
    'with a palette of %i bits has its classes by their colours',
    async (bits) => {
      const bytes = rawPng(square(1), { bits, palette: [0, nutColour] });
      expect(pixelsOf(await read(bytes, { 'labelmap.txt': labelMap }))).toEqual({ nut: 64 });
    },
  );

  test('with a palette of greys has its classes by their order', async () => {
    const palette = Array.from({ length: 256 }, (_, grey) => grey * 0x010101);
    const set = await read(rawPng(square(2), { palette }), { 'labelmap.txt': labelMap });
    expect(pixelsOf(set)).toEqual({ nut: 64 });
  });

  test.each([
    ['without the background', 'bolt:::\nnut:::\n'],
    ['of labelme', '__ignore__\n_background_\nbolt\nnut\n'],
  ])('takes names from a list %s', async (_, text) => {
    const name = text.includes(':') ? 'labelmap.txt' : 'class_names.txt';
    const set = await read(rawPng(square(2)), { [name]: text });
    expect({ classes: set.classes, pixels: pixelsOf(set) }).toEqual({
      classes: ['bolt', 'nut'],
      pixels: { nut: 64 },
    });
  });

  test.each([
    ['colours', 3],
    ['colours and alpha', 4],
  ] as const)('of %s has its classes by them', async (_, channels) => {
    const pixels = Buffer.alloc(64 * 48 * channels);
    for (let at = 0; at < 64; at += 1)
      pixels.set([10, 20, 30, 128].slice(0, channels), ((at >> 3) * 64 + (at & 7)) * channels);
    const bytes = await sharp(pixels, { raw: { width: 64, height: 48, channels } })
      .png()
      .toBuffer();
    const set = await read(bytes, { 'labelmap.txt': labelMap });
    expect({ errors: set.errors, pixels: pixelsOf(set) }).toEqual({ errors: [], pixels: { bolt: 64 } });
  });

  test('leaves 255 out of all classes, and is no label where there is nothing else', async () => {
    const values = square(255);
    values[40] = Array.from({ length: 64 }, () => 5);
    expect(pixelsOf(await read(rawPng(values)))).toEqual({ ignored: 64, bottle: 64 });
    const binary = await read(rawPng(square(255)));
    expect(binary.errors).toEqual(['LABELS_NOT_FOUND ']);
    expect(problemOf(binary, 'LABELS_NOT_FOUND').hint).toContain('255');
  });

  test.each([
    ['an index without a name', rawPng(square(77)), 'CLASS_UNKNOWN', 'has the class 77'],
    ['an index of 16 bits without a name', rawPng(square(1000), { bits: 16 }), 'CLASS_UNKNOWN', 'class 1000'],
    ['no picture', Buffer.from('x'), 'IMAGE_UNREADABLE', 'mask'],
    ['another size than its image', rawPng(square(1).slice(1)), 'IMAGE_SIZE_DIFFERS', '64 × 47'],
  ] as const)('is an error where it is %s', async (_, bytes, code, words) => {
    const set = await read(bytes, { 'Annotations/a.xml': annotationXml('a.png', objectXml('bolt')) });
    expect(set.errors).toEqual([`${code} ${mask}`]);
    expect(problemOf(set, code).message).toContain(words);
  });

  test('of more colours than masks have is an error, and not an error for each', async () => {
    const noise = Buffer.from(
      Array.from({ length: 64 * 48 * 3 }, (_, at) => (Math.imul(at, 2_654_435_761) >>> 13) & 255),
    );
    const bytes = await sharp(noise, { raw: { width: 64, height: 48, channels: 3 } })
      .png()
      .toBuffer();
    const set = await read(bytes);
    expect(set.errors).toEqual([`IMAGE_UNREADABLE ${mask}`]);
    expect(problemOf(set, 'IMAGE_UNREADABLE').message).toContain('256');
  });

  test('as JPEG is an error that says why', async () => {
    const bytes = await sharp(await png())
      .jpeg()
      .toBuffer();
    const set = await readSet('voc', { 'JPEGImages/a.png': await png(), 'SegmentationClass/a.jpg': bytes });
    expect(set.errors).toEqual(['IMAGE_UNREADABLE SegmentationClass/a.jpg']);
  });
});

test('masks of objects and painted ones are no images, and are left out, which is said', async () => {
  const set = await read(rawPng(square(1)), {
    'SegmentationObject/a.png': rawPng(square(1)),
    'SegmentationClassVisualization/a.jpg': await sharp(await png())
      .jpeg()
      .toBuffer(),
  });
  expect(set.warnings).toEqual(['OBJECT_MASKS_LEFT_OUT SegmentationObject/a.png']);
  expect(pixelsOf(set)).toEqual({ aeroplane: 64 });
});

test('splits come from the lists of masks first, where there are masks', async () => {
  const picture = await png();
  const files: Record<string, string | Uint8Array> = {};
  for (const name of ['a', 'b']) {
    files[`JPEGImages/${name}.png`] = picture;
    files[`Annotations/${name}.xml`] = annotationXml(name, objectXml('bolt'));
  }
  const set = await readSet('voc', {
    ...files,
    [mask]: rawPng(square(1)),
    'ImageSets/Main/train.txt': 'a\nb\n',
    'ImageSets/Segmentation/val.txt': 'a\n',
  });
  expect(set.splits).toEqual({ 'JPEGImages/a.png': 'val', 'JPEGImages/b.png': 'train' });
});

test('colours of a palette and their classes come from one file, whichever is read first', async () => {
  const bytes = rawPng(square(1), { palette: [0, boltColour] });
  const before = await readSet('voc', {
    'labelmap.txt': labelMap,
    [mask]: bytes,
    'JPEGImages/a.png': await png(),
  });
  const behind = await readSet('voc', {
    [mask]: bytes,
    'JPEGImages/a.png': await png(),
    'labelmap.txt': labelMap,
  });
  expect(pixelsOf(before)).toEqual({ bolt: 64 });
  expect(behind).toEqual(before);
});
