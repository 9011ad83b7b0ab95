import path from 'node:path';
import type { Reading } from '../../../shared/contract/dataset-reading.ts';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import type { Scratch } from '../../platform/scratch.ts';
import { placeOfSource, type SourcePlace, type Uploads } from '../uploads/uploads.ts';

/** An archive that is a single object of a bucket: it is fetched before it is read, as archives are read in any order and twice. */
export interface BucketArchive {
  /** `s3://bucket/path/set.zip` */
  readonly path: string;
  /** The last part of it. */
  readonly fileName: string;
  /** The same without the archive's extension. */
  readonly name: string;
  readonly bytes: number;
  /**
   * Writes its bytes into a file that is not there yet; `onProgress` is called with how many there are.
   * @throws TrainyardError the S3 errors; UNREADABLE_FILE where it was removed or replaced meanwhile
   */
  fetch(file: string, watch: FetchWatch): Promise<void>;
}

interface FetchWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Null where the place is none of an archive in a bucket. @throws TrainyardError the S3 errors, ARCHIVE_UNREADABLE of another object */
export type FindBucketArchive = (place: string, reading: Reading) => Promise<BucketArchive | null>;

/** What a source is found and fetched with. */
export interface SourceParts {
  readonly uploads: Uploads;
  readonly findArchive: FindBucketArchive;
  readonly scratch: Scratch;
  /** @throws TrainyardError DISK_FULL if so many bytes more surely do not fit beside what work puts aside */
  readonly checkScratch: (bytes: number, what: Bilingual) => Promise<void>;
}

/** Where a source can be read from, until it is disposed of. */
export interface FetchedSource extends AsyncDisposable {
  readonly place: SourcePlace;
}

/**
 * An archive in a bucket is fetched into a scratch folder; what other sources name stays where it is.
 * @param work the name of the scratch folder
 * @throws TrainyardError DISK_FULL before anything is fetched, and as {@link FindBucketArchive} and {@link Uploads.resolve}
 */
export async function fetchSource(
  source: string,
  reading: Reading,
  { uploads, findArchive, scratch, checkScratch }: SourceParts,
  work: string,
  watch: FetchWatch,
): Promise<FetchedSource> {
  const archive = await findArchive(source, reading);
  if (!archive) return { place: await placeOfSource(uploads, source), [Symbol.asyncDispose]: async () => {} };
  const { fileName, bytes } = archive;
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await scratch.open(work));
  await checkScratch(bytes, phrase('Fetching {fileName}', '{fileName} 내려받기', { fileName }));
  const file = path.join(folder.path, 'archive');
  await archive.fetch(file, watch);
  const kept = stack.move();
  return { place: { path: file, uploadName: fileName }, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
