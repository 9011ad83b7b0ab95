import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { field, headLength, LabelSpool } from '../../../../src/main/features/datasets/formats/label-spool.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

interface Label {
  readonly image: number;
  readonly line: number;
  readonly text: string;
}

function put(spool: LabelSpool, { image, line, text }: Label): void {
  const head = new Float64Array(headLength);
  head[field.image] = image;
  head[field.line] = line;
  head[field.x] = line / 3;
  spool.add(head, Buffer.from(`..${text}.`), 2, 2 + text.length);
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
