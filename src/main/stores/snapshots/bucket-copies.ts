import { createWriteStream, existsSync } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { fault } from '../../../shared/errors/catalogue.ts';
import { formatBytes } from '../../../shared/format/units.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { flushFolder } from '../../platform/durable-file.ts';
import { hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { diskFull, diskRoom, noRoom } from '../../platform/faults/disk-room.ts';
import { BackOff, pause } from '../../platform/waiting.ts';
import type { S3Connection } from '../objects/s3/client.ts';
import { asS3Error, isConnectionError, s3Code } from '../objects/s3/errors.ts';
import { listPage } from '../objects/s3/read-bucket.ts';
import { uploadResumably } from '../objects/s3/resumable-upload.ts';
import { contentPath, encryptedPath } from './content-copier.ts';
import { isSnapshotId, type Manifest, manifestName } from './manifest.ts';
import { indexLines, readContents } from './objects-part.ts';
import { bytesOf, readManifest } from './snapshot-folder.ts';
import { SnapshotReader } from './snapshot-reader.ts';
import { verifySnapshot } from './verify-snapshot.ts';

/*
 * In a bucket a snapshot has its files below its id, its manifest last; contents of objects lie beside the snapshots, in `objects/`, and
 * all of them share those: they are named by what they hold, so that one that is there is the right one.
 */

/** A place for copies in a bucket; the prefix is empty or ends with `/`. */
export interface BucketPlace {
  readonly bucket: string;
  readonly prefix: string;
}

/** How much of a copy is there. */
export interface CopyProgress {
  readonly done: number;
  readonly files: number;
}
type OnCopied = (progress: CopyProgress) => void;

/** So often in a row a server that went away is asked again before any more is there. */
const mostTries = 6;
const filesAtOnce = 4;

const isContent = (name: string) => name.startsWith('objects/');
const keyOf = ({ prefix }: BucketPlace, id: string, name: string) =>
  isContent(name) ? `${prefix}${name}` : `${prefix}${id}/${name}`;

/** The names of all files of a snapshot but its manifest. No key is needed. */
async function filesOf(folder: string, manifest: Manifest): Promise<string[]> {
  const snapshot = new SnapshotReader(folder, manifest, null);
  const { encryption } = manifest;
  const contents = new Set<string>();
  if (encryption)
    for (const hash of await readContents(snapshot, encryption.contents)) contents.add(encryptedPath(hash));
  else for await (const object of indexLines(snapshot)) contents.add(contentPath(object));
  return [...manifest.files.map((file) => file.path), ...contents];
}

/** The client's error; a bucket that is not there is one that a person named, not one of the stores'. */
function copiesFault(error: unknown, connection: S3Connection, bucket: string): unknown {
  return s3Code(error) === 'NoSuchBucket'
    ? fault('SNAPSHOT_BUCKET_MISSING', { place: connection.place, bucket }, { cause: error })
    : asS3Error(error, connection, bucket);
}

/** Tries again where the connection broke. @param work calls what it gets when more is there @throws TrainyardError SNAPSHOT_BUCKET_MISSING, S3_… */
async function persistently<Answer>(
  connection: S3Connection,
  { bucket }: BucketPlace,
  work: (onMore: () => void) => Promise<Answer>,
): Promise<Answer> {
  const backOff = new BackOff(250, 4000);
  let tries = 0;
  const onMore = () => {
    tries = 0;
    backOff.reset();
  };
  for (;;) {
    try {
      tries += 1;
      return await work(onMore);
    } catch (error) {
      if (!isConnectionError(error) || tries >= mostTries) throw copiesFault(error, connection, bucket);
    }
    await pause(backOff.next());
  }
}

/** Sizes of what is in the bucket, by the keys. */
async function sizesIn(connection: S3Connection, { bucket }: BucketPlace, prefix: string) {
  const sizes = new Map<string, number>();
  for (let after: string | null = null; ; ) {
    const { objects, next } = await listPage(connection, { bucket, prefix }, { after });
    for (const { key, size } of objects) sizes.set(key, size);
    if (next === null) return sizes;
    after = next;
  }
}

/**
 * Copies a snapshot into a bucket. All of it is read first; what is there already, of this snapshot or another, is not sent again, so that
 * an upload that was cut off or killed goes on. The manifest comes last: without it nothing counts as a snapshot.
 * @throws TrainyardError SNAPSHOT_…, S3_…
 */
export async function uploadSnapshot(
  folder: string,
  connection: S3Connection,
  place: BucketPlace,
  onCopied: OnCopied,
): Promise<Manifest> {
  const manifest = await readManifest(folder);
  const [problem] = await verifySnapshot(folder, () => {});
  if (problem) throw problem;
  const { id } = manifest;
  const names = await filesOf(folder, manifest);
  const [own, contents] = await persistently(connection, place, () =>
    Promise.all([
      sizesIn(connection, place, `${place.prefix}${id}/`),
      sizesIn(connection, place, `${place.prefix}objects/`),
    ]),
  );
  let done = 0;
  await forEachConcurrently(names, filesAtOnce, async (name) => {
    const key = keyOf(place, id, name);
    await using file = await open(path.join(folder, name));
    const { size } = await file.stat();
    const there = (isContent(name) ? contents : own).get(key);
    if (there !== size)
      await persistently(connection, place, (onMore) =>
        uploadResumably(connection, { bucket: place.bucket, key }, file, size, onMore),
      );
    done += 1;
    onCopied({ done, files: names.length });
  });
  failpoint('snapshot-upload.manifest.before');
  const target = { Bucket: place.bucket, Key: keyOf(place, id, manifestName) };
  const Body = `${JSON.stringify(manifest, null, 1)}\n`;
  await persistently(connection, place, () =>
    connection.client.send(new PutObjectCommand({ ...target, Body })),
  );
  failpoint('snapshot-upload.manifest.after');
  return manifest;
}

/** The ids of the snapshots in a bucket, the oldest first: those that have their manifest. @throws TrainyardError SNAPSHOT_BUCKET_MISSING, S3_… */
export async function snapshotsInBucket(
  connection: S3Connection,
  place: BucketPlace,
): Promise<readonly string[]> {
  const keys = await persistently(connection, place, () => sizesIn(connection, place, place.prefix));
  return [...keys.keys()]
    .map((key) => key.slice(place.prefix.length).split('/'))
    .filter(([id = '', name, ...more]) => isSnapshotId(id) && name === manifestName && more.length === 0)
    .map(([id = '']) => id)
    .sort();
}

const moreRoom = {
  en: 'there, or download into a folder of a larger disk. What has come stays, and is not fetched again.',
  ko: '더 큰 디스크의 폴더로 내려받아도 됩니다. 이미 받은 파일은 남아 있으며 다시 받지 않습니다.',
};

/** @throws TrainyardError DISK_FULL where what has not come yet does not fit */
async function requireRoom(aside: string, manifest: Manifest): Promise<void> {
  const names = await readdir(aside, { recursive: true });
  const sizes = await Promise.all(names.map((name) => lstat(path.join(aside, name))));
  const there = sizes.reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
  const room = await diskRoom(aside);
  const missing = bytesOf(manifest) - there;
  if (missing < room.freeBytes) return;
  const what = {
    en: `The snapshot needs ${formatBytes(missing)}, which the disk does not have`,
    ko: `스냅숏에 ${formatBytes(missing)}가 필요한데 디스크에 그만한 공간이 없습니다`,
  };
  throw noRoom(what, room, moreRoom);
}

/**
 * Copies a snapshot from a bucket into a folder, where it gets its id as name by one rename once all of it is there and was read. What an
 * earlier attempt left is taken up: a file has its name once all of it came.
 * @returns its folder
 * @throws TrainyardError SNAPSHOT_NOT_FOUND, SNAPSHOT_…, S3_…; DISK_FULL, as a rule before a file is fetched
 */
export async function downloadSnapshot(
  connection: S3Connection,
  place: BucketPlace,
  id: string,
  into: string,
  onCopied: OnCopied,
): Promise<string> {
  const target = path.join(into, id);
  if (existsSync(target)) throw fault('SNAPSHOT_DOWNLOADED', { folder: target });
  const aside = path.join(into, `.download-${id}`);
  await mkdir(aside, { recursive: true, mode: 0o700 });
  const fetch = async (name: string) => {
    const file = path.join(aside, ...name.split('/'));
    if (existsSync(file)) return;
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await persistently(connection, place, async () => {
      const asked = { Bucket: place.bucket, Key: keyOf(place, id, name) };
      const { Body } = await connection.client.send(new GetObjectCommand(asked)).catch((error: unknown) => {
        if (s3Code(error) !== 'NoSuchKey') throw error;
        if (name === manifestName) throw fault('SNAPSHOT_NOT_FOUND', { snapshot: id }, { cause: error });
        throw fault('SNAPSHOT_FILE_MISSING', { file: name }, { place: { file: name }, cause: error });
      });
      if (!(Body instanceof Readable)) throw new Error('The server answered without a body.');
      const partial = `${file}.partial`;
      await pipeline(Body, createWriteStream(partial, { mode: 0o600, flush: true })).catch(
        (error: unknown) => {
          throw hasCode(error, 'ENOSPC') ? diskFull(into, error, false, moreRoom) : error;
        },
      );
      await rename(partial, file);
    });
  };
  await fetch(manifestName);
  const manifest = await readManifest(aside);
  if (manifest.id !== id) throw fault('SNAPSHOT_RENAMED', { folder: id, snapshot: manifest.id });
  await requireRoom(aside, manifest);
  for (const { path: name } of manifest.files) await fetch(name);
  const names = await filesOf(aside, manifest);
  let done = manifest.files.length;
  await forEachConcurrently(names.filter(isContent), filesAtOnce, async (name) => {
    await fetch(name);
    done += 1;
    onCopied({ done, files: names.length });
  });
  const [problem] = await verifySnapshot(aside, () => {});
  if (problem) {
    // Fetched again by the next attempt: what lies there may be the half of a file.
    if (problem.place.file !== undefined) await rm(path.join(aside, problem.place.file), { force: true });
    throw problem;
  }
  failpoint('snapshot-download.rename.before');
  await rename(aside, target);
  await flushFolder(into);
  failpoint('snapshot-download.rename.after');
  return target;
}
