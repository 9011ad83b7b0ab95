import type { Readable } from 'node:stream';

/** An object store that can take a local file without copying its bytes. */
export interface LinkableObjects {
  /**
   * Stores the file under the key by reflink or hard link; survives a power cut once this resolves. Answers when the object was changed,
   * in milliseconds since 1970.
   * @throws TrainyardError LINK_IMPOSSIBLE, SOURCE_CHANGED (its bytes have not this SHA-256)
   */
  link(bucket: Bucket, key: string, source: string, sha256: string): Promise<number>;
}

export const buckets = ['datasets', 'models', 'artifacts', 'snapshots'] as const;
export type Bucket = (typeof buckets)[number];

/** The bucket into which people put what is to be imported: theirs, and no part of the store. */
export const inboxBucket = 'inbox';

/** An upload that nobody has ended for so long was left by a process that died: `ensureBuckets` removes it. */
export const uploadLivesMs = 24 * 60 * 60 * 1000;

export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** Bytes by bucket and key, in S3's manner. A key is one to eight segments of `[A-Za-z0-9._-]`, parted by `/`; `.` and `..` are none. */
export interface ObjectStore {
  ensureBuckets(): Promise<void>;
  /** Stores a stream; it is there whole or not at all, and survives a power cut once this resolves. */
  put(bucket: Bucket, key: string, body: Readable | Uint8Array): Promise<ObjectInfo>;
  /** Stores many small objects; each is whole or absent at any moment, all survive a power cut once this resolves. Keys that are there already are skipped. */
  putMany(
    bucket: Bucket,
    objects: AsyncIterable<{ readonly key: string; readonly body: Uint8Array }>,
  ): Promise<{ stored: number; skipped: number }>;
  /**
   * The bytes from `start` to `end`, both included as in an HTTP range; an `end` behind the last byte means the last byte.
   * @throws TrainyardError OBJECT_NOT_FOUND, RANGE_NOT_SATISFIABLE
   */
  get(
    bucket: Bucket,
    key: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<Readable>;
  /** Null if it is not there. */
  head(bucket: Bucket, key: string): Promise<ObjectInfo | null>;
  /** Keys that start with the prefix, in the order of their bytes. */
  list(bucket: Bucket, prefix: string): AsyncIterable<ObjectInfo>;
  /** Removes; harmless where it is not there. */
  remove(bucket: Bucket, key: string): Promise<void>;
}

/** Where a trainer on this machine reads a bucket's objects as files, without a copy where the store keeps them as files. */
export interface LocalObjects {
  /** The absolute folder under which every one of `keys` is a file after this resolves (fetched where they are not local). */
  materialize(bucket: Bucket, keys: AsyncIterable<string> | Iterable<string>): Promise<string>;
}
