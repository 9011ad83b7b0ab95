import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import type { S3Endpoint } from '../../../platform/endpoints.ts';
import { retry } from '../../../platform/waiting.ts';
import { buckets } from '../../../stores/objects/ports.ts';
import { connectAws } from '../../../stores/objects/s3/aws-connection.ts';
import { connectS3, type S3Connection } from '../../../stores/objects/s3/client.ts';
import { asS3Error, s3Code, s3Status } from '../../../stores/objects/s3/errors.ts';
import type { Reading } from '../reading.ts';

/** So long a request waits for a server that went away; an import waits longer, and begins anew. */
const outage = { firstMs: 250, longestMs: 4000, timeoutMs: 20_000 } as const;

/**
 * A connection to the server that has the bucket: the one that `reading` names, else the profile's own, or where the profile has none, what
 * the AWS environment says.
 * @throws TrainyardError S3_SOURCE_OWN_BUCKET, S3_ENDPOINT_INVALID, S3_CREDENTIALS_…
 */
export async function connectPlace(
  bucket: string,
  { s3 }: Reading,
  own: S3Endpoint | null,
): Promise<S3Connection> {
  const named = { endpoint: s3?.endpoint ?? null, profile: s3?.profile ?? null };
  const isOwn = own !== null && named.endpoint === null && named.profile === null;
  const isOwnHost = own !== null && URL.parse(named.endpoint ?? '')?.host === URL.parse(own.endpoint)?.host;
  if ((isOwn || isOwnHost) && buckets.some((one) => `${own.bucketPrefix}${one}` === bucket))
    throw fault('S3_SOURCE_OWN_BUCKET', { bucket });
  return isOwn ? connectS3(own) : await connectAws(named);
}

/** Asks again for a while where the server is away; what the client says of an object itself is left as it is. */
export async function asking<Answer>(
  connection: S3Connection,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  work: () => Promise<Answer>,
): Promise<Answer> {
  return retry(
    () =>
      work().catch((error: unknown) => {
        throw goneOf(error) ? error : sourceFault(error, connection, bucket, key);
      }),
    { ...outage, isPassing: (error) => error instanceof TrainyardError && error.status === 503 },
  );
}

const putBack = {
  en: 'Let whatever writes there finish and try again',
  ko: '파일을 쓰는 작업이 끝난 뒤 다시 시도하세요.',
};

/** Why this one object can't be read; null where the error is about more than it. */
export function goneOf(error: unknown) {
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
export function sourceFault(error: unknown, connection: S3Connection, bucket: string, key: string): unknown {
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
