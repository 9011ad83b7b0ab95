import { GetObjectCommand } from '@aws-sdk/client-s3';
import { fault } from '../../../shared/errors/catalogue.ts';
import { BackOff, pause } from '../../platform/waiting.ts';
import type { S3Connection } from '../objects/s3/client.ts';
import { asS3Error, isConnectionError, s3Code } from '../objects/s3/errors.ts';
import { listPage } from '../objects/s3/read-bucket.ts';
import { isSnapshotId, manifestName } from '../snapshots/manifest.ts';
import type { SnapshotIds } from './destination.ts';
import { isContent } from './files-of.ts';

/*
 * In a bucket a snapshot has its files below its id, its manifest last; contents of objects lie beside the snapshots, in `objects/`, and
 * all of them share those: they are named by what they hold, so that one that is there is the right one.
 */

/** A place for copies in a bucket. */
export interface BucketPlace {
  readonly connection: S3Connection;
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  /** Ends what is asked of the server. */
  readonly signal: AbortSignal;
  /** How often in a row a server that went away is asked before any more is there. */
  readonly tries: number;
}

export const keyOf = ({ prefix }: Pick<BucketPlace, 'prefix'>, id: string, name: string) =>
  isContent(name) ? `${prefix}${name}` : `${prefix}${id}/${name}`;

/** The client's error; a bucket that is not there is one that a person named, not one of the stores'. */
function copiesFault(error: unknown, connection: S3Connection, bucket: string): unknown {
  return s3Code(error) === 'NoSuchBucket'
    ? fault('SNAPSHOT_BUCKET_MISSING', { place: connection.place, bucket }, { cause: error })
    : asS3Error(error, connection, bucket);
}

/** Tries again where the connection broke. @param work calls what it gets when more is there @throws TrainyardError SNAPSHOT_BUCKET_MISSING, S3_… */
export async function persistently<Answer>(
  { connection, bucket, signal, tries: most }: BucketPlace,
  work: (onMore: () => void) => Promise<Answer>,
): Promise<Answer> {
  const backOff = new BackOff(250, 4000);
  let tries = 0;
  const onMore = () => {
    tries = 0;
    backOff.reset();
  };
  for (;;) {
    signal.throwIfAborted();
    try {
      tries += 1;
      return await work(onMore);
    } catch (error) {
      signal.throwIfAborted();
      if (!isConnectionError(error) || tries >= most) throw copiesFault(error, connection, bucket);
    }
    await pause(backOff.next(), signal);
  }
}

/** Sizes of what is below the place, by the keys. @throws TrainyardError SNAPSHOT_BUCKET_MISSING, S3_… */
export function sizesBelow(place: BucketPlace, below: string): Promise<ReadonlyMap<string, number>> {
  return persistently(place, async (onMore) => {
    const { connection, bucket, prefix, signal } = place;
    const sizes = new Map<string, number>();
    for (let after: string | null = null; ; ) {
      const listing = { bucket, prefix: `${prefix}${below}` };
      const { objects, next } = await listPage(connection, listing, { after, signal });
      for (const { key, size } of objects) sizes.set(key, size);
      if (next === null) return sizes;
      onMore();
      after = next;
    }
  });
}

/** The ids of the snapshots in a bucket: those that have their manifest. @throws TrainyardError SNAPSHOT_BUCKET_MISSING, S3_… */
export async function snapshotsInBucket(place: BucketPlace): Promise<SnapshotIds> {
  const keys = await sizesBelow(place, '');
  return [...keys.keys()]
    .map((key) => key.slice(place.prefix.length).split('/'))
    .filter(([id = '', name, ...more]) => isSnapshotId(id) && name === manifestName && more.length === 0)
    .map(([id = '']) => id)
    .sort();
}

/** A small object as text; null where there is none. @throws TrainyardError SNAPSHOT_BUCKET_MISSING, S3_… */
export function readText(place: BucketPlace, key: string): Promise<string | null> {
  return persistently(place, async () => {
    const asked = new GetObjectCommand({ Bucket: place.bucket, Key: key });
    const found = await place.connection.client
      .send(asked, { abortSignal: place.signal })
      .catch((error: unknown) => {
        if (s3Code(error) === 'NoSuchKey') return null;
        throw error;
      });
    return found === null ? null : ((await found.Body?.transformToString()) ?? '');
  });
}
