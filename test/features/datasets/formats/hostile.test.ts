import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { CocoFile } from '../../../../src/main/features/datasets/formats/coco/coco-file.ts';
import { JsonFault } from '../../../../src/main/features/datasets/formats/coco/json-bytes.ts';
import { LabelSpool } from '../../../../src/main/features/datasets/formats/label-spool.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { annotation, cocoText, image } from './support/coco-text.ts';
import { type Files, type Format, png, problemOf, readSet } from './support/read-set.ts';
import { annotationXml, objectXml } from './support/voc-text.ts';

const mebibyte = 2 ** 20;

/** Processor milliseconds of some work. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** A text of one piece over and over, without ever being in memory as a whole. */
async function* repeated(start: string, piece: string, mebibytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(start);
  const chunk = Buffer.from(piece.repeat(Math.ceil(mebibyte / piece.length)));
  for (let at = 0; at < mebibytes; at += 1) yield chunk;
}

async function readCoco(chunks: AsyncIterable<Uint8Array>): Promise<{ file: CocoFile; error: unknown }> {
  await using place = await temporaryFolder();
  await using spool = new LabelSpool(place.folder);
  let next = 0;
  const file = new CocoFile(spool, () => {
    next += 1;
    return next - 1;
  });
  const error = await file.read(chunks).then(
    () => null,
    (caught: unknown) => caught,
  );
  return { file, error };
}

const start =
  '{"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "a"}], "annotations": [';

describe('a hostile COCO file', () => {
  test.each([
    ['brackets that never close', '[', 3],
    ['objects that never close', '{"a":', 3],
    ['a text that never ends', 'x', 40],
    ['blanks that never end', ' ', 40],
    ['digits that never end', '1', 40],
  ])('is refused in time that grows as its length does: %s', async (_, piece, mebibytes) => {
    const opening = piece === 'x' ? '"' : '';
    const { error } = await readCoco(repeated(start + opening, piece, mebibytes));
    expect(error).toBeInstanceOf(JsonFault);
    const read = (size: number) => processorTime(() => readCoco(repeated(start + opening, piece, size)));
    await read(2);
    const [short, long] = [await read(mebibytes / 2), await read(mebibytes)];
    expect(long).toBeLessThan(Math.max(short, 50) * 6);
  });

  test('has no value of more than 256 MiB, whose bytes are not gathered', async () => {
    const { error } = await readCoco(repeated(`${start}"`, 'x', 400));
    expect(error).toMatchObject({ message: expect.stringContaining('256 MiB') });
  });

  test('may have lists of anything that nobody asked for, of any length, in flat memory', async () => {
    const before = process.memoryUsage.rss();
    const { error, file } = await readCoco(
      (async function* () {
        yield* repeated(`${start}], "other": [0`, `,{"a": [${'1,'.repeat(100)}2]}`, 150);
        yield Buffer.from(']}');
      })(),
    );
    expect({ error, isNot: file.isNot }).toEqual({ error: null, isNot: null });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * mebibyte);
  });

  test('with a polygon of a million points costs its length', async () => {
    const points = Array.from({ length: 2_000_000 }, (_, at) => at % 48);
    const text = cocoText([image(1, 'a.png')], [annotation(1, 1, { segmentation: [points] })]);
    const set = await readSet('coco', { 'a.png': await png(), 'x.json': text });
    expect(set.objects['a.png']?.[0]?.mask).toEqual([points]);
  });

  test('with run lengths of a size that no image has gets no memory for them', async () => {
    const segmentation = { size: [1e9, 1e9], counts: [0, 1e18] };
    const text = cocoText([image(1, 'a.png')], [annotation(1, 1, { bbox: null, segmentation })]);
    const set = await readSet('coco', { 'a.png': await png(), 'x.json': text });
    expect(set.errors.length).toBeGreaterThan(0);
  });
});

describe('hostile input is refused or read, never obeyed', () => {
  const laughs = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghij'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]}, `.repeat(20)}x]`),
  ].join('\n');
  const yaml = 'train: images\nnames: [bolt]\n';
  const box = '0 0.5 0.5 0.2 0.2\n';
  const entities = Array.from(
    { length: 20 },
    (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`,
  ).join('');
  const cases: readonly (readonly [string, Format, Files, string])[] = [
    [
      'aliases in aliases',
      'yolo',
      { 'data.yaml': `${laughs}\n${yaml}`, 'images/a.txt': box },
      'ANNOTATIONS_UNREADABLE',
    ],
    [
      'a YAML of a hundred thousand levels',
      'yolo',
      { 'data.yaml': `a: ${'['.repeat(1e5)}\n${yaml}` },
      'ANNOTATIONS_UNREADABLE',
    ],
    [
      'entities in entities',
      'voc',
      { 'a.xml': `<!DOCTYPE x [<!ENTITY l0 "x">${entities}]>${annotationXml('a', objectXml('&l20;'))}` },
      'ANNOTATIONS_UNREADABLE',
    ],
    [
      'an XML of a hundred thousand levels',
      'voc',
      { 'a.xml': `<annotation>${'<a>'.repeat(1e5)}` },
      'ANNOTATIONS_UNREADABLE',
    ],
    [
      'a row of a million numbers',
      'yolo',
      { 'data.yaml': yaml, 'images/a.txt': `0${' 0.5'.repeat(1e6 + 1)}` },
      'ROW_INVALID',
    ],
    [
      'rows without end that are none',
      'yolo',
      { 'data.yaml': yaml, 'images/a.txt': 'x\n'.repeat(3e5) },
      'ROW_INVALID',
    ],
    [
      'a list that leads outside',
      'yolo',
      { 'data.yaml': 'train: l.txt\nnames: [a]', 'l.txt': '../../etc/passwd.png\n' },
      'IMAGE_FILE_MISSING',
    ],
    [
      'a file name that leads outside',
      'voc',
      { 'Annotations/x.xml': annotationXml('../../../etc/passwd.png', objectXml('a')) },
      'IMAGE_FILE_MISSING',
    ],
  ];
  test.each(cases)('%s', async (_, format, files, code) => {
    const picture = await png();
    let set: Awaited<ReturnType<typeof readSet>> | undefined;
    const spent = await processorTime(async () => {
      set = await readSet(format, { 'images/a.png': picture, ...files });
    });
    expect(set && problemOf(set, code).code).toBe(code);
    expect(spent).toBeLessThan(10_000);
  });
});

test('a label file longer than any is left out and not kept in memory', async () => {
  const before = process.memoryUsage.rss();
  const { wholeText } = await import('../../../../src/main/features/datasets/formats/labelled-set.ts');
  const { Tally } = await import('../../../../src/main/features/datasets/formats/tally.ts');
  const { Findings } = await import('../../../../src/main/features/datasets/problems.ts');
  const warnings = new Findings();
  const tally = new Tally(new Findings(), warnings);
  const chunks = () => Readable.from(repeated('', 'x', 1000)) as AsyncIterable<Uint8Array>;
  expect(await wholeText({ path: 'a.txt', segments: ['a.txt'], chunks }, tally)).toBeNull();
  tally.finish();
  expect(warnings.report().problems[0]?.code).toBe('LABEL_FILE_TOO_LARGE');
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * mebibyte);
});
