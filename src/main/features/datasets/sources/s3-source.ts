import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import type { S3Endpoint } from '../../../platform/endpoints.ts';
import { retry } from '../../../platform/waiting.ts';
import { buckets, type ObjectInfo } from '../../../stores/objects/ports.ts';
import { connectAws } from '../../../stores/objects/s3/aws-connection.ts';
import { connectS3, type S3Connection } from '../../../stores/objects/s3/client.ts';
import { asS3Error, s3Code, s3Status } from '../../../stores/objects/s3/errors.ts';
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

/** So many objects are asked for at once: an answer takes many times as long as a disk's. */
const readsAtOnce = 16;
/** So long a request waits for a server that went away; an import waits longer, and begins anew. */
const outage = { firstMs: 250, longestMs: 4000, timeoutMs: 20_000 } as const;

const form = /^s3:\/\/([^/]*)(?:\/(.*))?$/s;
const bucketName = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

/** @throws TrainyardError S3_SOURCE_INVALID, without the text: somebody may have written a secret into it */
function parsePlace(text: string): Listing {
  const [, bucket = '', prefix = ''] = form.exec(text) ?? [];
  if (!bucketName.test(bucket)) {
    const why = {
      en: 'a bucket’s name has letters, digits, dots and hyphens',
      ko: '버킷 이름은 영문자, 숫자, 점, 하이픈으로 이루어집니다',
    };
    throw fault('S3_SOURCE_INVALID', { why });
  }
  if (/[\p{Cc}\p{Cs}]/u.test(prefix)) {
    const why = { en: 'the prefix has control characters', ko: '접두사에 제어 문자가 있습니다' };
    throw fault('S3_SOURCE_INVALID', { why });
  }
  const folder = prefix.replace(/\/+$/, '');
  return { bucket, prefix: folder === '' ? '' : `${folder}/` };
}

interface Where {
  readonly connection: S3Connection;
  readonly listing: Listing;
}

/**
 * The objects below a prefix as a dataset's source: listed a page at a time, read over the network. Without a server named in `reading`
 * it is the profile's own, or where the profile has none, what the AWS environment says.
 * @param place `s3://bucket/prefix`
 * @param own the profile's own server
 * @throws TrainyardError the S3 errors, S3_SOURCE_… and S3_CREDENTIALS_…
 */
export async function openS3Source(
  place: string,
  { s3 }: Reading,
  own: S3Endpoint | null,
): Promise<DatasetSource> {
  const listing = parsePlace(place);
  const named = { endpoint: s3?.endpoint ?? null, profile: s3?.profile ?? null };
  const isOwn = own !== null && named.endpoint === null && named.profile === null;
  const isOwnHost = own !== null && URL.parse(named.endpoint ?? '')?.host === URL.parse(own.endpoint)?.host;
  if ((isOwn || isOwnHost) && buckets.some((bucket) => `${own.bucketPrefix}${bucket}` === listing.bucket))
    throw fault('S3_SOURCE_OWN_BUCKET', { bucket: listing.bucket });
  const where = { connection: isOwn ? connectS3(own) : await connectAws(named), listing };
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

/** @throws TrainyardError S3_SOURCE_EMPTY, S3_SOURCE_OBJECT */
async function assertFilled({ connection, listing }: Where): Promise<void> {
  const { bucket, prefix } = listing;
  try {
    if ((await listPage(connection, listing, { most: 1 })).objects.length > 0) return;
    const key = prefix.slice(0, -1);
    const same = key === '' ? [] : (await listPage(connection, { bucket, prefix: key }, { most: 1 })).objects;
    if (same[0]?.key === key) throw fault('S3_SOURCE_OBJECT', { bucket, key });
  } catch (error) {
    connection[Symbol.dispose]();
    throw sourceFault(error, connection, bucket, prefix);
  }
  connection[Symbol.dispose]();
  throw fault('S3_SOURCE_EMPTY', { bucket, prefix, place: connection.place });
}

/** The objects below the prefix; the next page is asked for while one is read. */
async function* eachObject(where: Where): AsyncGenerator<ObjectInfo> {
  const { connection, listing } = where;
  const ask = (after: string | null) => {
    const page = asking(where, listing.prefix, () => listPage(connection, listing, { after }));
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
    asking(where, key, () => openObject(connection, place, part, etag));
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

/** Asks again for a while where the server is away; what the client says of an object itself is left as it is. */
async function asking<Answer>(
  { connection, listing }: Where,
  key: string,
  work: () => Promise<Answer>,
): Promise<Answer> {
  return retry(
    () =>
      work().catch((error: unknown) => {
        throw goneOf(error) ? error : sourceFault(error, connection, listing.bucket, key);
      }),
    { ...outage, isPassing: (error) => error instanceof TrainyardError && error.status === 503 },
  );
}

const putBack = {
  en: 'Let whatever writes there finish and try again',
  ko: '파일을 쓰는 작업이 끝난 뒤 다시 시도하세요.',
};

/** Why this one object can't be read; null where the error is about more than it. */
function goneOf(error: unknown) {
  const code = s3Code(error);
  if (code === 'NoSuchKey')
    return { why: { en: 'it was removed meanwhile', ko: '그사이 지워졌습니다' }, remedy: putBack };
  // 416: it is shorter than it was listed.
  if (s3Status(error) === 412 || s3Status(error) === 416)
    return { why: { en: 'it was replaced meanwhile', ko: '그사이 바뀌었습니다' }, remedy: putBack };
  if (code !== 'InvalidObjectState') return null;
  return {
    why: { en: 'it lies in an archive class (Glacier)', ko: '보관 클래스(Glacier)에 있습니다' },
    remedy: { en: 'Restore it in S3 first', ko: '먼저 S3에서 복원하세요.' },
  };
}

/** The client's error, with a hint for somebody who reads a dataset there. */
function sourceFault(error: unknown, connection: S3Connection, bucket: string, key: string): unknown {
  const known = asS3Error(error, connection, bucket, key);
  if (!(known instanceof TrainyardError)) return known;
  const { place } = connection;
  const answer = s3Code(error);
  const options = { cause: known };
  switch (known.code) {
    case 'S3_BUCKET_MISSING':
      return fault('S3_SOURCE_NO_BUCKET', { place, bucket }, options);
    case 'S3_FORBIDDEN':
      return fault('S3_SOURCE_FORBIDDEN', { place, bucket, key, answer }, options);
    case 'S3_REGION':
      return fault('S3_SOURCE_REGION', { place, bucket, region: connection.endpoint.region }, options);
    case 'S3_UNTRUSTED':
      return fault('S3_SOURCE_UNTRUSTED', { place, system: String(known.parameters.system) }, options);
    case 'S3_REFUSED_CREDENTIALS':
      return /Expired|TokenRefresh/.test(answer)
        ? fault('S3_CREDENTIALS_EXPIRED', { where: '' }, options)
        : known;
    default:
      return known;
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
