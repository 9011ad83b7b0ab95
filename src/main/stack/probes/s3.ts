import { createHash, createHmac } from 'node:crypto';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { S3Endpoint } from '../../platform/endpoints.ts';
import { buckets, inboxBucket, uploadLivesMs } from '../../stores/objects/ports.ts';
import type { Probe } from './probe.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * The headers of a signed GET by AWS Signature Version 4.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 * @param url its query is one word, as `?policy`, if there is any
 */
function signedHeaders(
  url: URL,
  { region, accessKeyId, secretAccessKey }: Pick<S3Endpoint, 'region' | 'accessKeyId' | 'secretAccessKey'>,
): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const headers = { host: url.host, 'x-amz-content-sha256': hash(''), 'x-amz-date': time };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const query = url.search === '' ? '' : `${url.search.slice(1)}=`;
  const canonical = ['GET', url.pathname, query, lines.join(''), names, hash('')].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n');
  const keys = [day, region, 's3', 'aws4_request'];
  const key = keys.reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** Whether a listing names an upload that is to go, or does not name all. */
function hasOldUploads(listing: string): boolean {
  if (listing.includes('<IsTruncated>true<')) return true;
  const times = [...listing.matchAll(/<Initiated>([^<]+)</g)].map(([, time = '']) => Date.parse(time));
  return times.some((time) => Date.now() - time >= uploadLivesMs);
}

/**
 * Asks for the buckets; the answer's head names the server, as S3 knows of no versions. Of each bucket: whether it keeps versions, its
 * policy, what somebody without credentials gets of it, and its unfinished uploads.
 */
export const probeS3: Probe = async ({ s3 }, signal) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const ask = async (path: string, isSigned = true) => {
    const url = new URL(path, s3.endpoint);
    const headers = isSigned ? signedHeaders(url, s3) : {};
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { headers, agent, signal }, resolve).on('error', reject);
    });
    const { statusCode, headers: about } = response;
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk;
    return { status: statusCode ?? 0, server: String(about.server ?? ''), body };
  };
  /** Without what differs from one error to the next: its time and the request's id. */
  const contentOf = ({ status, body }: { readonly status: number; readonly body: string }) =>
    status === 200 ? body : `${status} ${/<Code>(\w+)</.exec(body)?.[1] ?? ''}`;
  const lookAt = async (bucket: string, isOwn: boolean) => {
    const [versions, policy, uploads, list, object] = await Promise.all([
      ask(`/${bucket}?versioning`),
      ask(`/${bucket}?policy`),
      ask(`/${bucket}?uploads`),
      ask(`/${bucket}`, false),
      ask(`/${bucket}/trainyard-is-not-there`, false),
    ]);
    // Those of the inbox are people's.
    if (isOwn && uploads.status === 200 && hasOldUploads(uploads.body)) return null;
    return [bucket, contentOf(versions), contentOf(policy), list.status, contentOf(object)];
  };
  try {
    const { status, server } = await ask('/');
    if (status !== 200) throw new Error(`S3 answers with status ${status}`);
    const seen = await Promise.all([
      ...buckets.map((bucket) => lookAt(`${s3.bucketPrefix}${bucket}`, true)),
      lookAt(`${s3.bucketPrefix}${inboxBucket}`, false),
    ]);
    return { version: server, shape: seen.includes(null) ? null : JSON.stringify(seen) };
  } finally {
    agent.destroy();
  }
};
