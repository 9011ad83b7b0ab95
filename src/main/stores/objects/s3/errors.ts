import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { codeOf, isUntrusted, tlsCode } from '../../../platform/error-code.ts';
import type { S3Connection } from './client.ts';

const notReached =
  /^(ECONN(REFUSED|RESET|ABORTED)|E(HOST|NET)UNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE)$/;

const badCredentials =
  /^(InvalidAccessKeyId|SignatureDoesNotMatch|(Invalid|Expired)Token|TokenRefreshRequired|InvalidSecurity|NotSignedUp|Unauthorized)$/;
const forbidden = /^(AccessDenied|AllAccessDisabled|AccountProblem|Forbidden)$/;
const wrongRegion = /^(AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocationConstraintException)$/;
const full = /^(QuotaExceeded|XMinioStorageFull|XMinioAdminBucketQuotaExceeded|InsufficientStorage)$/;
/** Servers that keep objects as files refuse a key below another one. */
const keyConflicts = /^XMinio(ParentIsObject|ObjectExistsAsDirectory)$/;

/** S3's own word for an error (`NoSuchKey`); '' where there is none. */
export function s3Code(error: unknown): string {
  if (!(error instanceof Error) || s3Status(error) === null) return '';
  return 'Code' in error && typeof error.Code === 'string' ? error.Code : error.name;
}

/** The HTTP status that the server answered with; null if it did not answer. */
export function s3Status(error: unknown): number | null {
  if (!(error instanceof Error && '$metadata' in error)) return null;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
}

/** Whether the connection failed, rather than what was asked over it. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof TrainyardError) return error.code === 'S3_UNREACHABLE';
  if (!(error instanceof Error) || s3Status(error) !== null) return false;
  return notReached.test(codeOf(error)) || error.name === 'TimeoutError';
}

/** Whether the server does not know this call: plain S3 has more than every server has. */
export function isNotImplemented(error: unknown): boolean {
  return (
    s3Status(error) === 501 || s3Code(error) === 'NotImplemented' || s3Code(error) === 'MethodNotAllowed'
  );
}

type Where = Pick<S3Connection, 'place' | 'endpoint'>;

/**
 * The client's error as one that a person can act on; one that is none of the server's (a body that broke) comes back as it is.
 * The server's answer is not passed on whole: it may repeat what was sent.
 */
export function asS3Error(error: unknown, { place, endpoint }: Where, bucket = '', key = '…'): unknown {
  if (!(error instanceof Error) || error instanceof TrainyardError) return error;
  const status = s3Status(error);
  const system = codeOf(error);
  const hidden = (text: string) =>
    [endpoint.secretAccessKey, endpoint.accessKeyId]
      .filter((secret) => secret.length > 0)
      .reduce((left, secret) => left.replaceAll(secret, '***'), text);
  const options = { cause: new Error(hidden(error.message)) };

  if (isConnectionError(error)) {
    const why = system === '' ? { en: 'it is silent', ko: '응답 없음' } : system;
    return fault('S3_UNREACHABLE', { place, why }, options);
  }
  if (isUntrusted(error)) return fault('S3_UNTRUSTED', { place, system }, options);
  if (status === null) return tlsCode(error) === null ? error : fault('S3_TLS', { place, system }, options);

  const answer = s3Code(error);
  const where = bucket === '' ? '' : { en: ` for the bucket "${bucket}"`, ko: `. 버킷은 "${bucket}"입니다` };
  const parameters = { place, answer, where, bucket };
  if (badCredentials.test(answer) || status === 401)
    return fault('S3_REFUSED_CREDENTIALS', parameters, options);
  if (answer === 'RequestTimeTooSkewed') return fault('S3_CLOCK_SKEW', parameters, options);
  if (wrongRegion.test(answer) || status === 301)
    return fault('S3_REGION', { ...parameters, region: endpoint.region }, options);
  if (answer === 'NoSuchBucket') return fault('S3_BUCKET_MISSING', parameters, options);
  if (forbidden.test(answer) || status === 403) return fault('S3_FORBIDDEN', parameters, options);
  if (full.test(answer) || status === 507) return fault('S3_FULL', parameters, options);
  if (keyConflicts.test(answer)) return fault('OBJECT_KEY_CONFLICT', { key, bucket }, options);
  if ((status >= 500 && status !== 501) || status === 429)
    return fault('S3_UNAVAILABLE', { ...parameters, status }, options);
  return fault('S3_FAILED', { ...parameters, status, cause: hidden(error.message) }, options);
}
