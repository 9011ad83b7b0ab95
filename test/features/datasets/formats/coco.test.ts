import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { annotation, cocoText, image, twoClasses } from './support/coco-text.ts';
import { type Files, png, problemOf, readSet } from './support/read-set.ts';

const file = 'annotations/instances_train.json';
const twoImages = [image(1, 'a.png'), image(2, 'b.png')];
const bolt = { class: 0, box: [6, 8, 16, 12] };

async function read(text: string | Uint8Array, more: Files = {}) {
  const picture = await png();
  return readSet('coco', { 'images/a.png': picture, 'images/b.png': picture, [file]: text, ...more });
}
const readEntries = (...entries: Parameters<typeof cocoText>) => read(cocoText(...entries));

describe('what is wrong with one entry of a COCO file', () => {
  const good = annotation(1, 1);
  test.each([
    ['an annotation that is null', [null, good], `ENTRY_INVALID ${file}:7`],
    ['an annotation that is a list', [[1, 2], good], `ENTRY_INVALID ${file}:7`],
    ['an image id that is true', [annotation(2, true), good], `ENTRY_INVALID ${file}:7`],
    ['no category', [annotation(2, 1, { category_id: null }), good], `ENTRY_INVALID ${file}:7`],
    [
      'a category that is not listed',
      [annotation(2, 1, { category_id: 9 }), good],
      `CATEGORY_UNKNOWN ${file}:7`,
    ],
    ['an image that is not listed', [annotation(2, 9), good], `IMAGE_ENTRY_MISSING ${file}:7`],
    ['neither box nor mask', [annotation(2, 1, { bbox: null }), good], `BOX_INVALID ${file}:7`],
    ['a box of three numbers', [annotation(2, 1, { bbox: [1, 2, 3] }), good], `BOX_INVALID ${file}:7`],
    ['a box of texts', [annotation(2, 1, { bbox: ['1', '2', '3', '4'] }), good], `BOX_INVALID ${file}:7`],
    ['a box far outside', [annotation(2, 1, { bbox: [60, 40, 99, 99] }), good], `BOX_OUTSIDE ${file}:7`],
  ])('costs nothing else: %s', async (_, annotations, error) => {
    const set = await readEntries(twoImages, annotations);
    expect(set.errors).toEqual([error]);
    expect(set.objects).toEqual({ 'images/a.png': [bolt], 'images/b.png': [] });
  });

  test('known categories are named by their ids, in whatever order the annotations come', async () => {
    const used = [3, 9, 2].map((category, at) => annotation(at + 1, 1, { category_id: category }));
    const names = ['bolt', 'nut', 'gear'].map((name, at) => ({ id: at + 1, name }));
    const set = await readEntries(twoImages, used, names);
    expect(problemOf(set, 'CATEGORY_UNKNOWN').message).toContain('1 (bolt), 2 (nut), 3 (gear)');
  });

  test.each([
    ['a polygon of an odd count of numbers', [[1, 2, 3, 4, 5, 6, 7]]],
    ['a polygon of two points', [[1, 2, 3, 4]]],
    ['a polygon with a text', [[1, 2, 3, 4, 5, 'x']]],
    ['a polygon with null', [[1, 2, 3, 4, 5, null]]],
    ['run lengths without a size', { counts: [1, 2] }],
    ['run lengths that add up to another size', { size: [48, 64], counts: [10, 20] }],
    ['run lengths of another image', { size: [64, 48], counts: [3072] }],
    ['run lengths that add up to 1e12', { size: [48, 64], counts: [5e11, 5e11] }],
    ['a negative run length', { size: [48, 64], counts: [3080, -8] }],
    ['polygons outside of the image', [[100, 100, 120, 100, 120, 120]]],
  ])('leaves the box where the mask can’t be used: %s', async (_, segmentation) => {
    const set = await readEntries(twoImages, [annotation(1, 1, { segmentation })]);
    expect(set.errors).toEqual([`MASK_INVALID ${file}:7`]);
    expect(set.objects['images/a.png']).toEqual([bolt]);
  });

  test('is the mask, where there is no box and the mask can’t be used', async () => {
    const set = await readEntries(twoImages, [
      annotation(1, 1, { bbox: null, segmentation: { size: [48, 64], counts: [10, 20] } }),
      annotation(2, 1),
    ]);
    expect(problemOf(set, 'MASK_INVALID').message).toContain('add up to 30, but its size 64 × 48');
  });

  test('has its own words where NaN stands in a box, as Python writes it', async () => {
    const set = await read(cocoText(twoImages, [annotation(1, 1), annotation(2, 2)]).replace('[6,', '[NaN,'));
    expect(problemOf(set, 'BOX_INVALID')).toMatchObject({ line: 7 });
    expect(problemOf(set, 'BOX_INVALID').message).toContain('NaN 8 16 12');
    expect(set.objects['images/b.png']).toEqual([bolt]);
  });
});

describe('the masks of a COCO file', () => {
  test('give the box where there is none', async () => {
    const counts = [48 * 6 + 8, 12, 36, 12, 48 * 64 - (48 * 6 + 8) - 12 - 36 - 12];
    const set = await readEntries(twoImages, [
      annotation(1, 1, { bbox: null, segmentation: { size: [48, 64], counts } }),
      annotation(2, 2, { bbox: [], segmentation: [[6, 8, 22, 8, 22, 20, 6, 20]] }),
    ]);
    expect(set.errors).toEqual([]);
    expect(set.objects['images/a.png']?.[0]?.box).toEqual([6, 8, 2, 12]);
    expect(set.objects['images/b.png']?.[0]?.box).toEqual([6, 8, 16, 12]);
  });

  test('are clipped to the image, which is said', async () => {
    const segmentation = [[-9, 1, 20, 1, 20, 20]];
    const set = await readEntries(twoImages, [annotation(1, 1, { segmentation })]);
    expect(set.warnings).toEqual([`MASK_CLIPPED ${file}:7`]);
    expect(set.objects['images/a.png']?.[0]?.mask).toEqual([[0, 1, 20, 1, 20, 20]]);
  });

  test.each([[null], [[]], [[[]]], ['']])('are none where the segmentation is %j', async (segmentation) => {
    const set = await readEntries(twoImages, [annotation(1, 1, { segmentation })]);
    expect({ errors: set.errors, objects: set.objects['images/a.png'] }).toEqual({
      errors: [],
      objects: [bolt],
    });
  });

  const runs = { size: [48, 64], counts: [3072] };
  test.each([
    ['a value that is no JSON beside run lengths', '{"size":[48,64],"score":NaN,"counts":[3072]}', runs],
    ['a size twice', '{"size":"x","size":[48,64],"counts":[3072]}', runs],
    ['a size twice, the last of which is none', '{"size":[48,64],"size":"x","counts":[3072]}', null],
    ['counts twice, the last of which are none', '{"size":[48,64],"counts":[3072],"counts":null}', null],
    [
      'run lengths and then polygons',
      '{"size":[1,2],"counts":[2]},"segmentation":[[1,2,9,2,9,9]]',
      [[1, 2, 9, 2, 9, 9]],
    ],
    [
      'polygons and then run lengths',
      '[[1,2,9,2,9,9]],"segmentation":{"size":[48,64],"counts":[3072]}',
      runs,
    ],
    [
      'a flat polygon and then polygons',
      '[1,2,9,2,9,9],"segmentation":[[1,2,9,2,9,9]]',
      [[1, 2, 9, 2, 9, 9]],
    ],
    ['polygons and then none', '[[1,2,9,2,9,9]],"segmentation":null', null],
  ])('are stored as JSON, and as they were read: %s', async (_, segmentation, mask) => {
    const text = cocoText(twoImages, [annotation(1, 1, { segmentation: 'X' })]);
    const set = await read(text.replace('"X"', segmentation));
    expect(set.objects['images/a.png']).toEqual([mask === null ? bolt : { ...bolt, mask }]);
  });

  test('have no characters in compressed run lengths but those of the form, however they are escaped', async () => {
    const set = await readEntries(twoImages, [
      annotation(1, 1, { segmentation: { size: [9, 7], counts: '\n' } }),
    ]);
    expect(problemOf(set, 'MASK_INVALID').message).toContain('hold what is no count');
  });

  test.each([[1], [true], ['1'], [1.0]])('are those of a crowd where iscrowd is %j', async (iscrowd) => {
    const set = await readEntries(twoImages, [annotation(1, 1, { iscrowd })]);
    expect(set.objects['images/a.png']).toEqual([{ ...bolt, crowd: true }]);
  });
});

describe('ids of a COCO file', () => {
  test.each([
    ['0', '1'],
    ['12345678901234567890', '12345678901234567891'],
    ['"12345678901234567890"', '12345678901234567891'],
    ['"a"', '"b"'],
    ['-1', '-2'],
    ['1.5', '2.5'],
  ])('tell images apart: %s and %s', async (one, other) => {
    const text = cocoText([image('X', 'a.png'), image('Y', 'b.png')], [annotation(1, 'Y')]);
    const set = await read(text.replaceAll('"X"', one).replaceAll('"Y"', other));
    expect(set.objects).toEqual({ 'images/a.png': [], 'images/b.png': [bolt] });
  });

  test('are equal as number and as text', async () => {
    const set = await readEntries(
      [image('1', 'a.png'), image(2, 'b.png')],
      [annotation('7', 1), annotation(8, '2')],
    );
    expect(set.warnings).toEqual([`IDS_AS_TEXT ${file}`]);
    expect(set.objects).toEqual({ 'images/a.png': [bolt], 'images/b.png': [bolt] });
  });

  test('that two images have are an error that names both', async () => {
    const set = await readEntries([image(1, 'a.png'), image(1, 'b.png')], [annotation(1, 1)]);
    expect(set.errors).toEqual([`ENTRY_INVALID ${file}:4`]);
    expect(problemOf(set, 'ENTRY_INVALID').message).toContain('"a.png" and to "b.png"');
  });

  test('that two annotations have are said, and both kept', async () => {
    const set = await readEntries(twoImages, [annotation(1, 1), annotation(1, 2)]);
    expect(set.warnings).toEqual([`ANNOTATION_ID_TWICE ${file}:8`]);
    expect(set.objects).toEqual({ 'images/a.png': [bolt], 'images/b.png': [bolt] });
  });

  test('of several files are numbered each for itself, however the files are read', async () => {
    const picture = await png();
    const val = cocoText([image(1, 'v.png')], [annotation(1, 1, { bbox: [1, 2, 3, 4] })]);
    const set = await readSet('coco', {
      'train/a.png': picture,
      'val/v.png': picture,
      'annotations/instances_train.json': cocoText([image(1, 'a.png')], [annotation(1, 1)]),
      'annotations/instances_val.json': val,
    });
    expect(set.objects).toEqual({
      'train/a.png': [bolt],
      'val/v.png': [{ class: 0, box: [1, 2, 3, 4] }],
    });
    expect(set.splits).toEqual({ 'train/a.png': 'train', 'val/v.png': 'val' });
  });
});

describe('the categories of a COCO file', () => {
  test.each([
    [
      'gaps between ids',
      [
        { id: 7, name: 'nut' },
        { id: 1, name: 'bolt' },
      ],
      ['bolt', 'nut'],
    ],
    ['blanks in names', [{ id: 1, name: ' big   bolt ' }], ['big bolt']],
    ['decomposed Hangul', [{ id: 1, name: '볼트'.normalize('NFD') }], ['볼트']],
    [
      'a root of the same name as its only class',
      [
        { id: 0, name: 'bolt', supercategory: 'none' },
        { id: 1, name: 'bolt', supercategory: 'bolt' },
      ],
      ['bolt'],
    ],
  ])('are classes in the order of their ids: %s', async (_, categories, classes) => {
    const set = await readEntries(twoImages, [annotation(1, 1)], categories);
    expect({ classes: set.classes, errors: set.errors }).toEqual({ classes, errors: [] });
  });

  test.each([
    [
      'one id',
      [
        { id: 1, name: 'bolt' },
        { id: 1, name: 'nut' },
      ],
      'ENTRY_INVALID',
    ],
    [
      'one name',
      [
        { id: 1, name: 'bolt' },
        { id: 2, name: 'bolt ' },
      ],
      'CLASS_NAME_TWICE',
    ],
    ['no name', [{ id: 1, name: 'bolt' }, { id: 2 }], 'ENTRY_INVALID'],
    ['no id', [{ id: 1, name: 'bolt' }, { name: 'nut' }], 'ENTRY_INVALID'],
  ])('are an error where two have %s', async (_, categories, code) => {
    const set = await readEntries(twoImages, [annotation(1, 1)], categories);
    expect(set.errors).toEqual([`${code} ${file}:11`]);
  });
});

describe('the names of images in a COCO file', () => {
  test.each([
    ['images/a.png'],
    ['./images/a.png'],
    ['..\\images\\a.png'],
    ['/home/kim/data/old/a.png'],
    ['C:\\Users\\kim\\a.png'],
    ['https://example.org/bucket/a.png?signature=x%2Fy'],
    [' a.png '],
    ['a'],
  ])('find the image: %s', async (name) => {
    const set = await readEntries([image(1, name)], [annotation(1, 1)]);
    expect(set.errors).toEqual([]);
    expect(set.objects).toEqual({ 'images/a.png': [bolt] });
  });

  test('find it in escapes, and decomposed', async () => {
    const picture = await png();
    const set = await readSet('coco', {
      'images/내 사진.png': picture,
      'images/볼트 100%.png': picture,
      'x.json': cocoText(
        [image(1, encodeURIComponent('내 사진.png')), image(2, '볼트 100%.png'.normalize('NFD'))],
        [annotation(1, 1), annotation(2, 2)],
      ),
    });
    expect(set.errors).toEqual([]);
    expect(Object.keys(set.objects)).toEqual(['images/내 사진.png', 'images/볼트 100%.png']);
  });

  test('find it in other letters, which is said once', async () => {
    const set = await readEntries(
      [image(1, 'A.PNG'), image(2, 'B.png')],
      [annotation(1, 1), annotation(2, 2)],
    );
    expect(set.warnings).toEqual(['NAMES_BY_CASE images/a.png']);
    expect(problemOf(set, 'NAMES_BY_CASE').message).toMatch(/^2 files were found/);
  });

  test('never mean an image of another split', async () => {
    const picture = await png();
    const set = await readSet('coco', {
      'train/a.png': picture,
      'val/c.png': picture,
      'annotations/instances_train.json': cocoText(
        [image(1, 'a.png'), image(2, 'c.png')],
        [annotation(1, 2)],
      ),
    });
    expect(set.errors).toEqual(['IMAGE_FILE_MISSING annotations/instances_train.json:4']);
    expect(Object.keys(set.objects)).toEqual(['train/a.png']);
  });

  test('mean one of another split where they say so, or where everything lies below such a folder', async () => {
    const picture = await png();
    const text = cocoText([image(1, 'val/c.png')], [annotation(1, 1)]);
    const written = await readSet('coco', { 'val/c.png': picture, 'train.json': text });
    expect(written.errors).toEqual([]);
    const around = await readSet('coco', {
      'holdout/images/c.png': picture,
      'holdout/annotations/train.json': cocoText([image(1, 'c.png')], [annotation(1, 1)]),
    });
    expect(around.errors).toEqual([]);
  });

  test('never mean an image of another folder where the written one is there', async () => {
    const picture = await png();
    const files = { 'cam1/1.png': picture, 'cam2/2.png': picture };
    const set = await readSet('coco', {
      ...files,
      'x.json': cocoText([image(1, 'cam1/1.png'), image(2, 'cam1/2.png')], [annotation(1, 2)]),
    });
    expect(set.errors).toEqual(['IMAGE_FILE_MISSING x.json:4']);
  });

  test('lead nowhere outside', async () => {
    const set = await readEntries([image(1, '../../etc/passwd'), image(2, 'a.png')], [annotation(1, 2)]);
    expect(set.errors).toEqual([`IMAGE_FILE_MISSING ${file}:3`]);
  });
});

describe('files that are no annotation files', () => {
  const captions = JSON.stringify({ images: twoImages, annotations: [{ id: 1, image_id: 1, caption: 'x' }] });

  test('are passed over where annotation files are there', async () => {
    const set = await read(cocoText(twoImages, [annotation(1, 1)]), {
      'annotations/captions_train.json': captions,
      'package.json': '{"name": "x"}',
      'results.json': '[{"image_id": 1, "score": 0.5}]',
    });
    expect({ errors: set.errors, warnings: set.warnings }).toEqual({ errors: [], warnings: [] });
  });

  test('with the images of another file once more are left out, which is said', async () => {
    const set = await read(cocoText(twoImages, [annotation(1, 1)]), {
      'annotations/person_keypoints_train.json': cocoText(twoImages, [
        annotation(1, 1, { keypoints: [1, 2, 2] }),
      ]),
    });
    expect(set.warnings).toEqual(['ANNOTATIONS_LEFT_OUT annotations/person_keypoints_train.json']);
    expect(set.objects['images/a.png']).toEqual([bolt]);
  });

  test.each([
    ['captions', captions, 'categories'],
    ['results', '[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]', 'predictions'],
    ['a list', '[1, 2]', 'it is a list'],
    ['settings', '{"a": {"b": [1, {}]}}', '"images"'],
    [
      'a panoptic file',
      cocoText(twoImages, [{ image_id: 1, file_name: 'a.png', segments_info: [{ id: 1 }] }]),
      'panoptic',
    ],
  ])('are named where there is nothing else: %s', async (_, text, words) => {
    const set = await read(text);
    expect(set.errors).toEqual([`NOT_AN_ANNOTATION_FILE ${file}`]);
    expect(problemOf(set, 'NOT_AN_ANNOTATION_FILE').message).toContain(words);
  });

  test.each([
    ['cut short', cocoText(twoImages, [annotation(1, 1)]).slice(0, 250), 'the text ends here'],
    ['two texts', `${cocoText(twoImages, [annotation(1, 1)])}{}`, 'more text comes behind the end'],
    ['a wrong escape', cocoText(twoImages, []).replace('bolt', '\\x'), 'wrong escape'],
    [
      'a box whose number begins with 0',
      cocoText(twoImages, [annotation(1, 1)]).replace('[6,', '[06,'),
      'begins with a 0',
    ],
    [
      'a polygon whose number begins with 0',
      cocoText(twoImages, [annotation(1, 1, { bbox: null, segmentation: [[1, 2, 9, 2, 9, 9]] })]).replace(
        '[[1,',
        '[[01,',
      ),
      'begins with a 0',
    ],
    ['a comment', `// x\n${cocoText(twoImages, [])}`, '"{" is missing'],
    ['empty', '', 'the text ends here'],
  ])('and are no JSON are named with the line: %s', async (_, text, words) => {
    const set = await read(text);
    expect(problemOf(set, 'ANNOTATIONS_UNREADABLE').message).toContain(words);
    expect(problemOf(set, 'ANNOTATIONS_UNREADABLE').line).toBeGreaterThan(0);
    expect(set.isFatal).toBe(true);
  });
});

test.each([
  ['the name of an image', cocoText([image(1, 'x'.repeat(1e6)), image(2, 'b.png')], [annotation(1, 2)])],
  ['the id of an image', cocoText(twoImages, [annotation(1, 'x'.repeat(1e6)), annotation(2, 2)])],
  ['a number', cocoText(twoImages, [annotation(1, 1)]).replace('[6,', `[1e${'-'.repeat(1e6)},`)],
])('of a very long text the ends are said: %s', async (_, text) => {
  const set = await read(text);
  expect(set.errors).not.toEqual([]);
  for (const { message, parameters } of set.problems)
    expect(message.length + JSON.stringify(parameters).length).toBeLessThan(20_000);
});

test('boxes between 0 and 1 in all of a COCO file are an error: they are no pixels', async () => {
  const set = await readEntries(twoImages, [annotation(1, 1, { bbox: [0.1, 0.2, 0.3, 0.4] })]);
  expect(set.errors).toEqual([`NOT_PIXELS ${file}`]);
});

test('a COCO file without an annotation has no labels, which is an error that names it', async () => {
  const set = await readEntries(twoImages, []);
  expect(problemOf(set, 'LABELS_NOT_FOUND').message).toContain(file);
});

test('images take their split from their folders where the annotation file says none', async () => {
  const picture = await png();
  const set = await readSet('coco', {
    'train/a.png': picture,
    'val/b.png': picture,
    'result.json': cocoText([image(1, 'train/a.png'), image(2, 'val/b.png')], [annotation(1, 1)], twoClasses),
  });
  expect(set.splits).toEqual({ 'train/a.png': 'train', 'val/b.png': 'val' });
});

test('a name in code page 949 that is UTF-8 by chance is read as the others of its file are', async () => {
  const categories = [
    { id: 1, name: '볼트' },
    { id: 2, name: '트' },
  ];
  const set = await read(iconv.encode(cocoText(twoImages, [annotation(1, 1)], categories), 'cp949'));
  expect(set.classes).toEqual(['볼트', '트']);
});

describe('the categories of a COCO file', () => {
  test('have names without control characters and marks that turn text', async () => {
    const names = ['a\0b', '\u001b[31mred\u0007', '\u202egnp', 'c\u0085 \nd'];
    const set = await read(
      cocoText(
        twoImages,
        [annotation(1, 1)],
        names.map((name, at) => ({ id: at + 1, name })),
      ),
    );
    expect(set.classes).toEqual(['a b', '[31mred', 'gnp', 'c d']);
  });

  // Compared each with each, they would take minutes.
  test('may be as many as there are annotations', { timeout: 20_000 }, async () => {
    const many = Array.from({ length: 100_000 }, (_, at) => at + 1);
    const listed = many.map((id) => ({ id, name: `class ${id}` }));
    expect((await read(cocoText(twoImages, [annotation(1, 1)], listed))).classes).toHaveLength(many.length);
    const unlisted = many.map((id) => annotation(id, 1, { category_id: id + many.length }));
    const set = await read(cocoText(twoImages, unlisted));
    expect(set.errors[0]).toMatch(/^CATEGORY_UNKNOWN /);
  });
});
