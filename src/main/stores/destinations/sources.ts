import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { fault } from '../../../shared/errors/catalogue.ts';
import { hasCode } from '../../platform/error-code.ts';
import { s3Code } from '../objects/s3/errors.ts';
import { manifestName } from '../snapshots/manifest.ts';
import { type BucketPlace, keyOf, persistently } from './bucket-place.ts';

/** Where the files of a snapshot come from. Each is written anew where an attempt before left a part of it, and flushed. */
export interface SnapshotSource {
  readonly id: string;
  readonly signal: AbortSignal;
  /** @throws TrainyardError SNAPSHOT_NOT_FOUND (its manifest), SNAPSHOT_FILE_MISSING, and what reading and writing throw */
  fetch(name: string, file: string): Promise<void>;
}

const written = (file: string) => createWriteStream(file, { mode: 0o600, flush: true });

function missing(id: string, name: string, cause: unknown) {
  return name === manifestName
    ? fault('SNAPSHOT_NOT_FOUND', { snapshot: id }, { cause })
    : fault('SNAPSHOT_FILE_MISSING', { file: name }, { place: { file: name }, cause });
}

/** A snapshot by its folder. */
export function folderSource(folder: string, signal: AbortSignal): SnapshotSource {
  const id = path.basename(folder);
  return {
    ...{ id, signal },
    fetch: async (name, file) => {
      const from = path.join(folder, ...name.split('/'));
      await stat(from).catch((error: unknown) => {
        throw hasCode(error, 'ENOENT') ? missing(id, name, error) : error;
      });
      await pipeline(createReadStream(from), written(file), { signal });
    },
  };
}

/** A snapshot in a bucket. */
export function bucketSource(place: BucketPlace, id: string): SnapshotSource {
  const { connection, bucket, signal } = place;
  return {
    ...{ id, signal },
    fetch: (name, file) =>
      persistently(place, async () => {
        const asked = new GetObjectCommand({ Bucket: bucket, Key: keyOf(place, id, name) });
        const { Body } = await connection.client
          .send(asked, { abortSignal: signal })
          .catch((error: unknown) => {
            throw s3Code(error) === 'NoSuchKey' ? missing(id, name, error) : error;
          });
        if (!(Body instanceof Readable)) throw new Error('The server answered without a body.');
        await pipeline(Body, written(file), { signal });
      }),
  };
}
