import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import type { S3Endpoint } from '../../../platform/endpoints.ts';
import { ObjectFolder } from '../files/object-folder.ts';
import { checkObjectKey, checkObjectPrefix, isObjectKey } from '../keys.ts';
import type { Bucket, LocalObjects, ObjectInfo, ObjectStore } from '../ports.ts';
import { connectS3, type S3Connection } from './client.ts';
import { ensureOn } from './ensure-buckets.ts';
import { asS3Error, s3Code, s3Status } from './errors.ts';
import { fetchObjects } from './object-cache.ts';
import { putNewObjects } from './put-new-objects.ts';
import { type ListedPage, listPage, openObject } from './read-bucket.ts';
import { type OpenedPart, readResuming } from './resumable-read.ts';

/** A server takes 10,000 parts of an object: streams of up to 160 GB. So much memory times the parts under way is what a stream takes. */
const partBytes = 16 * 2 ** 20;
const partsAtOnce = 3;

type Range = { readonly start: number; readonly end: number };

/**
 * Objects on any server that speaks plain S3. `a` and `a/b` can both be stored on most; servers of MinIO's kind then leave `a/b` out
 * of listings, so no two keys of ours are so.
 */
class S3ObjectStore implements ObjectStore, LocalObjects, AsyncDisposable {
  private readonly connection: S3Connection;
  private readonly cache: ObjectFolder;
  private readonly report: (error: unknown) => void;

  constructor(connection: S3Connection, cache: ObjectFolder, report: (error: unknown) => void) {
    this.connection = connection;
    this.cache = cache;
    this.report = report;
  }

  async ensureBuckets(): Promise<void> {
    const ensured = await ensureOn(this.connection);
    for (const { en } of ensured.fixed) this.report(new Error(`Fixed: ${en}`));
    for (const { en } of ensured.unchecked)
      this.report(new Error(`Could not check: ${en} (the server has no call for it)`));
  }

  async put(bucket: Bucket, key: string, body: Readable | Uint8Array): Promise<ObjectInfo> {
    checkObjectKey(key);
    const { client, nameOf } = this.connection;
    const params = { Bucket: nameOf(bucket), Key: key, Body: body };
    await this.translating(bucket, key, async () => {
      if (body instanceof Uint8Array) return client.send(new PutObjectCommand(params));
      try {
        return await new Upload({ client, params, partSize: partBytes, queueSize: partsAtOnce }).done();
      } finally {
        // What was not read to its end stays open otherwise.
        body.destroy();
      }
    });
    const info = await this.head(bucket, key);
    if (!info) throw fault('OBJECT_NOT_FOUND', { bucket, key });
    return info;
  }

  putMany(
    bucket: Bucket,
    objects: AsyncIterable<{ readonly key: string; readonly body: Uint8Array }>,
  ): Promise<{ stored: number; skipped: number }> {
    return this.translating(bucket, '…', () =>
      putNewObjects(this.connection, bucket, objects, async (key) => (await this.head(bucket, key)) !== null),
    );
  }

  async get(bucket: Bucket, key: string, range?: Range): Promise<Readable> {
    checkObjectKey(key);
    if (range && !(range.start >= 0 && range.start <= range.end)) throw await this.outside(bucket, key);
    const first = await this.open(bucket, key, range, null);
    const bytes = readResuming(first, range?.start ?? 0, (rest, etag) => this.open(bucket, key, rest, etag));
    const { connection } = this;
    async function* translated() {
      try {
        yield* bytes;
      } catch (error) {
        throw asS3Error(error, connection, connection.nameOf(bucket));
      }
    }
    return Readable.from(translated(), { objectMode: false });
  }

  async head(bucket: Bucket, key: string): Promise<ObjectInfo | null> {
    checkObjectKey(key);
    const { client, nameOf } = this.connection;
    const where = { Bucket: nameOf(bucket), Key: key };
    return this.translating(bucket, key, async () => {
      try {
        const found = await client.send(new HeadObjectCommand(where));
        return {
          key,
          size: found.ContentLength ?? 0,
          modifiedAt: found.LastModified ?? new Date(0),
        };
      } catch (error) {
        if (s3Status(error) === 404) return null;
        // An answer without a body does not say what is forbidden, and to whom: this one does, by its error.
        if (s3Status(error) === 403) {
          await client.send(new ListObjectsV2Command({ Bucket: where.Bucket, Prefix: key, MaxKeys: 1 }));
        }
        throw error;
      }
    });
  }

  async *list(bucket: Bucket, prefix: string): AsyncGenerator<ObjectInfo> {
    checkObjectPrefix(prefix);
    // Servers that keep objects as files take no prefix whose last part is "." or "..".
    const where = {
      bucket: this.connection.nameOf(bucket),
      prefix: prefix.replace(/(^|\/)\.{1,2}$/, '$1'),
    };
    for (let after: string | null = null; ; ) {
      const asked: string | null = after;
      const { objects, next }: ListedPage = await this.translating(bucket, prefix, () =>
        listPage(this.connection, where, { after: asked }),
      );
      // Other programs may keep objects beside ours, under names that ours never have.
      for (const object of objects)
        if (isObjectKey(object.key) && object.key.startsWith(prefix)) yield object;
      if (next === null) return;
      after = next;
    }
  }

  async remove(bucket: Bucket, key: string): Promise<void> {
    checkObjectKey(key);
    const { client, nameOf } = this.connection;
    await this.translating(bucket, key, () =>
      client.send(new DeleteObjectCommand({ Bucket: nameOf(bucket), Key: key })),
    );
  }

  /** For keys whose bytes never change: what was fetched once is not asked for again. */
  materialize(bucket: Bucket, keys: AsyncIterable<string> | Iterable<string>): Promise<string> {
    return fetchObjects(this.cache, bucket, keys, (key) => this.get(bucket, key));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection[Symbol.dispose]();
  }

  /** @param etag the object must still be this one; null: any */
  private async open(
    bucket: Bucket,
    key: string,
    range: Range | undefined,
    etag: string | null,
  ): Promise<OpenedPart> {
    const { connection } = this;
    const name = connection.nameOf(bucket);
    try {
      return await openObject(connection, { bucket: name, key }, range, etag);
    } catch (error) {
      const code = s3Code(error);
      if (code === 'NoSuchKey') throw fault('OBJECT_NOT_FOUND', { bucket, key });
      if (s3Status(error) === 416) throw await this.outside(bucket, key);
      if (s3Status(error) === 412) throw fault('S3_OBJECT_REPLACED', { bucket, key });
      throw asS3Error(error, connection, name);
    }
  }

  private async outside(bucket: Bucket, key: string): Promise<TrainyardError> {
    const info = await this.head(bucket, key);
    return info
      ? fault('RANGE_NOT_SATISFIABLE', { bucket, key, size: info.size })
      : fault('OBJECT_NOT_FOUND', { bucket, key });
  }

  private async translating<T>(bucket: Bucket, key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asS3Error(error, this.connection, this.connection.nameOf(bucket), key);
    }
  }
}

/**
 * Opens the objects of an S3 server; asks nothing of it yet (`ensureBuckets` does). Survives the server's restart: what is asked for
 * meanwhile is tried a few times and then fails with S3_UNREACHABLE; a read that was broken off goes on.
 * @param cacheFolder where `materialize` puts files; this process owns it alone
 * @param report receives what was fixed, and what could not be checked, when the buckets are ensured
 * @throws TrainyardError S3_ENDPOINT_INVALID
 */
export async function openS3Objects(
  endpoint: S3Endpoint,
  cacheFolder: string,
  report: (error: unknown) => void = () => undefined,
): Promise<S3ObjectStore> {
  return new S3ObjectStore(connectS3(endpoint), await ObjectFolder.open(cacheFolder), report);
}

/**
 * Asks a server whether it lets us in, once.
 * @throws TrainyardError S3_UNREACHABLE, S3_UNTRUSTED, S3_REFUSED_CREDENTIALS, S3_FORBIDDEN, …
 */
export async function checkS3(endpoint: S3Endpoint): Promise<void> {
  using connection = connectS3(endpoint, { attempts: 1 });
  const name = connection.nameOf('datasets');
  try {
    await connection.client.send(new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 }));
  } catch (error) {
    // The engine makes its buckets when it starts.
    if (s3Code(error) !== 'NoSuchBucket') throw asS3Error(error, connection, name);
  }
}
