import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeOf, recogniseLayout } from '../../../src/main/features/datasets/layout.ts';
import { readSplitName } from '../../../src/main/features/datasets/split-names.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { picture, writeFiles } from './support/pictures.ts';
import { evaluatePath, told } from './support/validate.ts';

/** `train/{cat,dog}` stands for two class folders with two images each, `test/*` for two images right in a folder, `val/` for an empty one. */
async function check(places: readonly string[], reading: { classesAt?: number } = {}) {
  await using place = await temporaryFolder();
  const files: Record<string, Uint8Array | null> = {};
  let number = 0;
  for (const where of places) {
    const [, prefix = '', names] = /^(.*)\{(.*)\}$/.exec(where) ?? [];
    if (where.endsWith('/')) files[where] = null;
    else if (names !== undefined || where.endsWith('*')) {
      for (const folder of names?.split(',').map((name) => `${prefix}${name}/`) ?? [where.slice(0, -1)])
        for (let index = 0; index < 2; index += 1) {
          number += 1;
          files[`${folder}${index}.png`] = await picture(number);
        }
    } else {
      number += 1;
      files[where] = where.endsWith('.png') ? await picture(number) : Buffer.from('<a/>');
    }
  }
  await writeFiles(place.folder, files);
  const { validation, accepted } = await evaluatePath(place.folder, {}, reading);
  const images: Record<string, number> = {};
  for (const image of accepted) {
    const key = image.split === null ? image.class : `${image.split} ${image.class}`;
    images[key] = (images[key] ?? 0) + 1;
  }
  return { ...validation, images, told: told([...validation.errors, ...validation.warnings]) };
}

const petsInSplits = { 'train cat': 2, 'train dog': 2, 'val cat': 2, 'val dog': 2 };
const pets = { cat: 2, dog: 2 };

describe('splits, wrappings and what lies beside them are never classes', () => {
  test.each<[string, string[], Record<string, number>, string[]]>([
    ['a flat test folder', ['train/{cat,dog}', 'test/*'], pets, ['IMAGE_OUTSIDE_CLASS test/0.png']],
    [
      'unlabelled images',
      ['train/{cat,dog}', 'val/{cat,dog}', 'unlabeled/*'],
      petsInSplits,
      ['IMAGE_OUTSIDE_CLASS unlabeled/0.png'],
    ],
    [
      'unlabelled images beside classes',
      ['{cat,dog}', 'unlabeled/*'],
      pets,
      ['IMAGE_OUTSIDE_CLASS unlabeled/0.png'],
    ],
    ['a dev split', ['train/{cat,dog}', 'dev/{cat,dog}'], petsInSplits, []],
    [
      'documentation',
      ['train/{cat,dog}', 'val/{cat,dog}', 'docs/figures/f.png'],
      petsInSplits,
      ['IMAGE_OUTSIDE_CLASS docs/figures/f.png'],
    ],
    [
      'documentation beside classes',
      ['{cat,dog}', 'docs/figures/f.png'],
      pets,
      ['IMAGE_OUTSIDE_CLASS docs/figures/f.png'],
    ],
    [
      'a loose picture beside splits',
      ['train/{cat,dog}', 'val/{cat,dog}', 'preview.png'],
      petsInSplits,
      ['IMAGE_OUTSIDE_CLASS preview.png'],
    ],
    [
      'a loose picture beside a wrapping',
      ['pets/{cat,dog}', 'cover.png'],
      pets,
      ['IMAGE_OUTSIDE_CLASS cover.png'],
    ],
    [
      'annotations beside the images',
      ['Images/{cat,dog}', 'Annotation/cat/0'],
      pets,
      ['NOT_AN_IMAGE Annotation/cat/0'],
    ],
    ['years', ['train2017/{cat,dog}', 'val2017/{cat,dog}'], petsInSplits, []],
    ['Korean splits', ['1.학습/{cat,dog}', '2.검증용/{cat,dog}'], petsInSplits, []],
    [
      'Korean wrappings in splits',
      ['1.Training/원천데이터/{cat,dog}', '2.Validation/원천데이터/{cat,dog}'],
      petsInSplits,
      [],
    ],
    [
      'splits named twice',
      ['seg_train/seg_train/{cat,dog}', 'seg_val/seg_val/{cat,dog}', 'seg_pred/seg_pred/*'],
      petsInSplits,
      ['IMAGE_OUTSIDE_CLASS seg_pred/seg_pred/0.png'],
    ],
    ['images folders in splits', ['train/images/{cat,dog}', 'val/images/{cat,dog}'], petsInSplits, []],
    ['wrapped twice', ['a/b/my_train/{cat,dog}', 'a/b/my-val-set/{cat,dog}'], petsInSplits, []],
    ['one class in splits', ['train/{cat}', 'val/{cat}'], { 'train cat': 2, 'val cat': 2 }, []],
    ['an empty split', ['train/{cat,dog}', 'val/'], pets, ['EMPTY_SPLIT val']],
    [
      'a class that only val knows',
      ['train/{cat,dog}', 'val/{cat,dog,bird}'],
      { ...petsInSplits, 'val bird': 2 },
      ['EMPTY_CLASS val/bird'],
    ],
  ])('%s', async (_, places, images, warnings) => {
    const found = await check(places);
    expect(found.errors).toEqual([]);
    expect(found.images).toEqual(images);
    expect(found.told).toEqual(warnings);
  });
});

test('images that are left out are counted, and the first is named', async () => {
  const { warnings } = await check(['train/{cat,dog}', 'val/{cat,dog}', 'test/*', 'preview.png']);
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/1 image .* left out; it is preview\.png/),
    expect.stringMatching(/2 images lie in "test".* left out; the first is test\/0\.png/),
  ]);
});

describe('what can be read in two ways is told with both, and a level decides', () => {
  test.each<[string, string[], number, Record<string, number>]>([
    ['a vehicle with kinds', ['train/{steam,diesel}', '{bus,car}'], 1, { train: 4, bus: 2, car: 2 }],
    ['a split with an unknown one', ['train/{cat,dog}', 'extra/{cat,dog}'], 2, pets],
    ['two parts of a download', ['part1/{cat,dog}', 'part2/{cat,dog}'], 2, { cat: 4, dog: 4 }],
    ['splits within classes', ['cat/{train,test}', 'dog/{train,test}'], 1, { cat: 4, dog: 4 }],
    ['split names without classes', ['train/*', 'test/*'], 1, { train: 2, test: 2 }],
  ])('%s', async (_, places, classesAt, images) => {
    const found = await check(places);
    expect(found.errors).toMatchObject([
      { code: 'LAYOUT_UNCLEAR', message: /\(1\).*\(\d\).*\(2\)/, hint: /--classes-at/ },
    ]);
    const decided = await check(places, { classesAt });
    expect(decided.errors).toEqual([]);
    expect(decided.images).toEqual(images);
  });

  test('a class called "test" among others stays a class, with a remark; so do classes of classes', async () => {
    const words = await check(['{cat,dog,test}']);
    expect(words).toMatchObject({ ok: true, images: { cat: 2, dog: 2, test: 2 }, told: ['LAYOUT_GUESSED '] });
    const families = await check(['pets/{cat,dog}', 'wild/{lion,wolf}']);
    expect(families).toMatchObject({ ok: true, images: { pets: 4, wild: 4 }, told: ['LAYOUT_GUESSED '] });
    expect(families.warnings[0]?.message).toMatch(/pets\/cat\/0\.png is "pets".*pets\/cat\/0\.png is "cat"/);
  });
});

test('splits that have nothing to train on are an error', async () => {
  const { errors } = await check(['val/{cat,dog}', 'test/{cat,dog}']);
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['EMPTY_CLASS']));
});

test('a broken image that is left out refuses nothing', async () => {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, {
    'train/cat/0.png': await picture(0),
    'train/cat/1.png': await picture(1),
    'train/dog/0.png': await picture(2),
    'train/dog/1.png': await picture(3),
    'test/0.png': Buffer.from('broken'),
  });
  const { validation } = await evaluatePath(place.folder);
  expect(validation.errors).toEqual([]);
  expect(told(validation.warnings)).toEqual(['IMAGE_OUTSIDE_CLASS test/0.png']);
});

test('a class whose name one Mac decomposed is one class, and that is told', async () => {
  await using place = await temporaryFolder();
  const name = '고양이';
  await writeFiles(place.folder, {
    [`${name}/0.png`]: await picture(0),
    [`${name.normalize('NFD')}/1.png`]: await picture(1),
    'dog/0.png': await picture(2),
    'dog/1.png': await picture(3),
  });
  const { validation, accepted } = await evaluatePath(place.folder);
  expect(validation.errors).toEqual([]);
  expect(told(validation.warnings)).toEqual([`NAMES_MERGED ${name}`]);
  expect(accepted.map(({ path }) => path)).toEqual([
    'dog/0.png',
    'dog/1.png',
    `${name}/0.png`,
    `${name}/1.png`,
  ]);
});

test.each([
  ['train', 'train'],
  ['TRAIN', 'train'],
  ['01_train', 'train'],
  ['train-set', 'train'],
  ['trainset', 'train'],
  ['TrainImages', 'train'],
  ['train2017', 'train'],
  ['Valid', 'val'],
  ['eval', 'val'],
  ['hold-out', 'test'],
  ['testing', 'test'],
  ['학습', 'train'],
  ['훈련데이터', 'train'],
  ['검증용', 'val'],
  ['테스트', 'test'],
  ['trainer', null],
  ['contest', null],
  ['latest', null],
  ['값', null],
  ['train_val', null],
])('the folder %j is of the split %s', (folder, split) => {
  expect(readSplitName(folder)?.split ?? null).toBe(split);
});

test('a stray image changes no label: whatever lies on top, the images in classes keep theirs or the doubt is told', () => {
  const name = fc.constantFrom('train', 'val', 'test', 'cat', 'dog', 'docs', 'unlabeled', 'images', 'x');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => [...parts, '0.png']);
  fc.assert(
    fc.property(fc.uniqueArray(path, { selector: (parts) => parts.join('/'), maxLength: 12 }), (images) => {
      const read = (paths: string[][]) => recogniseLayout({ images: paths, folders: [], otherFolders: [] });
      const before = read(images);
      const after = read([...images, ['stray.png']]);
      expect(after.doubt?.problem.code).toBe(before.doubt?.problem.code);
      for (const parts of images)
        expect(placeOf(after.layout, parts, false)).toEqual(placeOf(before.layout, parts, false));
      for (const parts of images) expect(placeOf(before.layout, parts, false)?.class).not.toBe('0.png');
    }),
    { numRuns: 1000 },
  );
});
