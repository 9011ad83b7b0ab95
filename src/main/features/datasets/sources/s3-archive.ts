import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { S3Endpoint } from '../../../platform/endpoints.ts';
import type { ObjectInfo } from '../../../stores/objects/ports.ts';
import type { S3Connection } from '../../../stores/objects/s3/client.ts';
import { parsePlace } from '../../../stores/objects/s3/place.ts';
import { listPage, openObject } from '../../../stores/objects/s3/read-bucket.ts';
import { readResuming } from '../../../stores/objects/s3/resumable-read.ts';
import type { BucketArchive } from '../bucket-archive.ts';
import type { Reading } from '../reading.ts';
import { archiveExtension, kindBytes, kindOf, noArchive } from './archive-kinds.ts';
import { asking, connectPlace, goneOf, sourceFault } from './s3-place.ts';

interface Place {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The archive that is a single object of a bucket; null where the place names no object, or objects lie below it.
 * @param place `s3://bucket/path/set.zip`
 * @param own the profile's own server
 * @throws TrainyardError ARCHIVE_UNREADABLE of an object that is none, the S3 errors, S3_SOURCE_… and S3_CREDENTIALS_…
 */
export async function findS3Archive(
  place: string,
  reading: Reading,
  own: S3Endpoint | null,
): Promise<BucketArchive | null> {
  const at = parsePlace(place);
  const fileName = at.key.split('/').at(-1) ?? '';
  // A folder's: whatever ends so is no file.
  if (fileName === '') return null;
  const path = `s3://${at.bucket}/${at.key}`;
  const connect = () => connectPlace(at.bucket, reading, own);
  using connection = await connect();
  try {
    const object = await findObject(connection, at);
    if (!object) return null;
    const start = await readStart(connection, at, object.size);
    // A zip behind other bytes is known by its end alone.
    if (kindOf(start) === null && !/\.(zip|exe)$/i.test(fileName)) throw noArchive(fileName, start);
    return {
      path,
      fileName,
      name: fileName.replace(archiveExtension, ''),
      bytes: object.size,
      async fetch(file, watch) {
        using opened = await connect();
        await fetchObject(opened, at, file, watch);
      },
    };
  } catch (error) {
    throw translated(error, connection, at);
  }
}

async function findObject(connection: S3Connection, { bucket, key }: Place): Promise<ObjectInfo | null> {
  const first = async (prefix: string) =>
    (await listPage(connection, { bucket, prefix }, { most: 1 })).objects[0];
  const object = await first(key);
  if (object?.key !== key) return null;
  // What lies below it is the dataset, as a folder beside an archive of its name is.
  return (await first(`${key}/`)) ? null : object;
}

async function readStart(connection: S3Connection, at: Place, size: number): Promise<Buffer> {
  if (size === 0) return Buffer.alloc(0);
  const range = { start: 0, end: Math.min(size, kindBytes) - 1 };
  const { body } = await asking(connection, at, () => openObject(connection, at, range, null));
  const kept: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) kept.push(chunk);
  return Buffer.concat(kept);
}

/** Writes the object into a file that is not there yet. A connection that breaks is made anew, and what is there is kept. */
async function fetchObject(
  connection: S3Connection,
  at: Place,
  file: string,
  { signal, onProgress }: Parameters<BucketArchive['fetch']>[1],
): Promise<void> {
  const open = (range: { start: number; end: number } | undefined, etag: string | null) =>
    asking(connection, at, () => openObject(connection, at, range, etag));
  const first = await open(undefined, null).catch((error: unknown) => {
    throw translated(error, connection, at);
  });
  async function* bytes() {
    let done = 0;
    onProgress(done, first.total);
    try {
      for await (const chunk of readResuming(first, 0, open)) {
        yield chunk;
        done += chunk.length;
        onProgress(done, first.total);
      }
    } catch (error) {
      throw translated(error, connection, at);
    } finally {
      first.body.destroy();
    }
  }
  await pipeline(bytes, createWriteStream(file, { mode: 0o600, flags: 'wx' }), { signal });
}

function translated(error: unknown, connection: S3Connection, { bucket, key }: Place): unknown {
  const why = goneOf(error);
  return why
    ? fault('UNREADABLE_FILE', { file: `s3://${bucket}/${key}`, ...why }, { cause: error })
    : sourceFault(error, connection, bucket, key);
}
