import path from 'node:path';
import type { Readable } from 'node:stream';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../../shared/model/concurrently.ts';
import { flushFolder } from '../../../platform/durable-file.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { hashing } from '../../../platform/sha256.ts';
import { ObjectFolder } from '../files/object-folder.ts';
import { objectsNotFound } from '../keys.ts';
import type { Bucket } from '../ports.ts';

const fetchesAtOnce = 16;

/**
 * Copies of objects as files, `<root>/<bucket>/<key>`, for trainers to read. For keys whose bytes never change, as those that end
 * with their bytes' SHA-256: what is there is not asked for again. One process owns the root; all of it may be removed while nothing trains.
 */
export class ObjectCache {
  private readonly folder: ObjectFolder;

  private constructor(folder: ObjectFolder) {
    this.folder = folder;
  }

  /** As {@link ObjectFolder.open}. */
  static async open(root: string): Promise<ObjectCache> {
    return new ObjectCache(await ObjectFolder.open(root));
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
      if (await this.folder.stat(bucket, key)) return;
      try {
        touched.add(await this.bringIn(bucket, key, fetch));
      } catch (error) {
        if (!(error instanceof TrainyardError && error.code === 'OBJECT_NOT_FOUND')) throw error;
        missing.push(key);
      }
    });
    await forEachConcurrently(touched, fetchesAtOnce, flushFolder);
    if (missing.length > 0) throw objectsNotFound(bucket, missing);
    return this.folder.bucket(bucket);
  }

  /** Answers the folder whose names are yet to be flushed. */
  private async bringIn(
    bucket: Bucket,
    key: string,
    fetch: (key: string) => Promise<Readable>,
  ): Promise<string> {
    await this.folder.makeWay(bucket, key);
    const expected = /(?:^|\/)([0-9a-f]{64})$/.exec(key)?.[1];
    const checked = hashing(await fetch(key), (sha256) => {
      if (expected !== undefined && sha256 !== expected) throw fault('S3_OBJECT_DAMAGED', { bucket, key });
    });
    const { file } = await this.folder.temporary.write(checked);
    failpoint('s3.cache.before');
    await this.folder.moveIn(bucket, key, file);
    failpoint('s3.cache.after');
    return path.dirname(this.folder.file(bucket, key));
  }
}
