import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import type { ImageObject } from '../../../shared/contract/dataset-labels.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { loadedOnce } from '../../platform/loaded-once.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import { coarseMask } from './coarse-mask.ts';
import { annotationsKey, type ManifestLine } from './manifest.ts';

const rangesAtOnce = 8;
/** Pixels of the longest side of a mask in a list. */
const coarseSide = 96;

/** A line of `annotations.jsonl` (docs/run-directory.md), which leaves out what an object has not. A start of the engine needs no contract. */
const objectsSchema = loadedOnce(async () => {
  const { imageObject } = await import('../../../shared/contract/dataset-labels.ts');
  const { class: index, box, mask, crowd, difficult } = imageObject.shape;
  return z.array(
    z.object({
      class: index.default(null),
      box: box.default(null),
      mask: mask.default(null),
      crowd: crowd.default(false),
      difficult: difficult.default(false),
    }),
  );
});

/** Where the line of each labelled image begins in `annotations.jsonl`, in bytes. */
export function startsOfLines(lines: readonly ManifestLine[]): ReadonlyMap<ManifestLine, number> {
  const starts = new Map<ManifestLine, number>();
  let at = 0;
  for (const line of lines) {
    if (!line.objects) continue;
    starts.set(line, at);
    at += line.objects.bytes;
  }
  return starts;
}

interface Range {
  readonly start: number;
  end: number;
  readonly lines: ManifestLine[];
}

/**
 * The objects of some images of a version, in the order of these; null for those without labels. Lines beside each other are read
 * at once.
 * @param most with it, so many objects of each image: their boxes, and coarse masks of the areas that have none
 * @throws TrainyardError OBJECT_NOT_FOUND, MANIFEST_DAMAGED
 */
export async function readObjects(
  store: Pick<ObjectStore, 'get'>,
  { datasetId, version }: { readonly datasetId: string; readonly version: number },
  starts: ReadonlyMap<ManifestLine, number>,
  lines: readonly ManifestLine[],
  { most = Number.POSITIVE_INFINITY }: { readonly most?: number } = {},
): Promise<(readonly ImageObject[] | null)[]> {
  const schema = await objectsSchema();
  const found = new Map<ManifestLine, readonly ImageObject[]>();
  const key = annotationsKey(datasetId, version);
  await forEachConcurrently(rangesOf(starts, lines), rangesAtOnce, async ({ start, end, lines: own }) => {
    const bytes = await buffer(await store.get('datasets', key, { start, end: end - 1 }));
    for (const line of own) {
      const from = (starts.get(line) ?? 0) - start;
      const text = bytes.toString('utf8', from, from + (line.objects?.bytes ?? 0));
      found.set(line, parse(schema, text, most));
    }
  });
  return lines.map((line) => found.get(line) ?? null);
}

function rangesOf(starts: ReadonlyMap<ManifestLine, number>, lines: readonly ManifestLine[]): Range[] {
  const ranges: Range[] = [];
  for (const line of lines) {
    const start = starts.get(line);
    if (start === undefined || !line.objects) continue;
    const end = start + line.objects.bytes;
    const last = ranges.at(-1);
    if (last?.end === start) {
      last.end = end;
      last.lines.push(line);
    } else ranges.push({ start, end, lines: [line] });
  }
  return ranges;
}

/** Of an area of a class; what is left out of training is not drawn that small. */
function coarse({ class: index, mask }: ImageObject): ImageObject['mask'] {
  if (index === null || mask === null || Array.isArray(mask)) return null;
  const { counts, size } = coarseMask(mask, coarseSide);
  return { counts, size: [...size] };
}

function parse(schema: z.ZodType<ImageObject[]>, text: string, most: number): ImageObject[] {
  try {
    const all: { box?: unknown; mask?: unknown }[] = JSON.parse(text);
    if (!Number.isFinite(most)) return schema.parse(all);
    const wanted = all.slice(0, most).map(({ mask, ...rest }) => (rest.box ? rest : { ...rest, mask }));
    return schema.parse(wanted).map((object) => ({ ...object, mask: coarse(object) }));
  } catch (error) {
    throw fault('MANIFEST_DAMAGED', {}, { cause: error });
  }
}
