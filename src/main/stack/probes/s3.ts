import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Probe } from '../ports.ts';
import { signedHeaders } from './sign-request.ts';

/**
 * Asks for the buckets, signed; the answer's head names the server, as S3 knows of no versions. By hand: the client library takes
 * longer to load than a server to answer.
 */
export const probeS3: Probe = async ({ s3 }, signal) => {
  if (!s3) throw new TypeError('these endpoints have no S3');
  const url = new URL(s3.endpoint);
  const { serverName, ...certificates } = s3.tls ?? {};
  const options = {
    headers: signedHeaders(url, s3),
    agent: false,
    signal,
    ...certificates,
    ...(serverName === undefined ? {} : { servername: serverName }),
  } as const;
  const { get } = url.protocol === 'https:' ? https : http;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, options, resolve).on('error', reject);
  });
  const { statusCode, headers } = response;
  response.destroy();
  if (statusCode !== 200) throw new Error(`S3 answers with status ${statusCode}`);
  return String(headers.server ?? '');
};
