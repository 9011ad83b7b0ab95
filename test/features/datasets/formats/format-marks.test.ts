import { describe, expect, test } from 'vitest';
import { recogniseFormat } from '../../../../src/main/features/datasets/formats/format-marks.ts';
import { defaultLimits } from '../../../../src/main/features/datasets/limits.ts';
import { type Files, memorySource } from './support/read-set.ts';

const image = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

const recognise = (files: Files, signal = new AbortController().signal) =>
  recogniseFormat(memorySource(files), defaultLimits.maxDepth, () => undefined, signal);

const coco = JSON.stringify({
  info: { description: 'x'.repeat(5000) },
  images: [{ id: 1, file_name: 'a.png' }],
  annotations: [],
  categories: [],
});
const voc = '<?xml version="1.0"?>\n<annotation verified="yes">\n<filename>a.png</filename></annotation>';

/** What people have, and by which of its files it is known. */
const sets: readonly [name: string, files: Files, format: string, mark: string, file: string][] = [
  ['classes in folders', { 'cat/a.png': image, 'dog/b.png': image }, 'imagenet', 'no_labels', ''],
  [
    'class folders with captions, notes and settings beside them',
    {
      'cat/a.png': image,
      'cat/a.txt': 'a cat on 2 mats',
      'classes.txt': 'cat\ndog\n',
      'settings.yaml': 'names: 3\n',
      'labels.json': '{"a.png": "cat", "images": 3}',
      'split.txt': '0\n1\n',
    },
    'imagenet',
    'no_labels',
    '',
  ],
  [
    'COCO',
    { 'images/a.png': image, 'annotations/all.json': coco },
    'coco',
    'coco_json',
    'annotations/all.json',
  ],
  [
    'COCO whose annotations stand first',
    { 'a.json': '[{"image_id": 1, "bbox": [1, 2, 3, 4]}]' },
    'coco',
    'coco_json',
    'a.json',
  ],
  ['COCO as UTF-16', { 'a.json': Buffer.from(`\ufeff${coco}`, 'utf16le') }, 'coco', 'coco_json', 'a.json'],
  [
    'COCO with Hangul cut in two where the look at it ends',
    { 'a.json': `{"images": [{"file_name": "${'가'.repeat(30_000)}"}]}` },
    'coco',
    'coco_json',
    'a.json',
  ],
  [
    'YOLO with its data.yaml, of which the label files come first',
    { 'a/labels/1.txt': '0 .5 .5 .1 .1\n', 'data.yaml': 'train: images\nnc: 2\nnames: [a, b]\n' },
    'yolo',
    'data_yaml',
    'data.yaml',
  ],
  [
    'YOLO without a data.yaml, behind hundreds of images without objects',
    {
      ...Object.fromEntries(
        Array.from({ length: 300 }, (_, at) => [`labels/${at}.txt`, at % 2 ? '' : '\n\n']),
      ),
      'labels/z.txt': '\r\n3 0.5 0.5 1e-1 0.25\r\n',
    },
    'yolo',
    'label_rows',
    'labels/z.txt',
  ],
  ['YOLO polygons with commas', { 'a.txt': '1,0.1,0.1,0.2,0.2,0.3,0.1\n' }, 'yolo', 'label_rows', 'a.txt'],
  ['Pascal VOC', { 'Annotations/a.xml': voc }, 'pascal_voc', 'annotation_xml', 'Annotations/a.xml'],
  [
    'Pascal VOC that has masks and lists alone',
    { 'SegmentationClass/a.png': image, 'ImageSets/Main/cat_train.txt': 'a 1\nb -1\n' },
    'pascal_voc',
    'class_masks',
    'SegmentationClass/a.png',
  ],
  [
    'other XML beside images',
    { 'cat/a.png': image, 'cvat.xml': '<annotations><image/></annotations>' },
    'imagenet',
    'no_labels',
    '',
  ],
];

describe('the format', () => {
  test.each(sets)('of %s is found', async (_, files, format, mark, file) => {
    expect(await recognise(files)).toEqual({ format, recognised: { mark, file } });
  });

  test('is not guessed where labels of two formats lie together: both are named', async () => {
    const both = recognise({ 'x.json': coco, 'Annotations/a.xml': voc });
    await expect(both).rejects.toMatchObject({
      code: 'FORMAT_UNCLEAR',
      message: expect.stringContaining('COCO (x.json), Pascal VOC (Annotations/a.xml)'),
      place: { field: 'format' },
    });
  });

  test('is looked for no longer than somebody waits', async () => {
    const stop = new AbortController();
    stop.abort(new Error('nobody waits'));
    await expect(recognise({ 'x.json': coco }, stop.signal)).rejects.toThrow('nobody waits');
  });
});
