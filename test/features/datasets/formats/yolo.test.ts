import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Files, png, problemOf, readSet } from './support/read-set.ts';

const yaml = 'train: images/train\nval: images/val\nnames: [bolt, nut]\n';
const row = '0 0.5 0.5 0.25 0.25\n';
const box = { class: 0, box: [24, 18, 16, 12] };
const labels = 'labels/train/a.txt';

/** Two images with a box each, and what is to be different. */
async function read(more: Files) {
  const picture = await png();
  return readSet('yolo', {
    'images/train/a.png': picture,
    'images/val/v.png': picture,
    'labels/train/a.txt': row,
    'labels/val/v.txt': row,
    'data.yaml': yaml,
    ...more,
  });
}
const both = { 'images/train/a.png': [box], 'images/val/v.png': [box] };

describe('a row of a YOLO label file', () => {
  test.each([
    ['tabs, CRLF, a byte order mark, blank lines', '\uFEFF0\t0.5\t0.5\t0.25\t0.25\r\n\r\n \r\n'],
    ['line ends of an old Macintosh', '0 0.5 0.5 0.25 0.25\r'],
    ['numbers as NumPy writes them', '0.000000e+00 5.0e-01 .5 2.5E-1 +0.25'],
    ['a class with a decimal point', '0.0 0.5 0.5 0.25 0.25'],
  ])('may have %s', async (_, text) => {
    const set = await read({ [labels]: text });
    expect({ errors: set.errors, objects: set.objects }).toEqual({ errors: [], objects: both });
  });

  test.each([
    ['1,0.5,0.5,0.2,0.2', 'commas'],
    ['1;0.5;0.5;0.2;0.2', 'semicolons'],
    ['1 0,5 0,5 0,2 0,2', 'decimal comma'],
    ['nut 0.5 0.5 0.2 0.2', 'class "nut"'],
    ['-1 0.5 0.5 0.2 0.2', 'class "-1"'],
    ['0.5 0.5 0.5 0.2 0.2', 'class "0.5"'],
    ['1e99 0.5 0.5 0.2 0.2', 'class "1e99"'],
    ['0 nan 0.5 0.2 0.2', '"nan" is no number'],
    ['0 inf 0.5 0.2 0.2', '"inf" is no number'],
    ['0 0x1 0.5 0.2 0.2', '"0x1" is no number'],
    ['0 1e999 0.5 0.2 0.2', '"1e999" is no number'],
    ['0 0.5 0.5 0.2 0.2 0.93', 'confidence'],
    ['0 0.5 0.5', 'only 3 columns'],
    ['0 0.1 0.1 0.2 0.2 0.3 0.3 0.4', '7 coordinates'],
  ])('costs nothing else where it can’t be used: %s', async (bad, words) => {
    const set = await read({ [labels]: `${row}${bad}\n1 0.5 0.5 0.5 0.5\n` });
    expect(set.errors).toEqual([`ROW_INVALID ${labels}:2`]);
    expect(problemOf(set, 'ROW_INVALID').message).toContain(words);
    expect(set.objects['images/train/a.png']).toHaveLength(2);
  });

  test('is a polygon with the box around it from six numbers on, and a turned box is one of four points', async () => {
    const set = await read({ [labels]: '0 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5\n' });
    expect(set.objects['images/train/a.png']).toEqual([
      { class: 0, box: [16, 12, 16, 12], mask: [[16, 12, 32, 12, 32, 24, 16, 24]] },
    ]);
    expect(set.warnings).toEqual(['MASK_MISSING labels/val/v.txt:1']);
  });

  test.each([
    ['[3, 3]', '0.4 0.4 2 '.repeat(3)],
    ['[2, 3]', '0.4 0.4 2 '.repeat(2)],
    ['[3, 2]', '0.4 0.4 '.repeat(3)],
  ])('is a box and keypoints in a pose dataset, whichever file is read first: %s', async (shape, points) => {
    const pose = `0 0.5 0.5 0.25 0.25 ${points}\n`;
    const set = await read({
      [labels]: pose,
      'labels/val/v.txt': pose,
      'data.yaml': `${yaml}kpt_shape: ${shape}`,
    });
    expect({ errors: set.errors, objects: set.objects }).toEqual({ errors: [], objects: both });
    expect(set.warnings).toEqual([`KEYPOINTS_LEFT_OUT ${labels}`]);
  });

  test('with keypoints that data.yaml does not announce gets the hint to announce them', async () => {
    const set = await read({ [labels]: `0 0.5 0.5 0.25 0.25 ${'0.4 0.4 2 '.repeat(3)}\n` });
    expect(problemOf(set, 'ROW_INVALID').hint).toContain('kpt_shape: [3, 3]');
  });

  test('in pixels is an error that says by what to divide', async () => {
    const set = await read({ [labels]: '1 32 24 16 12\n' });
    expect(set.errors).toEqual([`NOT_NORMALISED ${labels}:1`]);
    expect(problemOf(set, 'NOT_NORMALISED').hint).toContain('(64)');
  });

  test('with a class beyond the names is an error, also as a polygon', async () => {
    const set = await read({ [labels]: `${row}7 0.1 0.1 0.3 0.1 0.3 0.3\n` });
    expect(set.errors).toEqual([`CLASS_UNKNOWN ${labels}:2`]);
  });
});

describe('data.yaml', () => {
  test.each([
    ['names as a flow map', 'train: images/train\nval: images/val\nnames: {0: bolt, "1": nut}\nnc: 2'],
    ['names without an order', 'train: images/train\nval: images/val\nnames:\n  1: nut\n  0: bolt'],
    ['path "."', `path: .\n${yaml}`],
    ['slashes at the end', yaml.replace('images/train', './images/train/')],
    ['backslashes', yaml.replace('images/train', 'images\\train')],
    ['"../images", as beside the file', yaml.replace('images/train', '../images/train')],
    ['an anchor and its alias', `x: &x images/train\n${yaml.replace('images/train', '*x')}`],
    ['"valid"', yaml.replace('val:', 'valid:')],
    ['a byte order mark and CRLF', `\uFEFF${yaml.replaceAll('\n', '\r\n')}`],
    ['a pattern for all images of a folder', yaml.replace('images/train', 'images/train/*.png')],
    ['no test folder, which is said', `${yaml}test: images/test`],
  ])('may have %s', async (_, text) => {
    const set = await read({ 'data.yaml': text });
    expect({ errors: set.errors, classes: set.classes, objects: set.objects, splits: set.splits }).toEqual({
      errors: [],
      classes: ['bolt', 'nut'],
      objects: both,
      splits: { 'images/train/a.png': 'train', 'images/val/v.png': 'val' },
    });
  });

  test.each([
    ['D:\\data\\set', 'D:\\data\\set\\images\\'],
    ['/home/kim/set', '/home/kim/set/images/'],
    ['../datasets/set', 'images/'],
  ])('of another machine is read beside itself, which is said: %s', async (path, folder) => {
    const text = `path: ${path}\ntrain: ${folder}train\nval: ${folder}val\nnames: [bolt, nut]\n`;
    const set = await read({ 'data.yaml': text });
    expect({ errors: set.errors, warnings: set.warnings, objects: set.objects }).toEqual({
      errors: [],
      warnings: ['PATH_IGNORED data.yaml:1'],
      objects: both,
    });
  });

  test('finds images above the folder in which it lies', async () => {
    const picture = await png();
    const files = {
      'images/train/a.png': picture,
      [labels]: row,
      'cfg/data.yaml': yaml.replace(/val.*\n/, ''),
    };
    const set = await readSet('yolo', files);
    expect({ errors: set.errors, objects: set.objects }).toEqual({
      errors: [],
      objects: { 'images/train/a.png': [box] },
    });
  });

  test('may name lists of images, whose wrong rows are named', async () => {
    const set = await read({
      'data.yaml': 'train: train.txt\nval: [val.txt]\nnames: [bolt]',
      'train.txt': '\n./images/train/a.png\r\n',
      'val.txt': '/home/kim/set/images/val/v.png\n../../etc/passwd.png\n',
    });
    expect(set.errors).toEqual(['IMAGE_FILE_MISSING val.txt:2']);
    expect(set.objects).toEqual(both);
  });

  test.each([
    [
      'a folder that leads outside',
      'train: ../../etc\nval: images/val\nnames: [bolt]',
      'SPLIT_FOLDER_MISSING data.yaml:1',
    ],
    [
      'a folder that is not there',
      `${yaml.replace('images/val', 'images/no')}`,
      'SPLIT_FOLDER_MISSING data.yaml:2',
    ],
    ['an empty name', yaml.replace('nut', '""'), 'CLASS_NAMES_INVALID data.yaml:3'],
    ['names of text keys', yaml.replace('[bolt, nut]', '{bolt: 0}'), 'CLASS_NAMES_INVALID data.yaml:3'],
    ['a gap', yaml.replace('[bolt, nut]', '{0: bolt, 2: nut}'), 'CLASS_NAMES_INVALID data.yaml:3'],
    ['a name twice', yaml.replace('nut', 'bolt '), 'CLASS_NAME_TWICE data.yaml:3'],
    ['another count', `${yaml}nc: 3`, 'CLASS_NAMES_INVALID data.yaml:4'],
    ['a key twice', `${yaml}train: x`, 'ANNOTATIONS_UNREADABLE data.yaml:4'],
    ['a key twice, deeper', `${yaml}a: {b: 1, b: 2}`, 'ANNOTATIONS_UNREADABLE data.yaml:4'],
    ['a number twice', yaml.replace('[bolt, nut]', '{0: a, 0: b}'), 'ANNOTATIONS_UNREADABLE data.yaml:3'],
    ['two documents', `${yaml}---\na: 1`, 'ANNOTATIONS_UNREADABLE data.yaml:4'],
    ['no names', 'train: images/train\nval: images/val\nnames:\n', 'CLASSES_UNNAMED data.yaml'],
    [
      'a tag that makes objects',
      `${yaml}x: !!python/object:os.system x`,
      'ANNOTATIONS_UNREADABLE data.yaml:4',
    ],
  ])('is named with the line where it has %s', async (_, text, error) => {
    expect((await read({ 'data.yaml': text })).errors).toContain(error);
  });

  // Files are read in pieces, each into the memory of the one before.
  test('may be longer than a piece that is read, as a label file may', async () => {
    const blank = '# What nobody reads.\n'.repeat(1000);
    const rows = row + '0 0.5 0.5 0.125 0.125\n'.repeat(1000);
    const set = await read({ 'data.yaml': yaml + blank, [labels]: rows });
    expect(set.errors).toEqual([]);
    expect(set.objects['images/train/a.png']).toEqual([box, { class: 0, box: [28, 21, 8, 6] }]);
  });

  // Compared each with each, they would take minutes.
  test('may have any number of keys', { timeout: 20_000 }, async () => {
    const more = Array.from({ length: 70_000 }, (_, at) => `k${at}: 1\n`).join('');
    expect(await read({ 'data.yaml': yaml + more })).toMatchObject({ errors: [], objects: both });
  });

  test('finds folders in other letters, which is said', async () => {
    const set = await read({ 'data.yaml': yaml.replace('images/train', 'Images/Train') });
    expect({ errors: set.errors, warnings: set.warnings, objects: set.objects }).toEqual({
      errors: [],
      warnings: ['NAMES_BY_CASE data.yaml'],
      objects: both,
    });
  });

  test('may name a list that is empty', async () => {
    const set = await read({ 'data.yaml': yaml.replace('images/val', 'val.txt'), 'val.txt': '\n' });
    expect({ errors: set.errors, splits: set.splits }).toEqual({
      errors: [],
      splits: { 'images/train/a.png': 'train' },
    });
  });

  test('is the file that says most, settings of trainings are none, and a rival is named', async () => {
    const set = await read({
      'args.yaml': 'task: detect\nepochs: 3\nval: true\n',
      'model.yaml': 'nc: 80\nbackbone:\n  - x\n',
      'a.yaml': yaml.replace('bolt, nut', 'x, y'),
    });
    expect(set.classes).toEqual(['bolt', 'nut']);
    expect(set.warnings).toEqual(['DATA_YAML_CHOSEN data.yaml']);
  });
});

describe('a YOLO dataset without data.yaml', () => {
  test('takes names from obj.names and splits from lists, as darknet and CVAT have them', async () => {
    const picture = await png();
    const set = await readSet('yolo', {
      'obj_train_data/a.png': picture,
      'obj_train_data/a.txt': row,
      'obj_train_data/b.png': picture,
      'obj_train_data/b.txt': '',
      'obj.names': 'bolt\nnut\n',
      'train.txt': 'data/obj_train_data/a.png\n',
      'valid.txt': 'data/obj_train_data/b.png\n',
    });
    expect({ errors: set.errors, classes: set.classes, splits: set.splits }).toEqual({
      errors: [],
      classes: ['bolt', 'nut'],
      splits: { 'obj_train_data/a.png': 'train', 'obj_train_data/b.png': 'val' },
    });
  });

  test.each([
    ['a blank line among the names', { 'classes.txt': 'bolt\n\nnut\n' }, 'CLASS_NAMES_INVALID classes.txt:2'],
    ['a name twice', { 'classes.txt': 'bolt\nbolt\n' }, 'CLASS_NAME_TWICE classes.txt:2'],
    [
      'lists that number classes differently',
      { 'a/classes.txt': 'bolt\nnut\n', 'b/classes.txt': 'nut\n' },
      'CLASS_NAMES_INVALID b/classes.txt:1',
    ],
  ])('is refused where there is %s', async (_, files, error) => {
    const set = await readSet('yolo', { 'a.png': await png(), 'a.txt': row, ...files });
    expect(set.errors).toEqual([error]);
  });
});

describe('the label file of an image', () => {
  test.each([
    ['images/a.png', 'labels/a.txt'],
    ['images/train/a.png', 'labels/train/a.txt'],
    ['train/images/a.png', 'train/labels/a.txt'],
    ['my_images/images/images.v1.png', 'my_images/labels/images.v1.txt'],
    ['train/a.png', 'train/a.txt'],
    ['train/a.png', 'labels/train/a.txt'],
    ['train/a.png', 'train/labels/a.txt'],
    ['set/pictures/a.png', 'set/labels/a.txt'],
    ['JPEGImages/a.png', 'labels/a.txt'],
    ['사진/볼트.png', '사진/볼트.txt'.normalize('NFD')],
  ])('of %s is %s', async (path, text) => {
    const set = await readSet('yolo', { [path]: await png(), [text]: row, 'classes.txt': 'bolt\n' });
    expect({ warnings: set.warnings, objects: set.objects }).toEqual({
      warnings: [],
      objects: { [path]: [box] },
    });
  });

  test('is found in other letters, which is said', async () => {
    const picture = await png();
    const files = {
      'images/A.png': picture,
      'images/b.png': picture,
      'Labels/a.TXT': row,
      'labels/b.TXT': row,
    };
    const set = await readSet('yolo', { ...files, 'classes.txt': 'bolt\n' });
    expect(set.warnings).toEqual(['NAMES_BY_CASE Labels/a.TXT']);
    expect(set.objects).toEqual({ 'images/A.png': [box], 'images/b.png': [box] });
  });

  test('belongs to one image: a second of the same name is an error, and gets nothing', async () => {
    const jpeg = await sharp(await png())
      .jpeg()
      .toBuffer();
    const set = await read({ 'images/train/a.jpg': jpeg });
    expect(set.errors).toEqual(['LABELS_SHARED images/train/a.png']);
    expect(set.objects['images/train/a.jpg']).toEqual([box]);
    expect(set.objects['images/train/a.png']).toBeUndefined();
  });

  test('may be missing: the image is background, which is said', async () => {
    const set = await read({ 'images/train/b.png': await png() });
    expect(set.warnings).toEqual(['LABEL_FILES_MISSING images/train/b.png']);
    expect(set.objects['images/train/b.png']).toEqual([]);
  });

  test('in an unknown encoding is an error, and a readme in one is none', async () => {
    const odd = Buffer.from([0xe9, 0x20, 0xff, 0x80]);
    expect((await read({ [labels]: odd })).errors).toEqual([`ENCODING_UNKNOWN ${labels}`]);
    expect((await read({ 'README.txt': odd })).errors).toEqual([]);
  });

  test('has no rows in any file: there are no labels, which is an error', async () => {
    const set = await read({ [labels]: '', 'labels/val/v.txt': '\n' });
    expect(set.errors).toEqual(['LABELS_NOT_FOUND ']);
    expect(problemOf(set, 'LABELS_NOT_FOUND').message).toContain('2 label files');
  });
});
