import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import type { AcceptedImage } from './images.ts';

/** A line of `manifest.jsonl`, which is a line of a run's `dataset.jsonl` too (docs/run-directory.md). */
const lineSchema = z.object({
  /** Relative to the folder that holds the version's files; parted by `/`. */
  file: z.string(),
  path: z.string(),
  /** Null where the objects in the image have classes. */
  class: z.string().nullable(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int(),
  width: z.int(),
  height: z.int(),
  channels: z.int(),
  /** The largest value of a 16-bit image's colour channels; not there for images of 8 bits. */
  maxValue: z.int().min(0).max(65_535).optional(),
  split: z.enum(['train', 'val', 'test']).nullable(),
  /** Of labelled images: the length of their line in `annotations.jsonl`, with its end, and the classes of its objects. */
  objects: z.object({ bytes: z.int().min(1), classes: z.array(z.int().min(0)) }).optional(),
});
export type ManifestLine = Readonly<z.infer<typeof lineSchema>>;

/** Where a blob lies in the bucket `datasets`. */
export function blobKey(sha256: string): string {
  return `blobs/${sha256.slice(0, 2)}/${sha256}`;
}

/** The manifest's key in the bucket of datasets. */
export function manifestKey(datasetId: string, version: number): string {
  return `${datasetId}/${version}/manifest.jsonl`;
}

/** What is labelled in the images of a version: a line for each line of the manifest (docs/run-directory.md). */
export function annotationsKey(datasetId: string, version: number): string {
  return `${datasetId}/${version}/annotations.jsonl`;
}

/**
 * The files' times of change, a JSON array of milliseconds in the manifest's order. Beside the manifest and not in it, so that
 * the same bytes have the same manifest; only of versions whose bytes others can change (`in_place`, `link`).
 */
export function timesKey(datasetId: string, version: number): string {
  return `${datasetId}/${version}/times.json`;
}

/** Which sizes of the manifest are not upright, and by being there that somebody looked; see `upright-sizes.ts`. */
export function sizesKey(datasetId: string, version: number): string {
  return `${datasetId}/${version}/sizes.json`;
}

/** The line of an image; `file` is where its bytes lie. */
export function manifestLine(image: AcceptedImage, file: string): ManifestLine {
  const { path, sha256, size, width, height, channels, split, bits, highest, objects } = image;
  const depth = bits === 16 ? { maxValue: highest } : {};
  const labelled = objects ? { objects: { ...objects, classes: [...objects.classes] } } : {};
  return {
    file,
    path,
    class: image.class,
    sha256,
    size,
    width,
    height,
    channels,
    ...depth,
    split,
    ...labelled,
  };
}

/**
 * The value of white of a dataset's 16-bit images: all ones of as many bits as the largest value of them all needs, 8 at least.
 * Cameras of 10, 12 or 14 bits fill a part of the 16 only. Null if there is no 16-bit image.
 */
export function whiteOf(maxValues: Iterable<number | undefined>): number | null {
  let largest: number | null = null;
  for (const value of maxValues) if (value !== undefined) largest = Math.max(largest ?? 0, value);
  return largest === null ? null : 2 ** Math.max(8, largest.toString(2).length) - 1;
}

/** The classes that an image shows. @param classes those of its version, by index */
export function classesOf(
  { class: own, objects }: ManifestLine,
  classes: readonly { readonly name: string }[],
): readonly string[] {
  if (own !== null) return [own];
  return (objects?.classes ?? []).flatMap((index) => classes[index]?.name ?? []);
}

/** The value of white of one image; null for one of 8 bits. */
export function whiteFor({ maxValue }: ManifestLine, white: number | null): number | null {
  return maxValue === undefined ? null : white;
}

/** The text of a manifest, in pieces. */
export function* manifestText(lines: readonly ManifestLine[]): Generator<Buffer> {
  for (let start = 0; start < lines.length; start += 1000) {
    const part = lines.slice(start, start + 1000);
    yield Buffer.from(part.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
}

/** The SHA-256 of a manifest's text, in hex: the same files under the same names have the same. Others get their turn between its pieces. */
export async function manifestSha256(lines: readonly ManifestLine[]): Promise<string> {
  const hash = createHash('sha256');
  for (const piece of manifestText(lines)) {
    hash.update(piece);
    await setImmediate();
  }
  return hash.digest('hex');
}

/** Reads a manifest. @throws TrainyardError MANIFEST_DAMAGED if its bytes have another hash or a line is none */
export async function parseManifest(
  chunks: AsyncIterable<Uint8Array>,
  sha256: string,
): Promise<ManifestLine[]> {
  const hash = createHash('sha256');
  const decoder = new TextDecoder();
  const lines: ManifestLine[] = [];
  let rest = '';
  for await (const chunk of chunks) {
    hash.update(chunk);
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(parseLine(part));
  }
  if (rest !== '' || hash.digest('hex') !== sha256) throw damaged();
  return lines;
}

function parseLine(text: string): ManifestLine {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch (error) {
    throw damaged(error);
  }
}

function damaged(cause?: unknown): TrainyardError {
  return fault('MANIFEST_DAMAGED', {}, { cause });
}
