import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fault } from '../../../shared/errors/catalogue.ts';
import { counted } from '../../../shared/format/units.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { hashing, sha256Of } from '../../platform/sha256.ts';
import { type Bucket, buckets, type ObjectInfo, type ObjectStore } from '../objects/ports.ts';
import { ContentHash } from './content-hash.ts';
import type { CopyResult, OnCopyProgress } from './progress.ts';

/** Objects up to this size are read whole, several at a time: a dataset is mostly of them. */
const smallBytes = 256 * 1024;
const readers = 16;

/** How many objects a store holds, and a hash over all of them, whatever their order: reads every byte. */
export async function fingerprintObjects(store: ObjectStore, onProgress: OnCopyProgress) {
  const hash = new ContentHash();
  for (const bucket of buckets) {
    let done = 0;
    for await (const objects of batches(store.list(bucket, ''))) {
      const digests = await Promise.all(objects.map(({ key }) => digestOf(store, bucket, key)));
      for (const [index, { key }] of objects.entries()) hash.add(bucket, key, digests[index] ?? '');
      done += objects.length;
      onProgress({ step: 'comparing', what: bucket, done, total: null });
    }
  }
  return { count: hash.count, sha256: hash.hex() };
}

/**
 * Copies every object. Redone after a kill it copies what is missing; the source is read only.
 * @throws TrainyardError MIGRATION_TARGET_NOT_EMPTY if the target holds an object that the source does not have like that (nothing
 *   was written then); MIGRATION_DIFFERS where both are not the same in the end
 */
export async function copyObjects(
  from: ObjectStore,
  to: ObjectStore,
  onProgress: OnCopyProgress,
): Promise<CopyResult> {
  const there = new Map<Bucket, ReadonlySet<string>>();
  for (const bucket of buckets) there.set(bucket, await sameObjects(from, to, bucket, onProgress));
  const source = new ContentHash();
  let copied = 0;
  for (const bucket of buckets) {
    copied += await copyBucket(from, to, bucket, there.get(bucket) ?? new Set(), source, onProgress);
  }
  const target = await fingerprintObjects(to, onProgress);
  if (source.hex() !== target.sha256 || source.count !== target.count) {
    const what = {
      en: `${counted(target.count, 'object')} instead of ${source.count}, or other contents`,
      ko: `객체가 ${source.count}개인데 사본은 ${target.count}개이거나, 내용이 다릅니다`,
    };
    throw fault('MIGRATION_DIFFERS', { what });
  }
  return { count: target.count, copied, sha256: target.sha256 };
}

/** The keys that the target has already, each with the source's content. */
async function sameObjects(
  from: ObjectStore,
  to: ObjectStore,
  bucket: Bucket,
  onProgress: OnCopyProgress,
): Promise<ReadonlySet<string>> {
  const same = new Set<string>();
  for await (const objects of batches(to.list(bucket, ''))) {
    await Promise.all(
      objects.map(async ({ key, size }) => {
        const original = await from.head(bucket, key);
        const isSame =
          original?.size === size &&
          (await digestOf(from, bucket, key)) === (await digestOf(to, bucket, key));
        if (!isSame) {
          const what = { en: `the object ${bucket}/${key}`, ko: `객체 ${bucket}/${key}` };
          throw fault('MIGRATION_TARGET_NOT_EMPTY', { what });
        }
        same.add(key);
      }),
    );
    onProgress({ step: 'checking', what: bucket, done: same.size, total: null });
  }
  return same;
}

async function copyBucket(
  from: ObjectStore,
  to: ObjectStore,
  bucket: Bucket,
  there: ReadonlySet<string>,
  source: ContentHash,
  onProgress: OnCopyProgress,
): Promise<number> {
  let done = 0;
  let copied = 0;
  for await (const objects of batches(from.list(bucket, ''))) {
    const present = objects.filter(({ key }) => there.has(key));
    const missing = objects.filter(({ key }) => !there.has(key));
    const digests = await Promise.all(present.map(({ key }) => digestOf(from, bucket, key)));
    for (const [index, { key }] of present.entries()) source.add(bucket, key, digests[index] ?? '');
    await copySmall(from, to, bucket, missing.filter(isSmall), source);
    for (const { key } of missing.filter((object) => !isSmall(object))) {
      failpoint('migration.object.before');
      source.add(bucket, key, await copyLarge(from, to, bucket, key));
      failpoint('migration.object.after');
    }
    done += objects.length;
    copied += missing.length;
    onProgress({ step: 'copying', what: bucket, done, total: null });
  }
  return copied;
}

const isSmall = ({ size }: ObjectInfo) => size <= smallBytes;

async function copySmall(
  from: ObjectStore,
  to: ObjectStore,
  bucket: Bucket,
  objects: readonly ObjectInfo[],
  source: ContentHash,
): Promise<void> {
  if (objects.length === 0) return;
  const bodies = await Promise.all(
    objects.map(async ({ key }) => ({ key, body: await buffer(await from.get(bucket, key)) })),
  );
  for (const { key, body } of bodies) source.add(bucket, key, hash('sha256', body));
  failpoint('migration.objects.before');
  await to.putMany(bucket, Readable.from(bodies));
  failpoint('migration.objects.after');
}

async function copyLarge(from: ObjectStore, to: ObjectStore, bucket: Bucket, key: string): Promise<string> {
  let sha256 = '';
  const body = hashing(await from.get(bucket, key), (found) => {
    sha256 = found;
  });
  await to.put(bucket, key, body);
  return sha256;
}

async function digestOf(store: ObjectStore, bucket: Bucket, key: string): Promise<string> {
  return sha256Of(await store.get(bucket, key));
}

/** As many objects at a time as are read at once. */
async function* batches(objects: AsyncIterable<ObjectInfo>): AsyncGenerator<readonly ObjectInfo[]> {
  let batch: ObjectInfo[] = [];
  for await (const object of objects) {
    batch.push(object);
    if (batch.length < readers) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
