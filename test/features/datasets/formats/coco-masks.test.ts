import { describe, expect, test } from 'vitest';
import { runsOf } from '../../../../src/shared/model/run-lengths.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { examineLabels } from '../support/examine.ts';
import { writeFiles } from '../support/pictures.ts';
import { annotation, cocoText, image } from './support/coco-text.ts';
import { png } from './support/read-set.ts';

const plain = 'XX';
const polygons = [[1, 2, 9.5, 2, 9, 9]];
const listed = { size: [48, 64], counts: [1000, 12, 2060] };

/** What is read of a file whose only annotation has the mask; its mask is put in as text in place of another. */
async function maskOf(text: string, rewrite = (whole: string) => whole) {
  await using place = await temporaryFolder();
  const whole = cocoText([image(1, 'a.png'), image(2, 'b.png')], [annotation(1, 1, { segmentation: plain })]);
  await writeFiles(place.folder, {
    'a.png': await png(),
    'b.png': await png(),
    'labels.json': Buffer.from(rewrite(whole.replace(`"${plain}"`, text))),
  });
  const { errors, lines } = await examineLabels(place.folder, 'coco');
  return { errors, lines };
}

const lineWith = (mask: unknown) => [JSON.stringify([{ class: 0, box: [6, 8, 16, 12], mask }]), '[]'];

describe('a mask of a COCO file', () => {
  test.each([
    ['newlines', '\n'],
    ['the newlines of Windows', '\r\n'],
    ['carriage returns', '\r'],
    ['tabs and newlines', '\t\n\t'],
  ])('stands in one line of a version’s labels where the file parts its numbers by %s', async (_, blanks) => {
    const spread = (value: unknown) => JSON.stringify(value, null, 1).replaceAll(/\n */g, blanks);
    for (const mask of [
      polygons,
      [
        [1, 2, 9, 2, 9, 9],
        [20, 20, 30, 20, 30, 30],
      ],
      listed,
    ]) {
      const found = await maskOf(spread(mask));
      expect(found).toEqual({ errors: [], lines: lineWith(mask) });
    }
    const flat = await maskOf(spread(polygons[0]));
    expect(flat).toEqual({ errors: [], lines: lineWith(polygons) });
  });

  test('stands in one line where a whole file is indented, and gives the box that is missing', async () => {
    const indented = (whole: string) =>
      JSON.stringify(
        JSON.parse(whole, (key, value) => (key === 'bbox' ? undefined : value)),
        null,
        4,
      ).replaceAll('\n', '\r\n');
    const { errors, lines } = await maskOf(JSON.stringify(polygons), indented);
    expect(errors).toEqual([]);
    expect(lines).toEqual([JSON.stringify([{ class: 0, box: [1, 2, 8.5, 7], mask: polygons }]), '[]']);
  });

  test.each([
    ['a list with exponents', '{"size":[48,64],"counts":[1e3,1.2e1,2.06e3]}'],
    ['a size with decimals', '{"size":[48.0,64.0],"counts":[1000,12,2060]}'],
    ['keys in the other order', '{"counts":[1000.0,12,2060],"size":[48,64]}'],
  ])('has whole numbers in its run lengths, whoever wrote them: %s', async (_, text) => {
    const { errors, lines } = await maskOf(text);
    expect(errors).toEqual([]);
    expect(lines).toEqual(lineWith(listed));
    expect(lines[0]).not.toMatch(/\d[.e]\d/);
  });

  test.each(['Xo0\\u003c\\\\P2', 'Xo0\\u003C\\u005cP2', '\\u0058o0<\\\\P\\u0032'])(
    'may have any escapes in its compressed run lengths, as programs write "<" that also write HTML: %s',
    async (counts) => {
      const { errors, lines } = await maskOf(`{"size":[48,64],"counts":"${counts}"}`);
      expect(errors).toEqual([]);
      expect(lines).toEqual(lineWith({ size: [48, 64], counts: 'Xo0<\\P2' }));
      expect(runsOf({ size: [48, 64], counts: 'Xo0<\\P2' })).toEqual(listed.counts);
    },
  );

  test('is an error by itself where its run lengths have an escape that is none', async () => {
    const { errors, lines } = await maskOf('{"size":[48,64],"counts":"Xo0<\\P2"}');
    expect(errors).toEqual(['MASK_INVALID labels.json:7']);
    expect(lines).toEqual(['[{"class":0,"box":[6,8,16,12]}]', '[]']);
  });

  test('has no empty polygons beside those that are none', async () => {
    const { errors, lines } = await maskOf('[[], [1,2,9.5,2,9,9], [ ], []]');
    expect(errors).toEqual([]);
    expect(lines).toEqual(lineWith(polygons));
  });

  test.each([
    ['box', '"bbox":["x"],"bbox":[6,8,16,12]', '[{"class":0,"box":[6,8,16,12]}]'],
    ['flag of a crowd', '"iscrowd":1,"bbox":[6,8,16,12],"iscrowd":0', '[{"class":0,"box":[6,8,16,12]}]'],
  ])('lies beside a %s of which the last value counts where the key comes twice', async (_, fields, line) => {
    const twice = (whole: string) => whole.replace('"iscrowd":0,', '').replace(/"bbox":\[[^\]]*\]/, fields);
    const { errors, lines } = await maskOf('null', twice);
    expect(errors).toEqual([]);
    expect(lines).toEqual([line, '[]']);
  });
});
