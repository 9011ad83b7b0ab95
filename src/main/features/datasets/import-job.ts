import { hash } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ImportMode } from '../../../shared/contract/datasets.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently, mapConcurrently } from '../../../shared/model/concurrently.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { ScratchFolder } from '../../platform/scratch.ts';
import type { Db } from '../../postgres/db.ts';
import type { LinkableObjects, ObjectStore } from '../../stores/objects/ports.ts';
import { fetchSource, type SourceParts } from './bucket-archive.ts';
import type { ImportRecord, NewVersion } from './dataset-rows.ts';
import { annotationsFile, type Examination, type Examine } from './examination.ts';
import type { FileProgress } from './file-progress.ts';
import type { AcceptedImage } from './images.ts';
import { commitImport, enterStoring, reserveVersion } from './import-rows.ts';
import { InvalidDataset } from './invalid-dataset.ts';
import {
  annotationsKey,
  blobKey,
  type ManifestLine,
  manifestKey,
  manifestLine,
  manifestSha256,
  manifestText,
  sizesKey,
  timesKey,
} from './manifest.ts';
import { type DatasetSource, EntryFault, type OpenSource } from './source.ts';
import { noneTurned } from './upright-sizes.ts';
import { countClasses } from './validation.ts';

export interface ImportParts extends SourceParts {
  readonly db: Db;
  readonly store: ObjectStore;
  /** Null if the store cannot take a file without copying it. */
  readonly links: LinkableObjects | null;
  readonly open: OpenSource;
  /** @throws TrainyardError DISK_FULL if so many bytes more surely do not fit into the store */
  readonly checkRoom: (bytes: number, what: Bilingual) => Promise<void>;
  readonly examine: Examine;
}

/**
 * Carries out an import from its intent to its version, from the start however far it came before: what is stored already
 * is found by its hash, and the rows count once, in one transaction at the end.
 * @throws InvalidDataset, and TrainyardError where the source can't be had; IMPORT_CANCELLED
 */
export async function runImport(
  intent: ImportRecord,
  parts: ImportParts,
  progress: FileProgress,
  signal: AbortSignal,
): Promise<{ version: number; reused: boolean }> {
  progress.enter('counting', null);
  const { reading, format } = intent;
  await using scratch = await parts.scratch.open(intent.id);
  await using fetched = await fetchSource(intent.source, reading, parts, `${intent.id}-archive`, {
    signal,
    onProgress: (...at) => progress.follow('downloading', ...at),
  });
  const { place } = fetched;
  const source = await parts.open(place, reading);
  const examination = await parts.examine(
    { ...place, format, reading, scratch: scratch.path },
    { signal, onProgress: (...at) => progress.follow(...at) },
  );
  if (examination.isFatal || !(examination.validation.ok || intent.skipInvalid)) {
    throw new InvalidDataset(examination.validation);
  }

  if (intent.mode === 'copy') {
    const bytes = examination.accepted.reduce((sum, { size }) => sum + size, 0);
    await parts.checkRoom(bytes, phrase('The dataset {name}', '데이터셋 {name}', { name: source.name }));
  }
  const total = examination.accepted.length;
  const hashes = new Set(intent.mode === 'in_place' ? [] : examination.accepted.map(({ sha256 }) => sha256));
  progress.enter('storing', total);
  failpoint('dataset-import.storing.before');
  await parts.db.transaction((tx) => enterStoring(tx, intent.id, total, hashes));
  failpoint('dataset-import.storing.after');
  const stored = await storeImages(source, examination.accepted, intent.mode, {
    ...parts,
    signal,
    onProgress: (done) => progress.advance(done),
  });
  failpoint('dataset-import.blobs.after');

  progress.enter('committing', null);
  const made = await describe(intent, source, examination, stored);
  // Until it is stored, the file of labels must not go.
  return await commit(intent, parts, { ...stored, scratch }, made);
}

async function describe(
  { mode }: ImportRecord,
  source: DatasetSource,
  { accepted, validation, base, annotations }: Examination,
  stored: StoredImages,
): Promise<NewVersion> {
  return {
    manifestSha256: await manifestSha256(stored.lines),
    annotationsSha256: annotations?.sha256 ?? null,
    mode,
    rootPath: mode === 'in_place' ? path.join(source.path, ...base) : null,
    images: accepted.length,
    sizeBytes: accepted.reduce((sum, { size }) => sum + size, 0),
    classes: annotations?.labelled.classes ?? countClasses(accepted),
    validation,
    summary: { ...validation.summary, ...annotations?.labelled },
  };
}

/**
 * The manifest goes last of the objects, the rows after it: a version that counts is there whole. What lies beside the manifest is the
 * same for every import of a version's number, so that a kill in between leaves nothing that the next attempt could take for its own.
 */
async function commit(
  intent: ImportRecord,
  { db, store }: ImportParts,
  stored: StoredImages & { readonly scratch: ScratchFolder },
  made: NewVersion,
): Promise<{ version: number; reused: boolean }> {
  failpoint('dataset-import.reserve.before');
  const { version, present } = await db.transaction((tx) => reserveVersion(tx, intent.id, made));
  failpoint('dataset-import.reserve.after');
  // The version has upright sizes, even if another import made its manifest.
  failpoint('dataset-import.sizes.before');
  await store.put('datasets', sizesKey(intent.datasetId, version), Buffer.from(noneTurned));
  failpoint('dataset-import.sizes.after');
  if (!present) {
    if (stored.times) {
      const times = Buffer.from(JSON.stringify(stored.times));
      failpoint('dataset-import.times.before');
      await store.put('datasets', timesKey(intent.datasetId, version), times);
      failpoint('dataset-import.times.after');
    }
    if (made.annotationsSha256 !== null) {
      failpoint('dataset-import.annotations.before');
      const text = await stored.scratch.read(annotationsFile);
      await store.put('datasets', annotationsKey(intent.datasetId, version), text);
      failpoint('dataset-import.annotations.after');
    }
    failpoint('dataset-import.manifest.before');
    const text = Readable.from(manifestText(stored.lines), { objectMode: false });
    await store.put('datasets', manifestKey(intent.datasetId, version), text);
    failpoint('dataset-import.manifest.after');
  }
  failpoint('dataset-import.commit.before');
  const committed = await db.transaction((tx) => commitImport(tx, intent.id, made));
  failpoint('dataset-import.commit.after');
  return committed;
}

/** The images of a version where they are to stay, as its manifest says. */
interface StoredImages {
  readonly lines: readonly ManifestLine[];
  /** When each file was changed, in the lines' order, where others than the store can change it. */
  readonly times: readonly (number | null)[] | null;
}

interface Storing extends Pick<ImportParts, 'store' | 'links'> {
  readonly signal: AbortSignal;
  /** Called with the count of files stored. */
  readonly onProgress: (done: number) => void;
}

const readAhead = 16;
const linksAtOnce = 8;

/**
 * Brings the images where the mode wants them; safe to repeat.
 * @throws TrainyardError SOURCE_CHANGED if a file is not what the validation saw, LINK_IMPOSSIBLE, LINK_UNSUPPORTED
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
