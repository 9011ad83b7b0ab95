import { createHash } from 'node:crypto';
import { opendir, realpath, rename } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../../shared/model/concurrently.ts';
import { flushFolder, makeFolder } from '../../../platform/durable-file.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { keyConflict, ObjectPaths } from '../files/object-paths.ts';
import { TemporaryFiles } from '../files/temporary-files.ts';
import { objectsNotFound } from '../keys.ts';
import type { Bucket } from '../ports.ts';

const fetchesAtOnce = 16;

/**
 * Copies of objects as files, `<root>/<bucket>/<key>`, for trainers to read. For keys whose bytes never change, as those that end
 * with their bytes' SHA-256: what is there is not asked for again. One process owns the root; all of it may be removed while nothing trains.
 */
export class ObjectCache {
  private readonly paths: ObjectPaths;
  private readonly temporary: TemporaryFiles;

  private constructor(paths: ObjectPaths, temporary: TemporaryFiles) {
    this.paths = paths;
    this.temporary = temporary;
  }

  /** Makes the folder where it is missing, and removes what a killed process left half-fetched. */
  static async open(root: string): Promise<ObjectCache> {
    await makeFolder(path.resolve(root));
    const real = await realpath(root);
    return new ObjectCache(new ObjectPaths(real), await TemporaryFiles.open(path.join(real, '.incoming')));
  }

  /**
   * Fetches those of the keys that are not there; answers the absolute folder that they are relative to.
   * @param fetch throws OBJECT_NOT_FOUND
   * @throws TrainyardError OBJECT_NOT_FOUND with the first of those that are missing, S3_OBJECT_DAMAGED
   */
  async fill(
    bucket: Bucket,
    keys: AsyncIterable<string> | Iterable<string>,
    fetch: (key: string) => Promise<Readable>,
  ): Promise<string> {
    const missing: string[] = [];
    const touched = new Set<string>();
    await forEachConcurrently(keys, fetchesAtOnce, async (key) => {
      if (await this.paths.stat(bucket, key)) return;
      try {
        touched.add(await this.bringIn(bucket, key, fetch));
      } catch (error) {
        if (!(error instanceof TrainyardError && error.code === 'OBJECT_NOT_FOUND')) throw error;
        missing.push(key);
      }
    });
    await forEachConcurrently(touched, fetchesAtOnce, flushFolder);
    if (missing.length > 0) throw objectsNotFound(bucket, missing);
    return this.paths.bucket(bucket);
  }

  /** What all buckets' copies take. */
  async size(): Promise<{ files: number; bytes: number }> {
    let files = 0;
    let bytes = 0;
    for await (const entry of await opendir(this.paths.root, { recursive: true })) {
      if (!entry.isFile()) continue;
      const found = await this.paths.lookAt(path.join(entry.parentPath, entry.name));
      files += found ? 1 : 0;
      bytes += found?.size ?? 0;
    }
    return { files, bytes };
  }

  /** Answers the folder whose names are yet to be flushed. */
  private async bringIn(
    bucket: Bucket,
    key: string,
    fetch: (key: string) => Promise<Readable>,
  ): Promise<string> {
    const target = this.paths.file(bucket, key);
    const hash = createHash('sha256');
    const body = await fetch(key);
    async function* hashed() {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        hash.update(chunk);
        yield chunk;
      }
    }
    const { file } = await this.temporary.write(Readable.from(hashed(), { objectMode: false }));
    try {
      const expected = /(?:^|\/)([0-9a-f]{64})$/.exec(key)?.[1];
      if (expected !== undefined && hash.digest('hex') !== expected)
        throw fault('S3_OBJECT_DAMAGED', { bucket, key });
      const folder = path.dirname(target);
      await this.paths.checkFolder(folder);
      await makeFolder(folder);
      failpoint('s3.cache.before');
      await rename(file, target);
      failpoint('s3.cache.after');
      return folder;
    } catch (error) {
      await this.temporary.discard(file);
      throw keyConflict(bucket, key, error);
    }
  }
}
