import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { annotation, cocoText, image } from './formats/support/coco-text.ts';
import { png } from './formats/support/read-set.ts';
import { annotationXml, objectXml } from './formats/support/voc-text.ts';
import { examineLabels } from './support/examine.ts';
import { writeFiles } from './support/pictures.ts';

type Texts = Readonly<Record<string, string | Uint8Array>>;

/** What is taken of two images, `a.png` and `b.png`, with label files beside them. */
async function examined(format: 'coco' | 'yolo' | 'pascal_voc', texts: Texts) {
  await using place = await temporaryFolder();
  const files = Object.entries(texts).map(([name, text]) => [name, Buffer.from(text as string)] as const);
  const folder = path.join(place.folder, 'set');
  await writeFiles(folder, { 'a.png': await png(), 'b.png': await png(), ...Object.fromEntries(files) });
  return await examineLabels(folder, format);
}

const images = [image(1, 'a.png'), image(2, 'b.png')];
const names = 'names: [bolt, nut]\n';
const row = '0 0.5 0.5 0.2 0.2\n';

describe('an image all of whose labels are refused is no background, and is left out where errors are skipped', () => {
  test.each<[string, 'coco' | 'yolo' | 'pascal_voc', Texts]>([
    [
      'a box that is none',
      'coco',
      { 'x.json': cocoText(images, [annotation(1, 1, { bbox: ['x'] }), annotation(2, 2)]) },
    ],
    [
      'no category',
      'coco',
      { 'x.json': cocoText(images, [annotation(1, 1, { category_id: null }), annotation(2, 2)]) },
    ],
    ['a row that is none', 'yolo', { 'data.yaml': names, 'a.txt': '0 0.5 x 0.2 0.2\n', 'b.txt': row }],
    [
      'a row of an odd count of numbers',
      'yolo',
      { 'data.yaml': names, 'a.txt': '0 0.1 0.1 0.2 0.2 0.3 0.3 0.4\n', 'b.txt': row },
    ],
    [
      'an unknown encoding',
      'yolo',
      { 'data.yaml': names, 'a.txt': Buffer.from([0x30, 0xff, 0xfe, 0x80, 0x81, 0xff]), 'b.txt': row },
    ],
    [
      'a box without a number',
      'pascal_voc',
      {
        'a.xml': annotationXml('a.png', objectXml('cat', ['x', 9, 22, 20])),
        'b.xml': annotationXml('b.png', objectXml('cat')),
      },
    ],
  ])('%s (%s)', async (_, format, texts) => {
    const found = await examined(format, texts);
    expect(found.errors).toHaveLength(1);
    expect(found).toMatchObject({ isFatal: false, taken: ['b.png'] });
    expect(found.lines).toHaveLength(1);
  });
});

const long = '볼트'.repeat(43);

test.each<[string, 'coco' | 'yolo' | 'pascal_voc', Texts, string]>([
  [
    'a category',
    'coco',
    { 'x.json': cocoText(images, [annotation(1, 1)], [{ id: 1, name: long }]) },
    'CLASS_NAMES_INVALID x.json:10',
  ],
  [
    'data.yaml',
    'yolo',
    { 'data.yaml': `names:\n  - bolt\n  - ${long}\n`, 'a.txt': row },
    'CLASS_NAMES_INVALID data.yaml:3',
  ],
  [
    'classes.txt',
    'yolo',
    { 'classes.txt': `bolt\n${long}\n`, 'a.txt': row },
    'CLASS_NAMES_INVALID classes.txt:2',
  ],
  ['an object', 'pascal_voc', { 'a.xml': annotationXml('a.png', objectXml(long)) }, 'OBJECT_INVALID a.xml:5'],
  [
    'a label map',
    'pascal_voc',
    { 'labelmap.txt': `bolt:1,2,3::\n${long}:4,5,6::\n`, 'a.xml': annotationXml('a.png', objectXml('bolt')) },
    'CLASS_NAMES_INVALID labelmap.txt:',
  ],
])('the name of a class has 255 bytes at most, as that of a folder: %s', async (_, format, texts, error) => {
  const found = await examined(format, texts);
  expect(found.errors).toContain(error);
  expect(found.isFatal).toBe(true);
  expect(JSON.stringify(found.validation.errors)).toContain('258');
  const short = Object.entries(texts).map(([name, text]) => [
    name,
    String(text).replaceAll(long, long.slice(1)),
  ]);
  expect(await examined(format, Object.fromEntries(short))).toMatchObject({ errors: [], isFatal: false });
});
