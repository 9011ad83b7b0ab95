import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { annotation, cocoText, image } from './support/coco-text.ts';
import { type Files, type Format, png, readSet } from './support/read-set.ts';
import { annotationXml, objectXml } from './support/voc-text.ts';

/** Left, top, width and height in pixels. */
type Box = readonly [x: number, y: number, width: number, height: number];

/** One dataset in each format: objects by their image, which is 64 × 48. */
interface Written {
  readonly format: Format;
  /** The file that has the names of classes, and that which has the objects of an image. */
  readonly namesFile: string;
  readonly fileOf: (image: string) => string;
  readonly write: (
    objects: Readonly<Record<string, readonly (readonly [string, Box])[]>>,
  ) => Record<string, string>;
}

const classes = ['볼트', '너트'];

const formats: readonly Written[] = [
  {
    format: 'coco',
    namesFile: 'x.json',
    fileOf: () => 'x.json',
    write: (objects) => {
      const images = Object.keys(objects);
      const annotations = Object.values(objects).flatMap((own, at) =>
        own.map(([name, bbox]) => ({ image_id: at + 1, category_id: classes.indexOf(name) + 1 || 9, bbox })),
      );
      return {
        'x.json': cocoText(
          images.map((name, at) => image(at + 1, `${name}.png`)),
          annotations.map((each, at) => annotation(at + 1, each.image_id, each)),
          classes.map((name, at) => ({ id: at + 1, name })),
        ),
      };
    },
  },
  {
    format: 'yolo',
    namesFile: 'data.yaml',
    fileOf: (name) => `images/${name}.txt`,
    write: (objects) => ({
      'data.yaml': `train: images\nnames: [${classes.join(', ')}]\n`,
      ...Object.fromEntries(
        Object.entries(objects).map(([name, own]) => [
          `images/${name}.txt`,
          own
            .map(([label, [x, y, width, height]]) => {
              const parts = [(x + width / 2) / 64, (y + height / 2) / 48, width / 64, height / 48];
              return `${classes.indexOf(label) >= 0 ? classes.indexOf(label) : 9} ${parts.join(' ')}\n`;
            })
            .join(''),
        ]),
      ),
    }),
  },
  {
    format: 'voc',
    namesFile: 'Annotations/a.xml',
    fileOf: (name) => `Annotations/${name}.xml`,
    write: (objects) =>
      Object.fromEntries(
        Object.entries(objects).map(([name, own]) => [
          `Annotations/${name}.xml`,
          annotationXml(
            `${name}.png`,
            own
              .map(([label, [x, y, width, height]]) =>
                objectXml(label, [x + 1, y + 1, x + width, y + height]),
              )
              .join(''),
          ),
        ]),
      ),
  },
];

const good: Box = [6, 8, 16, 12];

describe.each(formats)('a $format dataset', ({ format, namesFile, fileOf, write }) => {
  const read = async (files: Files) => {
    const picture = await png();
    return readSet(format, { 'images/a.png': picture, 'images/b.png': picture, ...files });
  };
  const boxesOf = async (files: Files) => {
    const set = await read(files);
    const rounded = (values: readonly number[] = []) =>
      values.map((value) => Math.round(value * 1000) / 1000);
    return {
      codes: {
        errors: set.errors.map((each) => each.split(' ')[0]),
        warnings: set.warnings.map((each) => each.split(' ')[0]),
      },
      classes: set.classes,
      boxes: Object.fromEntries(
        Object.entries(set.objects).map(([name, own]) => [name, own.map(({ box }) => rounded(box))]),
      ),
      set,
    };
  };

  test('has its objects, and an image without one is background', async () => {
    const {
      codes,
      boxes,
      classes: found,
    } = await boxesOf(
      write({
        a: [
          ['볼트', good],
          ['너트', [1, 1, 5, 5]],
        ],
        b: [],
      }),
    );
    expect({ codes, boxes, found }).toEqual({
      codes: { errors: [], warnings: [] },
      boxes: {
        'images/a.png': [
          [6, 8, 16, 12],
          [1, 1, 5, 5],
        ],
        'images/b.png': [],
      },
      found: classes,
    });
  });

  test.each([
    ['UTF-8 with its mark', (text: string) => Buffer.from(`\uFEFF${text}`), []],
    ['UTF-16 with its mark', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le'), []],
    [
      'big-endian UTF-16 with its mark',
      (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
      [],
    ],
    ['UTF-16 without a mark', (text: string) => Buffer.from(text, 'utf16le'), ['ENCODING_GUESSED']],
    ['code page 949', (text: string) => iconv.encode(text, 'cp949'), ['ENCODING_GUESSED']],
  ] as const)('is read in %s', async (_, encode, warnings) => {
    const files = write({
      a: [
        ['볼트', good],
        ['너트', [1, 1, 5, 5]],
      ],
      b: [['볼트', good]],
    });
    const { codes, classes: found } = await boxesOf({
      ...files,
      [namesFile]: encode(files[namesFile] ?? ''),
    });
    expect({ codes, found }).toEqual({ codes: { errors: [], warnings }, found: classes });
  });

  test('keeps one of two equal objects, which is said', async () => {
    const { codes, boxes } = await boxesOf(
      write({
        a: [
          ['볼트', good],
          ['볼트', good],
        ],
        b: [['너트', good]],
      }),
    );
    expect({ codes, boxes: boxes['images/a.png'] }).toEqual({
      codes: { errors: [], warnings: ['LABEL_TWICE'] },
      boxes: [[6, 8, 16, 12]],
    });
  });

  test('clips a box that is past the edge by a rounding, which is said', async () => {
    const { codes, boxes } = await boxesOf(write({ a: [['볼트', [44, 30, 20.6, 18]]], b: [['너트', good]] }));
    expect({ codes, boxes: boxes['images/a.png'] }).toEqual({
      codes: { errors: [], warnings: ['BOX_CLIPPED'] },
      boxes: [[44, 30, 20, 18]],
    });
  });

  test('loses a box that lies outside, and nothing else', async () => {
    const { codes, boxes, set } = await boxesOf(
      write({
        a: [
          ['볼트', [58, 30, 20, 18]],
          ['볼트', good],
        ],
        b: [['너트', good]],
      }),
    );
    expect({ codes, boxes: boxes['images/a.png'] }).toEqual({
      codes: { errors: ['BOX_OUTSIDE'], warnings: [] },
      boxes: [[6, 8, 16, 12]],
    });
    expect(set.problems[0]).toMatchObject({ path: fileOf('a') });
    expect(set.problems[0]?.line).toBeGreaterThan(0);
    expect(set.problems[0]?.message).toContain('58 30 20 18 in 64 × 48');
  });

  // VOC lists no classes: those are classes that objects have.
  const listing = format === 'voc' ? [] : [format === 'coco' ? 'CATEGORY_UNKNOWN' : 'CLASS_UNKNOWN'];
  test.each(listing)('names a class that is not listed, and keeps the rest: %s', async (code) => {
    const { codes, boxes } = await boxesOf(
      write({
        a: [
          ['나사', good],
          ['볼트', good],
        ],
        b: [['너트', good]],
      }),
    );
    expect(codes.errors).toEqual([code]);
    expect(boxes['images/a.png']).toEqual([[6, 8, 16, 12]]);
  });

  test('without any labels is an error that says where it looked', async () => {
    const { codes, set } = await boxesOf(format === 'yolo' ? { 'classes.txt': 'bolt' } : {});
    expect(codes.errors).toEqual(['LABELS_NOT_FOUND']);
    expect(set.problems[0]?.message).toMatch(/Looked for .{20}/);
  });
});
