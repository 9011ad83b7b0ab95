import { fault } from '../../../../shared/errors/catalogue.ts';
import type { S3Endpoint } from '../../../platform/endpoints.ts';
import type { ObjectInfo } from '../../../stores/objects/ports.ts';
import type { S3Connection } from '../../../stores/objects/s3/client.ts';
import { parsePlace } from '../../../stores/objects/s3/place.ts';
import {
  type ListedPage,
  type Listing,
  listPage,
  openObject,
} from '../../../stores/objects/s3/read-bucket.ts';
import { readResuming } from '../../../stores/objects/s3/resumable-read.ts';
import { typeOfName } from '../image-types.ts';
import { makeProblem, type Problem } from '../problems.ts';
import type { Reading } from '../reading.ts';
import { type DatasetSource, type EntryBytes, EntryFault, type SourceEntry } from '../source.ts';
import { asking, connectPlace, goneOf, sourceFault } from './s3-place.ts';

/** So many objects are asked for at once: an answer takes many times as long as a disk's. */
const readsAtOnce = 16;

/**
 * The objects below a prefix as a dataset's source: listed a page at a time, read over the network. Without a server named in `reading`
 * it is the profile's own, or where the profile has none, what the AWS environment says.
 * @param place `s3://bucket/prefix`
 * @param own the profile's own server
 * @throws TrainyardError the S3 errors, S3_SOURCE_… and S3_CREDENTIALS_…
 */
export async function openS3Source(
  place: string,
  reading: Reading,
  own: S3Endpoint | null,
): Promise<DatasetSource> {
  const { bucket: named, key } = parsePlace(place);
  const folder = key.replace(/\/+$/, '');
  const listing = { bucket: named, prefix: folder === '' ? '' : `${folder}/` };
  const where = { connection: await connectPlace(named, reading, own), listing };
  await assertFilled(where);
  const { bucket, prefix } = listing;
  const path = `s3://${bucket}/${prefix}`;
  return {
    kind: 'bucket',
    path,
    name: prefix.split('/').at(-2) ?? bucket,
    readsAtOnce,
    async *entries() {
      for await (const object of eachObject(where)) yield entryOf(where, object);
    },
    async count(onFound, signal) {
      let files = 0;
      for await (const { key } of eachObject(where)) {
        signal?.throwIfAborted();
        if (key.endsWith('/')) continue;
        files += 1;
        if (files % 1000 === 0) onFound(files);
      }
      return files;
    },
  };
}

/** @throws TrainyardError S3_SOURCE_EMPTY */
async function assertFilled({ connection, listing }: Where): Promise<void> {
  const { bucket, prefix } = listing;
  try {
    if ((await listPage(connection, listing, { most: 1 })).objects.length > 0) return;
  } catch (error) {
    connection[Symbol.dispose]();
    throw sourceFault(error, connection, bucket, prefix);
  }
  connection[Symbol.dispose]();
  throw fault('S3_SOURCE_EMPTY', { bucket, prefix, place: connection.place });
}

interface Where {
  readonly connection: S3Connection;
  readonly listing: Listing;
}

/** The objects below the prefix; the next page is asked for while one is read. */
async function* eachObject(where: Where): AsyncGenerator<ObjectInfo> {
  const { connection, listing } = where;
  const ask = (after: string | null) => {
    const page = asking(where.connection, { bucket: listing.bucket, key: listing.prefix }, () =>
      listPage(connection, listing, { after }),
    );
    // It is awaited in its turn, or by nobody.
    page.catch(() => undefined);
    return page;
  };
  for (let page: Promise<ListedPage> | null = ask(null); page; ) {
    const { objects, next }: ListedPage = await page;
    page = next === null ? null : ask(next);
    for (const object of objects) if (object.key !== listing.prefix) yield object;
  }
}

function entryOf(where: Where, { key, size }: ObjectInfo): SourceEntry {
  const path = key.slice(where.listing.prefix.length);
  // A key that ends so is a folder's mark, as consoles make them.
  const parts = path.replace(/\/$/, '').split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return { kind: 'problem', problem: noPath(path), warning: typeOfName(path) === null };
  if (path.endsWith('/')) return { kind: 'folder', path: parts.join('/') };
  return {
    kind: 'file',
    path,
    read: (limit) => readStart(where, key, path, { size, limit }),
    chunks: () => chunksOf(where, key, path),
  };
}

async function readStart(
  where: Where,
  key: string,
  path: string,
  { size, limit }: { readonly size: number; readonly limit: number },
): Promise<EntryBytes> {
  const range = size > limit ? { start: 0, end: limit - 1 } : undefined;
  const kept: Uint8Array[] = [];
  let [length, total] = [0, 0];
  for await (const chunk of chunksOf(where, key, path, range, (all) => {
    total = all;
  })) {
    kept.push(chunk);
    length += chunk.length;
    if (length > limit) break;
  }
  return {
    bytes: Buffer.concat(kept).subarray(0, limit),
    complete: total <= limit,
    modifiedMs: null,
  };
}

/** @param onSize called with the whole object's size */
async function* chunksOf(
  where: Where,
  key: string,
  path: string,
  range?: { readonly start: number; readonly end: number },
  onSize: (total: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const { connection, listing } = where;
  const place = { bucket: listing.bucket, key };
  const open = (part: typeof range, etag: string | null) =>
    asking(connection, place, () => openObject(connection, place, part, etag));
  try {
    const first = await open(range, null);
    onSize(first.total);
    yield* readResuming(first, range?.start ?? 0, open);
  } catch (error) {
    const why = goneOf(error);
    if (why) {
      const parameters = { file: { en: 'It', ko: '객체' }, ...why };
      throw new EntryFault(makeProblem('UNREADABLE_FILE', path, parameters), { cause: error });
    }
    throw sourceFault(error, connection, listing.bucket, key);
  }
}

function noPath(path: string): Problem {
  const why = {
    en: 'the key has an empty part, "." or ".." in it',
    ko: '키에 빈 마디나 ".", ".."이 있습니다',
  };
  const remedy = {
    en: 'Give the object a key whose parts are names.',
    ko: '마디마다 이름이 있는 키로 바꾸세요.',
  };
  return makeProblem('PATH_ESCAPES', path, { why, remedy });
}
