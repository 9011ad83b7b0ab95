import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { S3Endpoint } from '../../../platform/endpoints.ts';
import type { Bucket } from '../ports.ts';

const connectWithinMs = 5000;
/** Longer than any server thinks about a request of ours; it counts from the last byte. */
const silentForMs = 30_000;
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
function parse(endpoint: string): URL {
  const url = URL.parse(endpoint);
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw fault('S3_ENDPOINT_INVALID', {});
}

/**
 * A client that asks for nothing but plain S3: the bucket is in the path, and no checksums that only newer servers know. `anonymous`
 * signs nothing. Connections are made when they are needed.
 * @throws TrainyardError S3_ENDPOINT_INVALID
 */
export function connectS3(
  endpoint: S3Endpoint,
  options: { readonly anonymous?: boolean; readonly attempts?: number } = {},
): S3Connection {
  const url = parse(endpoint.endpoint);
  const { serverName, ...certificates } = endpoint.tls ?? {};
  const httpAgent = new HttpAgent({ keepAlive: true });
  // As agents of our own: the client would make others for large bodies, which do not know the certificates.
  const httpsAgent = new HttpsAgent({
    keepAlive: true,
    ...certificates,
    ...(serverName ? { servername: serverName } : {}),
  });
  const client = new S3Client({
    endpoint: url.href,
    region: endpoint.region,
    credentials: { accessKeyId: endpoint.accessKeyId, secretAccessKey: endpoint.secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: options.attempts ?? attempts,
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
    ...(options.anonymous ? { signer: { sign: async (request) => request } } : {}),
  });
  return {
    client,
    endpoint,
    place: url.host,
    nameOf: (bucket) => `${endpoint.bucketPrefix}${bucket}`,
    [Symbol.dispose]: () => {
      client.destroy();
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
