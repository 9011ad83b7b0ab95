import path from 'node:path';
import type { Readable } from 'node:stream';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../../shared/model/concurrently.ts';
import { flushFolder } from '../../../platform/durable-file.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { hashing } from '../../../platform/sha256.ts';
import type { ObjectFolder } from '../files/object-folder.ts';
import { objectsNotFound } from '../keys.ts';
import type { Bucket } from '../ports.ts';

const fetchesAtOnce = 16;

/**
 * Fetches copies of objects as files, `<root>/<bucket>/<key>`, for trainers to read. For keys whose bytes never change, as those that end
 * with their bytes' SHA-256: what is there is not asked for again. All of the folder may be removed while nothing trains.
 * @param fetch throws OBJECT_NOT_FOUND
 * @returns the absolute folder that the keys are relative to
 * @throws TrainyardError OBJECT_NOT_FOUND with the first of those that are missing, S3_OBJECT_DAMAGED
 */
export async function fetchObjects(
  into: ObjectFolder,
  bucket: Bucket,
  keys: AsyncIterable<string> | Iterable<string>,
  fetch: (key: string) => Promise<Readable>,
): Promise<string> {
  const missing: string[] = [];
  const touched = new Set<string>();
  await forEachConcurrently(keys, fetchesAtOnce, async (key) => {
    if (await into.stat(bucket, key)) return;
    await into.makeWay(bucket, key);
    const body = await fetch(key).catch((error: unknown) => {
      if (!(error instanceof TrainyardError && error.code === 'OBJECT_NOT_FOUND')) throw error;
      missing.push(key);
    });
    if (!body) return;
    const expected = /(?:^|\/)([0-9a-f]{64})$/.exec(key)?.[1];
    const checked = hashing(body, (sha256) => {
      if (expected !== undefined && sha256 !== expected) throw fault('S3_OBJECT_DAMAGED', { bucket, key });
    });
    const { file } = await into.temporary.write(checked);
    failpoint('s3.cache.before');
    await into.moveIn(bucket, key, file);
    failpoint('s3.cache.after');
    touched.add(path.dirname(into.file(bucket, key)));
  });
  await forEachConcurrently(touched, fetchesAtOnce, flushFolder);
  if (missing.length > 0) throw objectsNotFound(bucket, missing);
  return into.bucket(bucket);
}
