import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Files, png, problemOf, readSet } from './support/read-set.ts';
import { annotationXml, objectXml, sizeXml } from './support/voc-text.ts';

const bolt = { class: 0, box: [6, 8, 16, 12] };
const xml = 'Annotations/a.xml';

async function read(text: string | Uint8Array, more: Files = {}) {
  return readSet('voc', { 'JPEGImages/a.png': await png(), [xml]: text, ...more });
}
const one = annotationXml('a.png', objectXml('bolt'));

describe('a VOC annotation', () => {
  test.each([
    ['tags in other letters', one.replaceAll('annotation>', 'Annotation>').replaceAll('name>', 'Name>')],
    [
      'a namespace',
      one.replace('<annotation>', '<v:annotation xmlns:v="x">').replace('</annotation>', '</v:annotation>'),
    ],
    ['a document type', `<?xml version="1.0"?>\n<!DOCTYPE annotation>\n${one}`],
    ['character data', one.replace('bolt', '<![CDATA[bolt]]>')],
    ['a byte order mark', `\uFEFF${one}`],
    ['no file name', one.replace(/<filename>.*\n/, '\n')],
    ['a file name of another folder', one.replace('a.png', '..\\img\\a.JPG')],
    [
      'parts of the object',
      annotationXml('a.png', objectXml('bolt', undefined, `<part>${objectXml('head')}</part>`)),
    ],
    ['blanks around numbers', annotationXml('a.png', objectXml('bolt', [' 7', '9.0', '22\n', '2e1']))],
  ])('may have %s', async (_, text) => {
    const set = await read(text);
    expect({ problems: set.problems, classes: set.classes, objects: set.objects }).toEqual({
      problems: [],
      classes: ['bolt'],
      objects: { 'JPEGImages/a.png': [bolt] },
    });
  });

  test.each([
    ['no name', objectXml(''), 'it has no name'],
    ['no box', '<object><name>nut</name></object>', 'no box'],
    [
      'two boxes',
      `<object><name>nut</name>${'<bndbox><xmin>1</xmin></bndbox>'.repeat(2)}</object>`,
      '2 boxes',
    ],
    ['a box without a side', objectXml('nut').replace(/<ymax>.*<\/ymax>/, ''), 'no number for ymax'],
    ['a box of words', objectXml('nut', ['a', 1, 2, 3]), 'no number for xmin'],
    ['a box of NaN', objectXml('nut', ['NaN', 1, 2, 3]), 'no number for xmin'],
    ['exchanged sides', objectXml('nut', [50, 10, 30, 30]), 'xmin of "nut" is not below xmax: 50 and 30'],
    ['no height', objectXml('nut', [30, 20, 40, 20]), 'ymin of "nut" is not below ymax: 20 and 20'],
  ])('keeps its other objects where one has %s', async (_, bad, words) => {
    const set = await read(annotationXml('a.png', bad + objectXml('bolt')));
    expect(problemOf(set, 'OBJECT_INVALID').message).toContain(words);
    expect(set.objects['JPEGImages/a.png']).toEqual([bolt]);
  });

  test.each([
    ['cut short', one.slice(0, -20), 'Unclosed'],
    ['a second root', one + one, 'a second root element'],
    [
      'entities of its own',
      `<!DOCTYPE x [<!ENTITY a "b">]>${one.replace('bolt', '&a;')}`,
      'Invalid character entity',
    ],
    [
      'a file as entity',
      `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${one.replace('bolt', '&a;')}`,
      'entity',
    ],
  ])('is unreadable, and nothing else is said of it, where it is %s', async (_, text, words) => {
    const set = await read(text);
    expect(set.errors).toHaveLength(1);
    expect(problemOf(set, 'ANNOTATIONS_UNREADABLE').message).toContain(words);
  });

  test.each([
    ['none', ''],
    ['one of zeros', sizeXml(0, 0)],
  ])('takes the size from the image where it has %s, which is said', async (_, size) => {
    const set = await read(annotationXml('a.png', objectXml('bolt'), size));
    expect(set.warnings).toEqual([`IMAGE_SIZE_UNSAID ${xml}`]);
    expect(set.objects['JPEGImages/a.png']).toEqual([bolt]);
  });

  test('of another size is an error with both', async () => {
    const set = await read(annotationXml('a.png', objectXml('bolt'), sizeXml(48, 64)));
    expect(set.errors).toEqual([`IMAGE_SIZE_DIFFERS ${xml}:3`]);
    expect(problemOf(set, 'IMAGE_SIZE_DIFFERS').message).toContain('48 × 64');
  });

  test.each([['1'], ['True'], ['yes']])('marks an object as difficult by %s', async (text) => {
    const object = objectXml('bolt', undefined, `<difficult>${text}</difficult>`);
    expect((await read(annotationXml('a.png', object))).objects['JPEGImages/a.png']).toEqual([
      { ...bolt, difficult: true },
    ]);
  });

  test('counts pixels from 0 in all files where one box begins at 0, and names that one', async () => {
    const zero = annotationXml('b.png', `\n${objectXml('bolt', [0, 0, 20, 16])}`);
    const set = await read(one, { 'JPEGImages/b.png': await png(), 'Annotations/b.xml': zero });
    expect(set.warnings).toEqual(['BOXES_FROM_ZERO Annotations/b.xml:5']);
    expect(set.objects).toEqual({
      'JPEGImages/a.png': [{ class: 0, box: [7, 9, 15, 11] }],
      'JPEGImages/b.png': [{ class: 0, box: [0, 0, 20, 16] }],
    });
  });

  test('in parts of the image is an error', async () => {
    const set = await read(annotationXml('a.png', objectXml('bolt', [0.1, 0.2, 0.3, 0.4])));
    expect(set.errors).toEqual([`NOT_PIXELS ${xml}`]);
  });
});

describe('the image of a VOC annotation', () => {
  const files = async () => ({
    'JPEGImages/a.png': await png(),
    'JPEGImages/a.webp': await sharp(await png())
      .webp()
      .toBuffer(),
  });

  test('is the one that it names, of several of its own name', async () => {
    const set = await readSet('voc', {
      ...(await files()),
      [xml]: annotationXml('a.webp', objectXml('bolt')),
    });
    expect(set.objects).toEqual({ 'JPEGImages/a.webp': [bolt] });
  });

  test('is none where it names neither, which is said with both', async () => {
    const set = await readSet('voc', {
      ...(await files()),
      [xml]: annotationXml('x.png', objectXml('bolt')),
    });
    expect(problemOf(set, 'IMAGE_FILE_AMBIGUOUS').message).toContain('JPEGImages/a.png, JPEGImages/a.webp');
  });

  test('is the one in a folder of the same name, of several in folders of their own', async () => {
    const picture = await png();
    const set = await readSet('voc', {
      'images/x/a.png': picture,
      'images/y/a.png': picture,
      'labels/y/a.xml': annotationXml('a.png', objectXml('bolt')),
    });
    expect({ errors: set.errors, objects: set.objects }).toEqual({
      errors: [],
      objects: { 'images/y/a.png': [bolt] },
    });
  });

  test('is given to one annotation: a second one is an error', async () => {
    const set = await read(one, { 'Annotations2/a.xml': one });
    expect(set.errors).toEqual(['IMAGE_LISTED_TWICE Annotations2/a.xml:2']);
    expect(set.objects).toEqual({ 'JPEGImages/a.png': [bolt] });
  });
});

test('classes come in the order of the files’ names, however the files are read', async () => {
  const set = await readSet('voc', {
    'Annotations/b.xml': annotationXml('b.png', objectXml('nut')),
    'Annotations/a.xml': annotationXml('a.png', objectXml('bolt') + objectXml('screw', [1, 1, 9, 9])),
    'JPEGImages/a.png': await png(),
    'JPEGImages/b.png': await png(),
  });
  expect(set.classes).toEqual(['bolt', 'screw', 'nut']);
});

test('splits come from the lists of the dataset in which the image lies', async () => {
  const files: Record<string, string | Uint8Array> = {};
  for (const year of ['VOC1', 'VOC2'])
    for (const name of ['a', 'b']) {
      files[`${year}/JPEGImages/${name}.png`] = await png();
      files[`${year}/Annotations/${name}.xml`] = annotationXml(name, objectXml('bolt'));
    }
  const set = await readSet('voc', {
    ...files,
    'VOC1/ImageSets/Main/train.txt': 'a  1\r\nb -1\r\n',
    'VOC1/ImageSets/Main/bolt_val.txt': 'a 1\n',
    'VOC2/ImageSets/Main/train.txt': 'JPEGImages/a.png\n',
    'VOC2/ImageSets/Main/val.txt': 'b\n',
    'VOC2/ImageSets/Main/trainval.txt': 'a\nb\n',
  });
  expect(set.warnings).toEqual([]);
  expect(set.splits).toEqual({
    'VOC1/JPEGImages/a.png': 'train',
    'VOC1/JPEGImages/b.png': 'train',
    'VOC2/JPEGImages/a.png': 'train',
    'VOC2/JPEGImages/b.png': 'val',
  });
});

test('XML of other kinds is passed over, and named where there is nothing else', async () => {
  const other = '<annotations><image/></annotations>';
  expect((await read(one, { 'cvat.xml': other })).problems).toEqual([]);
  expect(problemOf(await read(other), 'LABELS_NOT_FOUND').message).toContain('<annotations>');
});

test('annotations without a single object are no labels, which is an error', async () => {
  expect((await read(annotationXml('a.png', ''))).errors).toEqual(['LABELS_NOT_FOUND ']);
});
