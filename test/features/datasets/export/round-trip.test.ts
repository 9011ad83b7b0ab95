import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ImageObject } from '../../../../src/shared/contract/dataset-labels.ts';
import { type ReadVersion, readVersion, roundTrip, type Setting } from '../support/exported.ts';
import { importFolder } from '../support/open-service.ts';
import { picture, writeFiles, yoloLabels } from '../support/pictures.ts';
import { openSetting } from '../support/setting.ts';

type Files = Record<string, Uint8Array>;

const side = 64;

interface Annotation {
  readonly category_id: number;
  readonly bbox: readonly number[];
  readonly iscrowd?: number;
  readonly segmentation?: unknown;
}

/** A COCO dataset: for each split the annotations of each of its images. */
async function cocoFiles(
  splits: Readonly<Record<string, readonly (readonly Annotation[])[]>>,
  names: readonly string[],
): Promise<Files> {
  const files: Files = {};
  let pictures = 0;
  for (const [split, images] of Object.entries(splits)) {
    const annotations = images.flatMap((own, at) =>
      own.map((annotation) => ({ ...annotation, image_id: at + 1 })),
    );
    const json = {
      images: images.map((_, at) => ({ id: at + 1, file_name: `${at}.png`, width: side, height: side })),
      annotations: annotations.map((annotation, at) => ({ id: at + 1, ...annotation })),
      categories: names.map((name, at) => ({ id: 10 * at + 7, name })),
    };
    files[`annotations/instances_${split}.json`] = Buffer.from(JSON.stringify(json));
    for (const at of images.keys()) {
      pictures += 1;
      files[`${split}/${at}.png`] = await picture(pictures, 'png', side);
    }
  }
  return files;
}

async function importFiles(setting: Setting, name: string, files: Files) {
  const folder = path.join(setting.folder, `source-${name}`);
  await writeFiles(folder, files);
  const done = await importFolder(setting, { path: folder, project: 'demo', format: 'auto', name });
  expect(done.error).toBeNull();
  return done;
}

const rounded = (value: number) => Number(value.toPrecision(12));
const bySize = (one: ImageObject, other: ImageObject) =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;

/** What must be the same on both sides, without paths; boxes to 12 digits. */
const comparable = ({ classes, images }: ReadVersion) => ({
  classes,
  images: images.map(({ sha256, split, objects }) => ({
    sha256,
    split,
    objects: objects
      .map((object) => ({ ...object, box: (object.box?.map(rounded) ?? null) as ImageObject['box'] }))
      .sort(bySize),
  })),
});

const square = [[8, 8, 20, 8, 20, 20, 8, 20]];
const parts = [
  [8, 8, 20, 8, 20, 20, 8, 20],
  [30.5, 31, 40, 31, 40.25, 44],
];
const runs = { size: [side, side], counts: [100, 20, 44, 20, side * side - 184] };

test('COCO with splits, masks of all kinds, crowds and background comes back the same, and again the same with the same paths', async () => {
  await using setting = await openSetting();
  const files = await cocoFiles(
    {
      train: [
        [
          { category_id: 17, bbox: [8, 8, 12, 12], segmentation: square },
          { category_id: 7, bbox: [8, 8, 32.25, 36], segmentation: parts },
          { category_id: 7, bbox: [1.1, 2.2, 3.3, 4.4] },
        ],
        [],
        [{ category_id: 7, bbox: [1, 36, 2, 20], iscrowd: 1, segmentation: runs }],
      ],
      val: [[{ category_id: 27, bbox: [0, 0, side, side] }], []],
    },
    ['볼트', 'a "quoted": #name', 'no'],
  );
  await importFiles(setting, 'first', files);
  const first = await readVersion(setting, 'first');
  const { plan, bytes, size, done } = await roundTrip(setting, 'first', 'coco', 'second');
  expect(plan).toMatchObject({ images: 5, objects: 4, files: 7, losses: [] });
  expect(bytes).toBe(size);
  expect(plan.tarBytes).toBe(size);
  expect(done.validation?.summary).toMatchObject({ format: 'coco', crowds: 1, background: 2 });
  const second = await readVersion(setting, 'second');
  expect(comparable(second)).toEqual(comparable(first));
  await roundTrip(setting, 'second', 'coco', 'third');
  expect(await readVersion(setting, 'third')).toEqual(second);
});

test('YOLO of boxes comes back the same, whatever its names, with Hangul in paths', async () => {
  await using setting = await openSetting();
  const names = ['볼트', 'no', '1e3', 'a: "b" # c', "it's", '- x'];
  const row = (index: number) => `${index} 0.${index + 3} 0.5 0.123456789 0.25`;
  const files: Files = {
    'data.yaml': Buffer.from(
      `train: 학습/images\nval: 검증/images\ntest: test/images\nnames: ${JSON.stringify(names)}\n`,
    ),
  };
  for (const [at, split] of ['학습', '검증', 'test'].entries())
    for (let number = 0; number < 3; number += 1) {
      const name = `${split}/images/사진 ${number}`;
      files[`${name}.png`] = await picture(at * 10 + number, 'png', 20 + number);
      files[`${name.replace('images', 'labels')}.txt`] = Buffer.from(
        number === 2 ? '' : `${row(at + number)}\n${row(5)}\n`,
      );
    }
  await importFiles(setting, 'first', files);
  const { plan, bytes, size, folder } = await roundTrip(setting, 'first', 'yolo', 'second');
  expect(plan).toMatchObject({ images: 9, files: 19, losses: [] });
  expect(bytes).toBe(size);
  expect(comparable(await readVersion(setting, 'second'))).toEqual(
    comparable(await readVersion(setting, 'first')),
  );
  expect(await readFile(path.join(folder, 'labels/train/학습/사진 2.txt'), 'utf8')).toBe('');
});

test('YOLO polygons of one part come back as they were; several parts as one outline of the same box', async () => {
  await using setting = await openSetting();
  const files = await cocoFiles(
    {
      train: [
        [
          { category_id: 7, bbox: [8, 8, 12, 12], segmentation: square },
          { category_id: 7, bbox: [8, 8, 32.25, 36], segmentation: parts },
        ],
      ],
      val: [[{ category_id: 7, bbox: [8, 8, 12, 12], segmentation: square }]],
    },
    ['bolt'],
  );
  await importFiles(setting, 'first', files);
  const { plan } = await roundTrip(setting, 'first', 'yolo', 'second');
  expect(plan.losses.map(({ code }) => code)).toEqual(['EXPORT_MASKS_JOINED']);
  const [one, other] = (await readVersion(setting, 'second')).images.map(({ objects }) => objects);
  const both = [...(one ?? []), ...(other ?? [])];
  expect(both.filter(({ mask }) => JSON.stringify(mask) === JSON.stringify(square))).toHaveLength(2);
  expect(both.map(({ box }) => box?.map(rounded))).toContainEqual([8, 8, 32.25, 36]);
});

test('what YOLO can’t hold is said with counts, and an image that lost all of its labels is not taught as background', async () => {
  await using setting = await openSetting();
  const files = await cocoFiles(
    {
      train: [
        [
          { category_id: 7, bbox: [8, 8, 12, 12], segmentation: square },
          { category_id: 7, bbox: [1, 36, 2, 20], segmentation: runs },
          { category_id: 7, bbox: [1, 1, 5, 5] },
          { category_id: 7, bbox: [1, 36, 2, 20], iscrowd: 1, segmentation: runs },
        ],
        [{ category_id: 7, bbox: [1, 36, 2, 20], iscrowd: 1, segmentation: runs }],
        [],
      ],
    },
    ['bolt'],
  );
  await importFiles(setting, 'first', files);
  const { plan } = await roundTrip(setting, 'first', 'yolo', 'second');
  expect(plan).toMatchObject({ images: 2, objects: 3 });
  expect(plan.losses.map(({ code, parameters }) => [code, parameters?.count])).toEqual([
    ['EXPORT_MASKS_LEFT_OUT', 2],
    ['EXPORT_CROWDS_LEFT_OUT', 2],
    ['EXPORT_WITHOUT_VAL', undefined],
    ['EXPORT_IMAGES_LEFT_OUT', 1],
  ]);
  const { images } = await readVersion(setting, 'second');
  expect(images.map(({ objects }) => objects.length).sort()).toEqual([0, 3]);
});

const vocXml = (name: string, objects: string) => `<annotation><filename>${name}.png</filename>
<size><width>${side}</width><height>${side}</height><depth>3</depth></size>${objects}</annotation>`;
const vocObject = (name: string, difficult: number, box: readonly number[]) =>
  `<object><name>${name}</name><difficult>${difficult}</difficult><bndbox><xmin>${box[0]}</xmin><ymin>${box[1]}</ymin><xmax>${box[2]}</xmax><ymax>${box[3]}</ymax></bndbox></object>`;

test.each(['coco', 'yolo'] as const)(
  'a Pascal VOC dataset goes through %s and keeps all but the mark of difficult objects',
  async (format) => {
    await using setting = await openSetting();
    const files: Files = {
      'ImageSets/Main/train.txt': Buffer.from('a\nb\n'),
      'ImageSets/Main/val.txt': Buffer.from('c\n'),
    };
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      files[`JPEGImages/${name}.png`] = await picture(at, 'png', side);
      const objects = vocObject('dog', at, [at + 1, 2, 30, 40]) + vocObject('cat', 0, [5, 5, 9, 9]);
      files[`Annotations/${name}.xml`] = Buffer.from(vocXml(name, at === 1 ? '' : objects));
    }
    await importFiles(setting, 'first', files);
    const { plan } = await roundTrip(setting, 'first', format, 'second');
    expect(plan.losses).toMatchObject([{ code: 'EXPORT_DIFFICULT_UNMARKED', parameters: { count: 1 } }]);
    const first = await readVersion(setting, 'first');
    const images = first.images.map((image) => ({
      ...image,
      objects: image.objects.map((object) => ({ ...object, difficult: false })),
    }));
    expect(comparable(await readVersion(setting, 'second'))).toEqual(comparable({ ...first, images }));
  },
);

test('a set without splits comes back without any by COCO, and by YOLO with all images in train, which is said', async () => {
  await using setting = await openSetting();
  await writeFiles(setting.pets, {
    ...yoloLabels(),
    'data.yaml': Buffer.from('names: [dog, cat]\npath: .\n'),
  });
  await importFolder(setting, { path: setting.pets, project: 'demo', format: 'auto', name: 'first' });
  const first = await readVersion(setting, 'first');
  expect(new Set(first.images.map(({ split }) => split))).toEqual(new Set([null]));
  await roundTrip(setting, 'first', 'coco', 'second');
  expect(comparable(await readVersion(setting, 'second'))).toEqual(comparable(first));
  const { plan } = await roundTrip(setting, 'first', 'yolo', 'third');
  expect(plan.losses.map(({ code }) => code)).toEqual(['EXPORT_WITHOUT_SPLITS']);
  const third = await readVersion(setting, 'third');
  const asTrain = first.images.map((image) => ({ ...image, split: 'train' }));
  expect(comparable(third)).toEqual(comparable({ ...first, images: asTrain }));
});

test('two images that would share a label file in YOLO get names of their own', async () => {
  await using setting = await openSetting();
  const json = {
    images: ['a.png', 'a.jpg', 'A.webp'].map((name, id) => ({
      id,
      file_name: name,
      width: side,
      height: side,
    })),
    annotations: [0, 1, 2].map((id) => ({ id, image_id: id, category_id: 1, bbox: [id, 1, 5, 5] })),
    categories: [{ id: 1, name: 'bolt' }],
  };
  await importFiles(setting, 'first', {
    'instances_train.json': Buffer.from(JSON.stringify(json)),
    'a.png': await picture(1, 'png', side),
    'a.jpg': await picture(2, 'jpeg', side),
    'A.webp': await picture(3, 'webp', side),
  });
  const { plan } = await roundTrip(setting, 'first', 'yolo', 'second');
  expect(plan.losses).toMatchObject([
    { code: 'EXPORT_WITHOUT_VAL' },
    { code: 'EXPORT_IMAGES_RENAMED', parameters: { count: 2 } },
  ]);
  expect(comparable(await readVersion(setting, 'second'))).toEqual(
    comparable(await readVersion(setting, 'first')),
  );
});

// Wider than a pixel: a file whose boxes all end below 1 is taken for one of parts of images.
const boxes = fc
  .tuple(
    fc.double({ min: 0, max: side - 2, noNaN: true }),
    fc.double({ min: 0, max: side - 2, noNaN: true }),
    fc.double({ min: 0.01, max: 1, noNaN: true }),
    fc.double({ min: 0.01, max: 1, noNaN: true }),
  )
  .map(([x, y, w, h]) => [x, y, 1 + (side - 1 - x) * w, 1 + (side - 1 - y) * h]);
const annotation = fc.record({ category_id: fc.constantFrom(7, 17, 27), bbox: boxes });
const coordinate = fc.double({ min: 0, max: side, noNaN: true });
const polygon = fc
  .array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 8 })
  .map((points) => points.flat());
const maskRuns = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 40 }).map((counts) => {
  const rest = side * side - counts.reduce((sum, count) => sum + count, 0);
  return { size: [side, side], counts: [...counts, rest] };
});
const masked = fc
  .tuple(
    annotation,
    fc.option(fc.oneof(fc.array(polygon, { minLength: 1, maxLength: 3 }), maskRuns)),
    fc.boolean(),
  )
  .map(([own, segmentation, isCrowd]) => ({
    ...own,
    ...(segmentation ? { segmentation } : {}),
    iscrowd: isCrowd ? 1 : 0,
  }));
const setOf = (one: fc.Arbitrary<Annotation>) =>
  fc.record({
    train: fc
      .array(fc.array(one, { maxLength: 6 }), { minLength: 1, maxLength: 5 })
      .filter((images) => images.some((objects) => objects.length > 0)),
    val: fc.array(fc.array(one, { maxLength: 6 }), { minLength: 1, maxLength: 3 }),
  });

test('whatever objects a COCO version has, they come back the same', { timeout: 120_000 }, async () => {
  await using setting = await openSetting();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(setOf(masked), async (splits) => {
      number += 1;
      await importFiles(setting, `c${number}`, await cocoFiles(splits, ['a', 'b', 'c']));
      await roundTrip(setting, `c${number}`, 'coco', `back${number}`);
      expect(comparable(await readVersion(setting, `back${number}`))).toEqual(
        comparable(await readVersion(setting, `c${number}`)),
      );
    }),
    { numRuns: 15 },
  );
});

test('whatever boxes a version has, YOLO gives them back to a relative 1e-9', {
  timeout: 120_000,
}, async () => {
  await using setting = await openSetting();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(setOf(annotation), async (splits) => {
      number += 1;
      await importFiles(setting, `y${number}`, await cocoFiles(splits, ['a', 'b', 'c']));
      await roundTrip(setting, `y${number}`, 'yolo', `back${number}`);
      const before = await readVersion(setting, `y${number}`);
      const after = await readVersion(setting, `back${number}`);
      expect(after.classes).toEqual(before.classes);
      for (const [at, image] of before.images.entries()) {
        const same = after.images[at];
        expect(same).toMatchObject({ sha256: image.sha256, split: image.split });
        expect(same?.objects.map((object) => object.class)).toEqual(
          image.objects.map((object) => object.class),
        );
        for (const [index, { box }] of image.objects.entries())
          for (const [place, value] of (box ?? []).entries()) {
            const found = same?.objects[index]?.box?.[place] ?? Number.NaN;
            // Left and top are differences of the centre and half the size: their error is one of the image's side.
            expect(Math.abs(found - value)).toBeLessThanOrEqual(1e-9 * (place < 2 ? side : value));
          }
      }
    }),
    { numRuns: 15 },
  );
});
