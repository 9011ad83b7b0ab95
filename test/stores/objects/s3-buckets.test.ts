import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { inspect } from 'node:util';
import {
  CreateMultipartUploadCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { S3Endpoint } from '../../../src/main/platform/endpoints.ts';
import { buckets } from '../../../src/main/stores/objects/ports.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { ensureOn, ensureS3Buckets } from '../../../src/main/stores/objects/s3/ensure-buckets.ts';
import { checkS3, openS3Objects } from '../../../src/main/stores/objects/s3/object-store.ts';
import { s3Endpoint, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { makeCertificates, withoutOpenssl } from '../../support/tls.ts';

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: the buckets of a real S3 server: ${reason}`);

const noTls = withoutOpenssl();
if (noTls !== null) console.info(`skipped: TLS to an S3 server: ${noTls}`);

/** The error that a call ends with. */
async function errorOf(asked: Promise<unknown>): Promise<Error> {
  return asked.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (error instanceof Error) return error;
      throw error;
    },
  );
}

describe.skipIf(reason !== null)('buckets on a real server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('s3');
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** An endpoint with buckets of the test's own, and a client to look at them. */
  const place = () => {
    const endpoint = s3Endpoint(server, `t${randomBytes(6).toString('hex')}-`);
    const connection = connectS3(endpoint);
    return {
      endpoint,
      connection,
      client: connection.client,
      name: connection.nameOf('datasets'),
      [Symbol.dispose]: () => connection[Symbol.dispose](),
    };
  };

  /** What somebody without credentials is answered. */
  const ask = async (address: string) => (await fetch(`http://127.0.0.1:${server.port}/${address}`)).status;

  test('makes the four and the inbox, private and without versions, and finds nothing to do the second time', async () => {
    using at = place();
    const first = await ensureS3Buckets(at.endpoint);
    expect(first.made.toSorted()).toEqual(
      [
        ...buckets.map((bucket) => at.connection.nameOf(bucket)),
        `${at.endpoint.bucketPrefix}inbox`,
      ].toSorted(),
    );
    expect(first.fixed).toEqual([]);
    expect(await ensureS3Buckets(at.endpoint)).toEqual({ made: [], fixed: [], unchecked: [] });
    for (const bucket of buckets) {
      const Bucket = at.connection.nameOf(bucket);
      const { Status } = await at.client.send(new GetBucketVersioningCommand({ Bucket }));
      expect(Status).not.toBe('Enabled');
      expect(await ask(`${Bucket}?list-type=2`)).toBe(403);
    }
  });

  test('the inbox is people’s: it is closed to strangers, and what is kept of its versions stays as they set it', async () => {
    using at = place();
    await ensureS3Buckets(at.endpoint);
    const Bucket = `${at.endpoint.bucketPrefix}inbox`;
    expect(await ask(`${Bucket}?list-type=2`)).toBe(403);
    await at.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    expect(await ensureS3Buckets(at.endpoint)).toEqual({ made: [], fixed: [], unchecked: [] });
    expect((await at.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
  });

  test('is harmless when several do it at once', async () => {
    using at = place();
    const all = await Promise.all(Array.from({ length: 6 }, () => ensureS3Buckets(at.endpoint)));
    expect(new Set(all.flatMap(({ made }) => made)).size).toBe(5);
    for (const bucket of buckets) {
      await at.client.send(new HeadBucketCommand({ Bucket: at.connection.nameOf(bucket) }));
    }
  });

  test('suspends versions that somebody switched on', async () => {
    using at = place();
    await ensureS3Buckets(at.endpoint);
    const Bucket = at.name;
    await at.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const { fixed } = await ensureS3Buckets(at.endpoint);
    expect(fixed).toEqual([
      { en: `versioning of "${Bucket}" (suspended)`, ko: `"${Bucket}" 버킷의 버전 관리(중단함)` },
    ]);
    expect((await at.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Suspended');
    expect((await ensureS3Buckets(at.endpoint)).fixed).toEqual([]);
  });

  test('takes what everybody may do out of a policy and leaves the rest', async () => {
    using at = place();
    await ensureS3Buckets(at.endpoint);
    const Bucket = at.name;
    await at.client.send(new PutObjectCommand({ Bucket, Key: 'blobs/secret', Body: 'secret' }));
    const on = (Action: string[], Resource: string, more: object) => ({
      Effect: 'Allow',
      Principal: '*',
      Action,
      Resource,
      ...more,
    });
    const kept = on(['s3:DeleteObject'], `arn:aws:s3:::${Bucket}/*`, { Effect: 'Deny' });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        on(['s3:GetObject'], `arn:aws:s3:::${Bucket}/*`, {}),
        on(['s3:ListBucket'], `arn:aws:s3:::${Bucket}`, { Principal: { AWS: ['*'] } }),
        kept,
      ],
    });
    await at.client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect(await ask(`${Bucket}/blobs/secret`)).toBe(200);
    expect(await ask(`${Bucket}?list-type=2`)).toBe(200);

    const { fixed } = await ensureS3Buckets(at.endpoint);
    expect(fixed).toEqual([
      { en: expect.stringContaining('private now'), ko: expect.stringContaining('비공개로 바꿈') },
    ]);
    expect(await ask(`${Bucket}/blobs/secret`)).toBe(403);
    expect(await ask(`${Bucket}?list-type=2`)).toBe(403);
    const left = await at.client.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(left.Policy ?? '')).toMatchObject({ Statement: [{ Effect: 'Deny' }] });
  });

  test('removes a policy that lets strangers in by a condition', async () => {
    using at = place();
    await ensureS3Buckets(at.endpoint);
    const Bucket = at.name;
    await at.client.send(new PutObjectCommand({ Bucket, Key: 'blobs/secret', Body: 'secret' }));
    const statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject'],
      Resource: `arn:aws:s3:::${Bucket}/blobs/*`,
      Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await at.client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect(await ask(`${Bucket}/blobs/secret`)).toBe(200);
    expect((await ensureS3Buckets(at.endpoint)).fixed).toHaveLength(1);
    expect(await ask(`${Bucket}/blobs/secret`)).toBe(403);
  });

  test('removes uploads that nobody ended, but not those that may still be', async () => {
    using at = place();
    await ensureS3Buckets(at.endpoint);
    const Bucket = at.name;
    await at.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'deep/down/big' }));
    const left = async () =>
      (await at.client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0;
    await ensureS3Buckets(at.endpoint);
    expect(await left()).toBe(1);
    const { fixed } = await ensureOn(at.connection, new Date(Date.now() + 60_000));
    expect(fixed).toEqual([
      {
        en: `1 unfinished upload to "${Bucket}" (removed)`,
        ko: `"${Bucket}" 버킷의 끝나지 않은 업로드 1개(지움)`,
      },
    ]);
    expect(await left()).toBe(0);
  });

  /** The server behind one that answers some requests with "not implemented". */
  async function withoutCalls(lacks: (asked: IncomingMessage) => boolean) {
    const lesser = createServer((asked, answer) => {
      if (lacks(asked)) {
        asked.resume();
        answer.writeHead(501, { 'content-type': 'application/xml' });
        answer.end('<Error><Code>NotImplemented</Code><Message>no such thing</Message></Error>');
        return;
      }
      const { method, url: path, headers } = asked;
      const passed = request({ port: server.port, host: '127.0.0.1', method, path, headers }, (got) => {
        answer.writeHead(got.statusCode ?? 500, got.headers);
        got.pipe(answer);
      });
      asked.pipe(passed);
    });
    lesser.listen(0, '127.0.0.1');
    await once(lesser, 'listening');
    const address = lesser.address();
    if (address === null || typeof address === 'string') throw new Error('it has no port');
    return {
      url: `http://127.0.0.1:${address.port}`,
      [Symbol.asyncDispose]: async () => {
        lesser.closeAllConnections();
        lesser.close();
        await once(lesser, 'close');
      },
    };
  }

  test('says what a server has no call for, and goes on', async () => {
    await using lesser = await withoutCalls(({ url = '', headers }) => {
      const calls = ['versioning', 'policy', 'acl', 'uploads'];
      const { searchParams } = new URL(url, 'http://localhost');
      return calls.some((call) => searchParams.has(call)) || headers['if-none-match'] !== undefined;
    });
    using at = place();
    const endpoint = { ...at.endpoint, endpoint: lesser.url };
    const ensured = await ensureS3Buckets(endpoint);
    expect(ensured.made).toHaveLength(5);
    expect(ensured.unchecked).toHaveLength(8);
    expect(ensured.unchecked).toContainEqual({
      en: `versioning of "${at.name}"`,
      ko: `"${at.name}" 버킷의 버전 관리`,
    });

    await using folder = await temporaryFolder();
    await using store = await openS3Objects(endpoint, folder.folder);
    async function* each(...keys: string[]) {
      for (const key of keys) yield { key, body: Buffer.from(key) };
    }
    expect(await store.putMany('datasets', each('a', 'b'))).toEqual({ stored: 2, skipped: 0 });
    expect(await store.putMany('datasets', each('a', 'b', 'c'))).toEqual({ stored: 1, skipped: 2 });
  });

  test('a bucket that stays open to everybody is not worked with', async () => {
    using at = place();
    await ensureS3Buckets(at.endpoint);
    const Bucket = at.name;
    const statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:ListBucket'],
      Resource: `arn:aws:s3:::${Bucket}`,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await at.client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await using lesser = await withoutCalls(({ url = '' }) => /[?&](policy|acl)/.test(url));
    const ensuring = ensureS3Buckets({ ...at.endpoint, endpoint: lesser.url });
    await expect(ensuring).rejects.toMatchObject({ code: 'S3_BUCKET_PUBLIC' });
  });

  test('tells wrong credentials, an unreachable host and a foreign address apart, and names no credential', async () => {
    const endpoint = s3Endpoint(server);
    const secret = 'a-secret-that-is-wrong';
    const wrong: Record<string, S3Endpoint[]> = {
      S3_REFUSED_CREDENTIALS: [
        { ...endpoint, secretAccessKey: secret },
        { ...endpoint, accessKeyId: 'nobody-there', secretAccessKey: secret },
      ],
      S3_UNREACHABLE: [
        { ...endpoint, endpoint: 'http://127.0.0.1:1', secretAccessKey: secret },
        { ...endpoint, endpoint: 'http://no-such-host.invalid', secretAccessKey: secret },
      ],
      S3_TLS: [
        { ...endpoint, endpoint: endpoint.endpoint.replace('http:', 'https:'), secretAccessKey: secret },
      ],
      S3_ENDPOINT_INVALID: [
        { ...endpoint, endpoint: 'nonsense', secretAccessKey: secret },
        { ...endpoint, endpoint: `http://key:${secret}@127.0.0.1:1`, secretAccessKey: secret },
      ],
    };
    for (const [code, endpoints] of Object.entries(wrong)) {
      for (const one of endpoints) {
        for (const ask of [checkS3, ensureS3Buckets]) {
          const error = await errorOf(ask(one));
          expect(error).toMatchObject({ code });
          const everything = inspect(error, { depth: 10, showHidden: true });
          for (const credential of [secret, one.accessKeyId, server.password]) {
            if (credential !== 'admin') expect(everything).not.toContain(credential);
          }
        }
      }
    }
    await checkS3(endpoint);
  });

  test.skipIf(noTls !== null)('trusts a certificate only where it is told to', async () => {
    using certificates = makeCertificates();
    await using relay = await startTcpProxy(() => server.port, certificates);
    const endpoint = { ...s3Endpoint(server, 'tls-'), endpoint: `https://127.0.0.1:${relay.port}` };
    await expect(checkS3(endpoint)).rejects.toMatchObject({ code: 'S3_UNTRUSTED' });
    const trusted = { ...endpoint, tls: { ca: certificates.ca } };
    expect((await ensureS3Buckets(trusted)).made).toHaveLength(5);
    using connection = connectS3(trusted);
    // Large bodies take another way through the client.
    const Body = randomBytes(4 * 2 ** 20);
    await connection.client.send(new PutObjectCommand({ Bucket: 'tls-models', Key: 'large', Body }));
  });
});
