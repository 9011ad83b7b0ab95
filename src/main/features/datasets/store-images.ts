import { hash } from 'node:crypto';
import path from 'node:path';
import type { ImportMode } from '../../../shared/contract/datasets.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently, mapConcurrently } from '../../../shared/model/concurrently.ts';
import type { LinkableObjects, ObjectStore } from '../../stores/objects/ports.ts';
import type { AcceptedImage } from './images.ts';
import { blobKey, type ManifestLine, manifestLine } from './manifest.ts';
import { type DatasetSource, EntryFault } from './source.ts';

/** The images of a version where they are to stay, as its manifest says. */
export interface StoredImages {
  readonly lines: readonly ManifestLine[];
  /** When each file was changed, in the lines' order, where others than the store can change it. */
  readonly times: readonly (number | null)[] | null;
}

interface Storing {
  readonly store: ObjectStore;
  readonly links: LinkableObjects | null;
  readonly signal: AbortSignal;
  /** Called with the count of files stored. */
  readonly onProgress: (done: number) => void;
}

const readAhead = 16;
const linksAtOnce = 8;

/**
 * Brings the images where the mode wants them; harmless when repeated.
 * @throws TrainyardError SOURCE_CHANGED where a file is not what the validation saw, LINK_IMPOSSIBLE, LINK_UNSUPPORTED
 */
export async function storeImages(
  source: DatasetSource,
  images: readonly AcceptedImage[],
  mode: ImportMode,
  parts: Storing,
): Promise<StoredImages> {
  if (mode === 'in_place') {
    return {
      lines: images.map((image) => manifestLine(image, image.file)),
      times: images.map((image) => image.modifiedMs),
    };
  }
  const lines = images.map((image) => manifestLine(image, blobKey(image.sha256)));
  if (mode === 'copy') {
    await copyImages(source, firstOfEach(images), parts);
    return { lines, times: null };
  }
  const times = await linkImages(source, firstOfEach(images), parts);
  return { lines, times: images.map((image) => times.get(image.sha256) ?? null) };
}

/** One image for each content: bytes that are there twice are stored once. */
function firstOfEach(images: readonly AcceptedImage[]): Map<string, AcceptedImage> {
  const bySha256 = new Map<string, AcceptedImage>();
  for (const image of images) if (!bySha256.has(image.sha256)) bySha256.set(image.sha256, image);
  return new Map([...bySha256.values()].map((image) => [image.sourcePath, image]));
}

async function copyImages(
  source: DatasetSource,
  wanted: ReadonlyMap<string, AcceptedImage>,
  { store, signal, onProgress }: Storing,
): Promise<void> {
  const left = new Map(wanted);
  async function* bodies() {
    for await (const entry of source.entries()) {
      signal.throwIfAborted();
      const image = entry.kind === 'file' ? left.get(entry.path) : undefined;
      if (entry.kind === 'file' && image) {
        left.delete(entry.path);
        yield { entry, image };
      }
    }
  }
  async function* objects() {
    let done = 0;
    const read = mapConcurrently(bodies(), readAhead, async ({ entry, image }) => {
      const { bytes } = await entry.read(image.size + 1).catch((error: unknown) => {
        throw error instanceof EntryFault ? sourceChanged(image.sourcePath, error) : error;
      });
      if (hash('sha256', bytes) !== image.sha256) throw sourceChanged(image.sourcePath);
      return { key: blobKey(image.sha256), body: bytes };
    });
    for await (const object of read) {
      yield object;
      done += 1;
      onProgress(done);
    }
  }
  await store.putMany('datasets', objects());
  const [missing] = left.keys();
  if (missing !== undefined) throw sourceChanged(missing);
}

async function linkImages(
  source: DatasetSource,
  wanted: ReadonlyMap<string, AcceptedImage>,
  { links, signal, onProgress }: Storing,
): Promise<Map<string, number>> {
  // An import by link that was begun while the store could.
  if (!links) throw fault('LINK_UNSUPPORTED', {});
  const times = new Map<string, number>();
  await forEachConcurrently(wanted.values(), linksAtOnce, async (image) => {
    signal.throwIfAborted();
    const file = path.join(source.path, ...image.sourcePath.split('/'));
    times.set(image.sha256, await links.link('datasets', blobKey(image.sha256), file, image.sha256));
    onProgress(times.size);
  });
  return times;
}

function sourceChanged(file: string, cause?: unknown): TrainyardError {
  return fault('SOURCE_CHANGED', { file }, { place: { file }, cause });
}
