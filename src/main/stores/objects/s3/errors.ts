import { TrainyardError } from '../../../../shared/errors/error.ts';
import type { S3Connection } from './client.ts';

const notReached = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
]);

/** What OpenSSL and Node say of a certificate that they do not accept. */
const untrusted =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;
const noTls = /^(EPROTO|ERR_SSL_|ERR_TLS_)/;

const badCredentials = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'ExpiredToken',
  'TokenRefreshRequired',
  'InvalidSecurity',
  'NotSignedUp',
  'Unauthorized',
]);
const forbidden = new Set(['AccessDenied', 'AllAccessDisabled', 'AccountProblem', 'Forbidden']);
const wrongRegion = new Set([
  'AuthorizationHeaderMalformed',
  'PermanentRedirect',
  'IllegalLocationConstraintException',
]);
const full = new Set([
  'QuotaExceeded',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'InsufficientStorage',
]);
/** Servers that keep objects as files refuse a key below another one. */
const keyConflicts = new Set(['XMinioParentIsObject', 'XMinioObjectExistsAsDirectory']);

/** S3's own word for an error (`NoSuchKey`); '' where there is none. */
export function s3Code(error: unknown): string {
  if (!(error instanceof Error) || s3Status(error) === null) return '';
  return 'Code' in error && typeof error.Code === 'string' ? error.Code : error.name;
}

/** The HTTP status that the server answered with; null where it did not answer. */
export function s3Status(error: unknown): number | null {
  if (!(error instanceof Error && '$metadata' in error)) return null;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
}

function systemCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the connection failed, rather than what was asked over it. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof TrainyardError) return error.code === 'S3_UNREACHABLE';
  if (!(error instanceof Error) || s3Status(error) !== null) return false;
  return notReached.has(systemCode(error)) || error.name === 'TimeoutError';
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
export function asS3Error(error: unknown, { place, endpoint }: Where, bucket = ''): unknown {
  if (!(error instanceof Error) || error instanceof TrainyardError) return error;
  const status = s3Status(error);
  const system = systemCode(error);
  const hidden = (text: string) =>
    [endpoint.secretAccessKey, endpoint.accessKeyId]
      .filter((secret) => secret.length > 0)
      .reduce((left, secret) => left.replaceAll(secret, '***'), text);
  const fault = (code: string, message: string, hint: string, answer = 502) =>
    new TrainyardError(code, message, hint, { status: answer, cause: new Error(hidden(error.message)) });

  if (isConnectionError(error)) {
    const why = system === '' ? 'it is silent' : system;
    return fault(
      'S3_UNREACHABLE',
      `No S3 server answers at ${place} (${why})`,
      'Start the server, or correct the host and port.',
      503,
    );
  }
  if (untrusted.test(system)) {
    return fault(
      'S3_UNTRUSTED',
      `The certificate of the S3 server at ${place} is not trusted (${system})`,
      'Give the certificate of the authority that signed it, or correct the host’s name.',
    );
  }
  if (noTls.test(system)) {
    return fault(
      'S3_TLS',
      `The encrypted connection to the S3 server at ${place} fails (${system})`,
      'Write http:// where the server has no TLS, and give a client certificate where it wants one.',
    );
  }
  if (status === null) return error;

  const code = s3Code(error);
  const of = bucket === '' ? '' : ` for the bucket "${bucket}"`;
  if (badCredentials.has(code) || status === 401) {
    return fault(
      'S3_REFUSED_CREDENTIALS',
      `The S3 server at ${place} does not accept the access key (${code})`,
      'Correct the access key and its secret.',
    );
  }
  if (code === 'RequestTimeTooSkewed') {
    return fault(
      'S3_CLOCK_SKEW',
      `The clocks of this machine and of the S3 server at ${place} differ too much`,
      'Set both by NTP.',
    );
  }
  if (wrongRegion.has(code) || status === 301) {
    return fault(
      'S3_REGION',
      `The S3 server at ${place} serves another region than "${endpoint.region}"${of}`,
      'Correct the region, or the address.',
    );
  }
  if (code === 'NoSuchBucket') {
    return fault(
      'S3_BUCKET_MISSING',
      `The S3 server at ${place} has no bucket "${bucket}"`,
      'Start the engine anew: it makes its buckets. Or make it by hand.',
      404,
    );
  }
  if (forbidden.has(code) || status === 403) {
    return fault(
      'S3_FORBIDDEN',
      `The S3 server at ${place} forbids what was asked${of} (${code})`,
      'Let the access key list, read, write and remove in the buckets.',
    );
  }
  if (full.has(code) || status === 507) {
    return fault(
      'S3_FULL',
      `The S3 server at ${place} has no room left${of}`,
      'Make room there and try again.',
      507,
    );
  }
  if (keyConflicts.has(code)) {
    return fault(
      'OBJECT_KEY_CONFLICT',
      `The S3 server at ${place} can't store the object${of}: a part of its key is another object's key, or it is a part of one`,
      'Choose a key that neither begins with another nor is the beginning of one.',
      409,
    );
  }
  if ((status >= 500 && status !== 501) || status === 429) {
    return fault(
      'S3_UNAVAILABLE',
      `The S3 server at ${place} cannot answer now (${status} ${code})`,
      'Wait until it can, or look into its log.',
      503,
    );
  }
  return fault(
    'S3_FAILED',
    `The S3 server at ${place} answered ${status} ${code}${of}: ${hidden(error.message)}`,
    'Check that the address is an S3 server’s.',
  );
}
