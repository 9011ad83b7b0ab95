import { constants } from 'node:fs';
import { appendFile, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nowhere, placeIn } from '../../../../src/main/features/datasets/formats/kept-texts.ts';
import { field, headLength } from '../../../../src/main/features/datasets/formats/label-records.ts';
import { LabelSpool } from '../../../../src/main/features/datasets/formats/label-spool.ts';
import { KeptFile } from '../../../../src/main/features/datasets/sources/kept-file.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

interface Label {
  readonly image: number;
  readonly line: number;
  readonly text: string;
}

function put(spool: LabelSpool, { image, line, text }: Label, place = nowhere): void {
  const head = new Float64Array(headLength);
  head[field.image] = image;
  head[field.line] = line;
  head[field.x] = line / 3;
  spool.add(head, Buffer.from(`..${text}.`), 2, 2 + text.length, place);
}

function taken(spool: LabelSpool, images: readonly number[]) {
  return Array.from(spool.byImage(images), (labels) => ({
    image: labels.image,
    labels: Array.from({ length: labels.count }, (_, record) => ({
      line: labels.number(record, field.line),
      x: labels.number(record, field.x),
      text: labels.text(record),
    })),
  }));
}

function wanted(labels: readonly Label[], images: readonly number[]) {
  return images.map((image) => ({
    image,
    labels: labels
      .filter((label) => label.image === image)
      .map(({ line, text }) => ({ line, x: line / 3, text })),
  }));
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

describe('a spool of labels', () => {
  test('gives back what was put, image by image, in whatever order is asked for', async () => {
    await using place = await temporaryFolder();
    const label = fc.record({
      image: fc.nat(20),
      line: fc.nat(),
      text: fc.string({ unit: fc.constantFrom(...'[]0123456789,.'), maxLength: 200 }),
    });
    const images = fc.uniqueArray(fc.nat(30));
    await fc.assert(
      fc.asyncProperty(fc.array(label), images, async (labels, order) => {
        await using spool = new LabelSpool(place.folder);
        for (const each of labels) put(spool, each);
        expect(spool.records).toBe(labels.length);
        expect(taken(spool, order)).toEqual(wanted(labels, order));
      }),
    );
    expect(await readdir(place.folder)).toEqual([]);
  });

  test('does the same where it is more than its memory, and leaves nothing behind', async () => {
    await using place = await temporaryFolder();
    const labels = Array.from({ length: 6000 }, (_, at) => ({
      image: (at * 7919) % 300,
      line: at,
      text: String(at % 10).repeat(at % 97 === 0 ? 60_000 : 8000 + (at % 900)),
    }));
    const order = Array.from({ length: 310 }, (_, at) => (at * 101) % 310);
    {
      await using spool = new LabelSpool(place.folder);
      for (const each of labels) put(spool, each);
      expect(await readdir(place.folder)).toHaveLength(1);
      const found = taken(spool, order);
      expect(found.map(({ image }) => image)).toEqual(order);
      // The texts are large: they are compared one by one.
      for (const [at, each] of wanted(labels, order).entries())
        if (JSON.stringify(each) !== JSON.stringify(found[at])) expect(found[at]).toEqual(each);
    }
    expect(await readdir(place.folder)).toEqual([]);
  });

  /** Texts in a file that is kept, one behind the other with something between, and the labels that they are of. */
  async function inFile(folder: string) {
    const text = (at: number) => `[${String(at % 10).repeat(at % 97 === 0 ? 1_500_000 : 6000 + (at % 900))}]`;
    const labels = Array.from({ length: 6000 }, (_, at) => ({
      image: (at * 7919) % 300,
      line: at,
      text: text(at),
    }));
    const starts: number[] = [];
    let length = 3;
    for (const each of labels) {
      starts.push(length);
      length += each.text.length + 1;
    }
    const file = path.join(folder, 'texts');
    await writeFile(file, `...${labels.map((each) => each.text).join(' ')} `);
    const keep = () =>
      KeptFile.open(file, { flags: constants.O_RDONLY, shown: 'texts', asFault: (error) => error as Error });
    return {
      file,
      labels,
      starts,
      label: { path: 'texts', segments: ['texts'], chunks: nothing, keep },
    };
  }

  test('leaves texts in the file that they stand in, and copies them when they are asked for', async () => {
    await using place = await temporaryFolder();
    await using scratch = await temporaryFolder();
    const { labels, starts, label } = await inFile(place.folder);
    await using spool = new LabelSpool(scratch.folder);
    const kept = await spool.keep(label);
    for (const [at, each] of labels.entries()) put(spool, each, placeIn(kept?.number ?? -1, starts[at] ?? 0));
    const [folder = ''] = await readdir(scratch.folder);
    const aside = await stat(path.join(scratch.folder, folder, 'labels'));
    expect(aside.size).toBeLessThan(5 * 2 ** 20);
    for (const order of [Array.from({ length: 300 }, (_, at) => (at * 101) % 300), [7, 8, 250]]) {
      const found = taken(spool, order);
      expect(found.map(({ image }) => image)).toEqual(order);
      for (const [at, each] of wanted(labels, order).entries())
        if (JSON.stringify(each) !== JSON.stringify(found[at])) expect(found[at]).toEqual(each);
    }
  });

  test.each([
    ['written to', (file: string) => appendFile(file, ' ')],
    ['cut short', (file: string) => truncate(file, 50_000_000)],
  ])('says so where such a file was %s meanwhile', async (_what, change) => {
    await using place = await temporaryFolder();
    await using scratch = await temporaryFolder();
    const { file, labels, starts, label } = await inFile(place.folder);
    await using spool = new LabelSpool(scratch.folder);
    const kept = await spool.keep(label);
    for (const [at, each] of labels.entries()) put(spool, each, placeIn(kept?.number ?? -1, starts[at] ?? 0));
    await change(file);
    expect(() => taken(spool, [1, 2, 3])).toThrow('texts was changed while it was being imported');
  });

  test('puts aside the texts of a small file, and keeps none open', async () => {
    await using place = await temporaryFolder();
    await writeFile(path.join(place.folder, 'texts'), '[1]');
    await using spool = new LabelSpool(place.folder);
    const closed: boolean[] = [];
    const keep = async () => ({
      size: 3,
      chunks: nothing,
      copy: () => {},
      [Symbol.asyncDispose]: async () => void closed.push(true),
    });
    expect(await spool.keep({ path: 'texts', segments: ['texts'], chunks: nothing, keep })).toBeNull();
    expect(closed).toEqual([true]);
  });

  test('takes a label that is larger than a piece of its memory', async () => {
    await using place = await temporaryFolder();
    await using spool = new LabelSpool(place.folder);
    const labels = [1, 2, 3].map((line) => ({
      image: line % 2,
      line,
      text: String(line).repeat(5 * 2 ** 20),
    }));
    for (const each of labels) put(spool, each);
    expect(taken(spool, [1, 0])[0]?.labels.map(({ text }) => text.length)).toEqual([
      5 * 2 ** 20,
      5 * 2 ** 20,
    ]);
  });
});
