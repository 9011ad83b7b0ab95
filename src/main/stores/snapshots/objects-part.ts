import { Readable } from 'node:stream';
import { z } from 'zod';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently, mapConcurrently } from '../../../shared/model/concurrently.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { isObjectKey } from '../objects/keys.ts';
import { type Bucket, buckets, type ObjectInfo, type ObjectStore } from '../objects/ports.ts';
import { ContentCopier, contentPath, encryptedPath, type KeptObject } from './content-copier.ts';
import { otherContent, otherCount, tooLarge } from './damage.ts';
import { linesOf, parsedLine } from './lines.ts';
import type { EncryptionManifest, Manifest, ObjectsManifest } from './manifest.ts';
import type { SnapshotReader } from './snapshot-reader.ts';
import type { LinkedTo, SnapshotWriter } from './snapshot-writer.ts';

/** Objects that are copied at the same time. */
const copiers = 8;
const indexName = 'objects.jsonl.zst';
const contentsName = 'contents.sha256.zst';
/** Characters of a line of the index. */
const longestLine = 16 * 1024;

/** What people's own snapshots lie in is no part of a snapshot. */
const kept: readonly Bucket[] = buckets.filter((bucket) => bucket !== 'snapshots');

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const lineSchema = z.strictObject({
  bucket: z.enum(buckets).refine((bucket) => kept.includes(bucket)),
  key: z.string().refine(isObjectKey),
  size: z.int().min(0),
  sha256,
  encrypted: sha256.exactOptional(),
  /** Of the object in its store, in milliseconds since 1970. */
  modifiedAt: z.number(),
});
/** Called now and then, with how many objects and bytes there were so far. */
export type OnObjects = (done: number, bytes: number) => void;

/** An earlier snapshot, whose files are linked to rather than written again. */
export interface Earlier extends LinkedTo {
  /** Since when some of its bytes have not been read again. */
  readonly readAt: Date;
  readonly manifest: Manifest;
  /** Its index, by buckets and keys; null where that cannot be read. */
  readonly lines: AsyncGenerator<KeptObject> | null;
}

/** What is done beside writing the objects. */
interface OnObject {
  /** An object is in the snapshot. */
  readonly onKept: (object: KeptObject) => Promise<void> | void;
  readonly onProgress: OnObjects;
}

/**
 * Writes every object as a file named by its content, and the index that says which key has which. What an earlier snapshot holds is
 * linked to, where its file system can: both are the whole of their objects, and take their room once.
 */
export async function writeObjects(
  store: ObjectStore,
  writer: SnapshotWriter,
  earlier: Earlier | null,
  { onKept, onProgress }: OnObject,
): Promise<{ objects: ObjectsManifest; contents: EncryptionManifest['contents'] | null }> {
  const known = earlier?.lines ?? null;
  await using copier = new ContentCopier(store, writer, earlier);
  const counts = new Map<Bucket, number>();
  let [done, bytes] = [0, 0];
  async function* lines(): AsyncGenerator<Uint8Array> {
    await using before = new Lookup(known);
    for (const bucket of kept) {
      let count = 0;
      async function* paired() {
        for await (const object of store.list(bucket, ''))
          yield { object, same: await before.find(bucket, object) };
      }
      for await (const line of mapConcurrently(paired(), copiers, ({ object, same }) =>
        copier.take(bucket, object, same),
      )) {
        if (!line) continue;
        count += 1;
        done += 1;
        bytes += line.size;
        await onKept(line);
        onProgress(done, bytes);
        yield Buffer.from(`${JSON.stringify(line)}\n`);
      }
      counts.set(bucket, count);
    }
  }
  await writer.write(indexName, lines());
  await copier.flush();
  return {
    objects: {
      ...{ count: done, bytes, index: writer.nameOf(indexName) },
      buckets: kept.map((name) => ({ name, count: counts.get(name) ?? 0 })),
    },
    contents: writer.recipient === null ? null : await writeContents(copier.encryptedFiles, writer),
  };
}

/** Lists the files of encrypted contents as `sha256sum -c` reads them: without the key nothing else says which there are. */
async function writeContents(
  files: ReadonlySet<string>,
  writer: SnapshotWriter,
): Promise<EncryptionManifest['contents']> {
  function* lines(): Generator<Uint8Array> {
    for (const hash of files) yield Buffer.from(`${hash}  ${encryptedPath(hash)}\n`);
  }
  const { path: file } = await writer.writeOpen(contentsName, lines());
  return { file, count: files.size };
}

/** The SHA-256 of the files of encrypted contents. @throws TrainyardError SNAPSHOT_FILE_…, SNAPSHOT_COUNT_DIFFERS */
export async function readContents(
  snapshot: SnapshotReader,
  { file, count }: EncryptionManifest['contents'],
): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>();
  for await (const line of linesOf(snapshot.read(file), longestLine, () => tooLarge(file, longestLine))) {
    const hash = line.slice(0, 64);
    if (!sha256.safeParse(hash).success || line !== `${hash}  ${encryptedPath(hash)}`)
      throw otherContent(file);
    hashes.add(hash);
    if (hashes.size > count) throw otherCount(file, hashes.size, count);
  }
  if (hashes.size !== count) throw otherCount(file, hashes.size, count);
  return hashes;
}

/** Finds an object of an earlier index again: both come in the order of buckets and keys, so that one pass is enough. */
class Lookup implements AsyncDisposable {
  private lines: AsyncGenerator<KeptObject> | null;
  private ahead: KeptObject | null = null;

  constructor(lines: AsyncGenerator<KeptObject> | null) {
    this.lines = lines;
  }

  async find(bucket: Bucket, { key, size, modifiedAt }: ObjectInfo): Promise<KeptObject | null> {
    while (this.lines && (!this.ahead || comesBefore(this.ahead, bucket, key)))
      this.ahead = await this.next(this.lines);
    const { ahead } = this;
    if (!ahead) return null;
    const isSame =
      ahead.bucket === bucket &&
      ahead.key === key &&
      ahead.size === size &&
      ahead.modifiedAt === modifiedAt.getTime();
    return isSame ? ahead : null;
  }

  /** Null, once and for all, where no more can be read: an earlier snapshot may be damaged, or removed meanwhile. */
  private async next(lines: AsyncGenerator<KeptObject>): Promise<KeptObject | null> {
    try {
      const next = await lines.next();
      if (!next.done) return next.value;
    } catch (error) {
      if (!(error instanceof TrainyardError)) throw error;
    }
    this.lines = null;
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lines?.return(undefined);
  }
}

function comesBefore(line: KeptObject, bucket: Bucket, key: string): boolean {
  if (line.bucket !== bucket) return kept.indexOf(line.bucket) < kept.indexOf(bucket);
  return line.key < key;
}

/** The objects of a snapshot, by buckets and keys. @throws TrainyardError SNAPSHOT_FILE_…, SNAPSHOT_COUNT_DIFFERS */
export async function* indexLines(snapshot: SnapshotReader): AsyncGenerator<KeptObject> {
  const { objects, encryption } = snapshot.manifest;
  let count = 0;
  for await (const line of linesOfIndex(snapshot.read(objects.index), objects.index)) {
    if ((line.encrypted === undefined) !== (encryption === undefined)) throw otherContent(objects.index);
    count += 1;
    if (count > objects.count) throw otherCount(objects.index, count, objects.count);
    yield line;
  }
  if (count !== objects.count) throw otherCount(objects.index, count, objects.count);
}

/** What the lines of an index say. @throws TrainyardError SNAPSHOT_FILE_DAMAGED */
export async function* linesOfIndex(body: AsyncIterable<Buffer>, name: string): AsyncGenerator<KeptObject> {
  for await (const text of linesOf(body, longestLine, () => tooLarge(name, longestLine))) {
    const line = parsedLine(lineSchema, text);
    if (!line) throw otherContent(name);
    yield line;
  }
}

/**
 * The bytes of a content, which must be those that its name says, in pieces that are used again: each only until the next is asked for.
 * @throws TrainyardError SNAPSHOT_FILE_MISSING, SNAPSHOT_FILE_DAMAGED
 */
export const readContentFile = (snapshot: SnapshotReader, object: KeptObject): AsyncGenerator<Buffer> =>
  snapshot.readContent({
    ...{ path: contentPath(object), bytes: object.size, sha256: object.sha256 },
    encrypted: object.encrypted ?? null,
  });

/** Puts a snapshot's objects into a store; what is there already stays. */
export async function readObjects(
  store: ObjectStore,
  snapshot: SnapshotReader,
  onObjects: OnObjects,
): Promise<void> {
  let [done, bytes] = [0, 0];
  await forEachConcurrently(indexLines(snapshot), copiers, async (object) => {
    const { bucket, key, size } = object;
    const present = await store.head(bucket, key);
    if (present?.size !== size) {
      failpoint('restore.object.before');
      await store.put(
        bucket,
        key,
        Readable.from(copied(readContentFile(snapshot, object)), { objectMode: false }),
      );
      failpoint('restore.object.after');
    }
    done += 1;
    bytes += size;
    onObjects(done, bytes);
  });
}

async function* copied(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
