import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { examineSource } from '../../../src/main/features/datasets/examiner/examine-source.ts';
import { defaultLimits } from '../../../src/main/features/datasets/limits.ts';
import { sharpImageReader } from '../../../src/main/features/datasets/pixels/sharp-image-reader.ts';
import { makeProblem } from '../../../src/main/features/datasets/problems.ts';
import { automatic } from '../../../src/main/features/datasets/reading.ts';
import {
  type DatasetSource,
  EntryFault,
  type KeptEntry,
} from '../../../src/main/features/datasets/source.ts';
import { folderSource } from '../../../src/main/features/datasets/sources/folder-source.ts';
import { systemReason } from '../../../src/main/features/datasets/sources/read-faults.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { annotation, image } from './formats/support/coco-text.ts';
import { png } from './formats/support/read-set.ts';
import { tar, zip } from './support/archives.ts';
import { examineLabels } from './support/examine.ts';
import { writeFiles } from './support/pictures.ts';

const mebibyte = 2 ** 20;
const imageCount = 40;

/** Polygons and run lengths in all spellings, of a few kilobytes each, so that they are no part of what stays in memory. */
function maskText(number: number): string {
  const points = Array.from({ length: 1000 }, (_, at) => [
    (at * number) % 64,
    ((at * 7 + number) % 480) / 10,
  ]).flat();
  const ones = Array.from({ length: 3072 }, () => 1);
  const runs = { size: [48, 64], counts: number % 2 === 0 ? ones : 'Xo0<\\P2' };
  const plain = () => JSON.stringify([points]);
  const spelled = [
    plain,
    () => JSON.stringify([points, [], points.slice(0, 8)], null, number % 5),
    () => JSON.stringify(points, null, '\t').replaceAll('\n', '\r\n'),
    () => JSON.stringify(runs),
    () => JSON.stringify({ score: 'é', ...runs }, null, 1),
    () => JSON.stringify({ counts: runs.counts, size: [48, 64] }).replace('<', '\\u003c'),
  ];
  // Half of them as nearly all files have them.
  return (spelled[number % (spelled.length * 2)] ?? plain)();
}

/** A COCO file of more than its reader keeps in memory: annotations before their images, which they take in turn. */
function largeText(): string {
  const entries = Array.from({ length: imageCount }, (_, at) => image(at + 1, `그림 ${at}.png`));
  const annotations: string[] = [];
  for (let [number, length] = [0, 0]; length < 56 * mebibyte; number += 1) {
    const fields = { category_id: 1 + (number % 2), area: number };
    const whole = annotation(number, 1 + ((number * 7) % imageCount), { ...fields, segmentation: 0 });
    const mask = maskText(number);
    annotations.push(JSON.stringify(whole).replace('"segmentation":0', () => `"segmentation": ${mask}`));
    length += mask.length;
  }
  const categories = [1, 2].map((id) => ({ id, name: ['볼트', '너트'][id - 1] }));
  return `\ufeff{"annotations": [${annotations.join(',\n')}],\r\n"images": ${JSON.stringify(entries)}, "categories": ${JSON.stringify(categories)}}`;
}

interface Wanted {
  readonly annotations: readonly { image_id: number; category_id: number; segmentation: unknown }[];
}

/** The masks of each image in their order, as they are to be stored. */
function wantedMasks(text: string): string[] {
  const { annotations } = JSON.parse(text.slice(1)) as Wanted;
  const masks = Array.from({ length: imageCount }, (): string[] => []);
  for (const { image_id: of, category_id: category, segmentation } of annotations) {
    const found = segmentation as { size: number[]; counts: unknown } | number[] | number[][];
    const lists = Array.isArray(found) ? (typeof found[0] === 'number' ? [found] : found) : null;
    const mask = lists
      ? (lists as number[][]).filter((each) => each.length > 0)
      : pick(found as { size: number[]; counts: unknown });
    masks[of - 1]?.push(JSON.stringify([category - 1, mask]));
  }
  return masks.map((each) => [...new Set(each)].join('\n'));
}

const pick = ({ size, counts }: { size: number[]; counts: unknown }) => ({ size, counts });

function storedMasks(lines: readonly string[], taken: readonly string[]): string[] {
  const masks = new Map(
    lines.map((line, at) => {
      const objects = JSON.parse(line) as { class: number; mask: never }[];
      const shown = objects.map((each) =>
        JSON.stringify([each.class, Array.isArray(each.mask) ? each.mask : pick(each.mask)]),
      );
      return [taken[at], shown.join('\n')] as const;
    }),
  );
  return Array.from({ length: imageCount }, (_, at) => masks.get(`그림 ${at}.png`) ?? '');
}

async function largeFiles(text: string): Promise<Record<string, Uint8Array>> {
  const picture = await png();
  const images = Array.from({ length: imageCount }, (_, at) => [`그림 ${at}.png`, picture] as const);
  return { '주석/라벨.json': Buffer.from(text), ...Object.fromEntries(images) };
}

test('the masks of a large COCO file are those of the file, image by image, from a folder and from archives', {
  timeout: 120_000,
}, async () => {
  await using place = await temporaryFolder();
  const text = largeText();
  const files = await largeFiles(text);
  const wanted = wantedMasks(text);
  const folder = path.join(place.folder, 'set');
  await writeFiles(folder, files);
  const entries = Object.entries(files).map(([name, body]) => ({ name, body }));
  await writeFiles(place.folder, { 'set.zip': zip(entries), 'set.tar': await tar(entries) });
  for (const name of ['set', 'set.zip', 'set.tar']) {
    const found = await examineLabels(path.join(place.folder, name), 'coco');
    expect({ name, errors: found.errors }).toEqual({ name, errors: [] });
    const stored = storedMasks(found.lines, found.taken);
    // They are large: they are compared one by one.
    for (const [at, masks] of stored.entries())
      if (masks !== wanted[at]) expect(masks.slice(0, 500)).toBe(wanted[at]?.slice(0, 500));
  }
});

/** A folder whose label file is read through another entry. */
function through(source: DatasetSource, wrap: (kept: KeptEntry) => KeptEntry): DatasetSource {
  return {
    ...source,
    async *entries() {
      for await (const entry of source.entries()) {
        const keep = entry.kind === 'file' ? entry.keep : undefined;
        if (entry.kind !== 'file' || !keep || !entry.path.endsWith('.json')) yield entry;
        else yield { ...entry, keep: async () => wrap(await keep()) };
      }
    },
  };
}

async function examineThrough(
  folder: string,
  wrap: (kept: KeptEntry) => KeptEntry,
  signal = new AbortController().signal,
) {
  const scratch = path.join(path.dirname(folder), 'scratch');
  await mkdir(scratch);
  const options = { reader: sharpImageReader, limits: defaultLimits };
  return await examineSource(
    through(folderSource(folder), wrap),
    { format: 'coco', reading: automatic, scratch },
    { ...options, signal, onProgress: () => {} },
  );
}

const lost = () => {
  const cause = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  const reason = systemReason(cause);
  if (!reason) throw cause;
  const file = { en: 'It', ko: '파일' };
  return new EntryFault(makeProblem('UNREADABLE_FILE', '주석/라벨.json', { file, ...reason }), { cause });
};

describe('a large COCO file whose disk fails', () => {
  test.each<[string, (kept: KeptEntry) => KeptEntry]>([
    [
      'while its masks are copied',
      (kept) => ({
        size: kept.size,
        chunks: () => kept.chunks(),
        copy: () => {
          throw lost();
        },
        [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
      }),
    ],
    [
      'while it is read',
      (kept) => ({
        size: kept.size,
        async *chunks() {
          for await (const chunk of kept.chunks()) {
            yield chunk;
            throw lost();
          }
        },
        copy: (...at) => kept.copy(...at),
        [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
      }),
    ],
  ])('is a finding with the file and what to do, and nothing is imported: %s', async (_, wrap) => {
    await using place = await temporaryFolder();
    const folder = path.join(place.folder, 'set');
    await writeFiles(folder, await largeFiles(largeText()));
    const { validation, isFatal } = await examineThrough(folder, wrap);
    expect(validation.errors).toMatchObject([
      {
        code: 'UNREADABLE_FILE',
        path: '주석/라벨.json',
        message: expect.stringContaining('the disk can’t read it'),
        hint: expect.stringContaining('disk'),
      },
    ]);
    expect({ isFatal, ok: validation.ok }).toEqual({ isFatal: true, ok: false });
  });
});

test('a large COCO file is read no further once its import is cancelled', async () => {
  await using place = await temporaryFolder();
  const folder = path.join(place.folder, 'set');
  await writeFiles(folder, await largeFiles(largeText()));
  const stop = new AbortController();
  let chunks = 0;
  const cancelling = (kept: KeptEntry): KeptEntry => ({
    size: kept.size,
    async *chunks() {
      for await (const chunk of kept.chunks()) {
        chunks += 1;
        stop.abort(new Error('cancelled'));
        yield chunk;
      }
    },
    copy: (...at) => kept.copy(...at),
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  });
  await expect(examineThrough(folder, cancelling, stop.signal)).rejects.toThrow('cancelled');
  expect(chunks).toBe(1);
});
