import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { type S3Endpoint, type TlsOptions, tlsConnection } from '../../../platform/endpoints.ts';
import type { Bucket } from '../ports.ts';

const connectWithinMs = 5000;
/** Longer than any server thinks about a request of ours; it counts from the last byte. */
const longestSilenceMs = 30_000;
const attempts = 3;

/** What goes over the wire of one endpoint, and how errors name it. */
export interface S3Connection extends Disposable {
  readonly client: S3Client;
  readonly endpoint: S3Endpoint;
  /** `host:port`, for people. */
  readonly place: string;
  /** The bucket's name on the server. */
  readonly nameOf: (bucket: Bucket) => string;
}

/** @throws TrainyardError S3_ENDPOINT_INVALID */
export function parseEndpoint(endpoint: string): URL {
  const url = URL.parse(endpoint);
  const isPlain = url && [url.username, url.password, url.search, url.hash].every((part) => part === '');
  if (isPlain && /^https?:$/.test(url.protocol)) return url;
  throw fault('S3_ENDPOINT_INVALID', {});
}

/**
 * A client that asks for nothing but plain S3: the bucket is in the path, and no checksums that only newer servers know. Connections are
 * made when they are needed, and closed when they were not for a while.
 */
export function openClient(
  config: Pick<S3ClientConfig, 'endpoint' | 'region' | 'credentials' | 'profile' | 'maxAttempts' | 'signer'>,
  tls: TlsOptions | null,
  silentForMs = longestSilenceMs,
): Disposable & { readonly client: S3Client } {
  const keeping = { keepAlive: true, timeout: silentForMs };
  const httpAgent = new HttpAgent(keeping);
  // As agents of our own: the client would make others for large bodies, which do not know the certificates.
  const httpsAgent = new HttpsAgent({ ...keeping, ...tlsConnection(tls) });
  const client = new S3Client({
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: attempts,
    // Else the machine's AWS files and environment would have a say.
    retryMode: 'standard',
    defaultsMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    authSchemePreference: [],
    disableS3ExpressSessionAuth: true,
    sigv4aSigningRegionSet: [],
    useArnRegion: false,
    userAgentAppId: 'trainyard',
    requestHandler: {
      httpAgent,
      httpsAgent,
      connectionTimeout: connectWithinMs,
      socketTimeout: silentForMs,
    },
    ...config,
  });
  return {
    client,
    [Symbol.dispose]: () => {
      client.destroy();
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/**
 * A client of a server whose address and credentials are known. `anonymous` signs nothing; a server that says nothing for `silentForMs` is
 * asked again, `attempts` times in all.
 * @throws TrainyardError S3_ENDPOINT_INVALID
 */
export function connectS3(
  endpoint: S3Endpoint,
  options: { readonly anonymous?: boolean; readonly attempts?: number; readonly silentForMs?: number } = {},
): S3Connection {
  const url = parseEndpoint(endpoint.endpoint);
  const { accessKeyId, secretAccessKey, region, tls } = endpoint;
  const opened = openClient(
    {
      endpoint: url.href,
      region,
      credentials: { accessKeyId, secretAccessKey },
      ...(options.attempts === undefined ? {} : { maxAttempts: options.attempts }),
      ...(options.anonymous ? { signer: { sign: async (request) => request } } : {}),
    },
    tls,
    options.silentForMs,
  );
  return {
    ...opened,
    endpoint,
    place: url.host,
    nameOf: (bucket) => `${endpoint.bucketPrefix}${bucket}`,
  };
}
