import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { DeleteBucketCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { openS3Objects } from '../../../src/main/stores/objects/s3/object-store.ts';
import { waitFor } from '../../support/engine.ts';
import { s3Endpoint, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { openRelay } from './s3-relay.ts';

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: outages of a real S3 server: ${reason}`);

const megabyte = 2 ** 20;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const filesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

describe.skipIf(reason !== null)('a real S3 server that is not always there', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('s3');
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** A store that reaches the server through a relay, with buckets and a cache of its own. */
  async function openPlace() {
    const relay = await openRelay(() => server.port);
    const cache = await mkdtemp(path.join(tmpdir(), 'trainyard-s3-'));
    const direct = s3Endpoint(server, `t${randomBytes(6).toString('hex')}-`);
    const endpoint = { ...direct, endpoint: `http://127.0.0.1:${relay.port}` };
    const store = await openS3Objects(endpoint, cache);
    await store.ensureBuckets();
    return {
      relay,
      cache,
      endpoint,
      store,
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]();
        await relay[Symbol.asyncDispose]();
        await rm(cache, { recursive: true, force: true });
      },
    };
  }

  const uploadsLeft = async (endpoint: Parameters<typeof connectS3>[0]) => {
    using connection = connectS3(endpoint);
    const Bucket = connection.nameOf('snapshots');
    const { Uploads = [] } = await connection.client.send(new ListMultipartUploadsCommand({ Bucket }));
    return Uploads.length;
  };

  async function* pieces(bytes: Uint8Array, end?: Error) {
    for (let at = 0; at < bytes.length; at += 700_001) yield bytes.subarray(at, at + 700_001);
    if (end) throw end;
  }

  test('a stream of unknown length arrives whole, in parts', async () => {
    await using at = await openPlace();
    const bytes = randomBytes(40 * megabyte);
    const info = await at.store.put('snapshots', 'large', Readable.from(pieces(bytes)));
    expect(info.size).toBe(bytes.length);
    const whole = await buffer(await at.store.get('snapshots', 'large'));
    expect(sha256(whole)).toBe(sha256(bytes));
    expect(await uploadsLeft(at.endpoint)).toBe(0);
  });

  test('a stream that breaks after some parts leaves nothing of them', async () => {
    await using at = await openPlace();
    const body = Readable.from(pieces(randomBytes(40 * megabyte), new Error('the line went dead')));
    await expect(at.store.put('snapshots', 'large', body)).rejects.toThrow('the line went dead');
    expect(await at.store.head('snapshots', 'large')).toBeNull();
    expect(await uploadsLeft(at.endpoint)).toBe(0);
  });

  test('a server that goes while a stream is put fails the put, and closes what it read from', async () => {
    await using at = await openPlace();
    let isClosed = false;
    async function* endless() {
      try {
        for (let count = 0; ; count += 1) {
          if (count === 20) at.relay.cut();
          yield randomBytes(megabyte);
        }
      } finally {
        isClosed = true;
      }
    }
    const put = at.store.put('snapshots', 'large', Readable.from(endless()));
    await expect(put).rejects.toMatchObject({ code: 'S3_UNREACHABLE', status: 503 });
    await waitFor('the source to be closed', async () => isClosed);
  });

  test('a read that is broken off goes on where it was, and with the same object or not at all', async () => {
    await using at = await openPlace();
    const bytes = randomBytes(8 * megabyte);
    await at.store.put('snapshots', 'large', bytes);
    for (const range of [undefined, { start: 1000, end: 7 * megabyte }]) {
      at.relay.cutAfter(3 * megabyte);
      const read = await buffer(await at.store.get('snapshots', 'large', range));
      expect(sha256(read)).toBe(sha256(range ? bytes.subarray(range.start, range.end + 1) : bytes));
    }
    // More than the sockets on the way hold.
    await at.store.put('snapshots', 'huge', randomBytes(48 * megabyte));
    const reading = await at.store.get('snapshots', 'huge');
    // Before the other object comes, too: a server may keep the place of one that is read.
    at.relay.breakOff();
    await at.store.put('snapshots', 'huge', randomBytes(8 * megabyte));
    await expect(buffer(reading)).rejects.toMatchObject({ code: 'S3_OBJECT_REPLACED' });
  });

  test('everything works again after a restart of the server, and says meanwhile that nobody answers', async () => {
    await using at = await openPlace();
    await at.store.put('models', 'kept', Buffer.from('kept'));
    const restarting = server.restart();
    let isOver = false;
    const codes = new Set<unknown>();
    const asking = (async () => {
      while (!isOver) await at.store.head('models', 'kept').catch((error) => codes.add(error.code));
    })();
    await restarting;
    isOver = true;
    await asking;
    expect([...codes].filter((code) => code !== 'S3_UNREACHABLE' && code !== 'S3_UNAVAILABLE')).toEqual([]);
    expect(codes.size).toBeGreaterThan(0);
    expect(await buffer(await at.store.get('models', 'kept'))).toEqual(Buffer.from('kept'));
    await at.store.put('models', 'new', Readable.from([Buffer.from('new')]));
  });

  test('a bucket that somebody removed is named, and comes back when the buckets are ensured', async () => {
    await using at = await openPlace();
    using connection = connectS3(at.endpoint);
    await connection.client.send(new DeleteBucketCommand({ Bucket: connection.nameOf('models') }));
    const put = at.store.put('models', 'some', Buffer.from('x'));
    await expect(put).rejects.toMatchObject({ code: 'S3_BUCKET_MISSING' });
    await expect(at.store.get('models', 'some')).rejects.toMatchObject({ code: 'S3_BUCKET_MISSING' });
    await at.store.ensureBuckets();
    await at.store.put('models', 'some', Buffer.from('x'));
  });

  const blobs = async (store: Awaited<ReturnType<typeof openPlace>>['store'], count: number) => {
    const bodies = Array.from({ length: count }, () => randomBytes(500));
    const objects = bodies.map((body) => ({
      key: `blobs/${sha256(body).slice(0, 2)}/${sha256(body)}`,
      body,
    }));
    async function* each() {
      yield* objects;
    }
    await store.putMany('datasets', each());
    return objects;
  };

  test('what was fetched once is not asked for again', async () => {
    await using at = await openPlace();
    const objects = await blobs(at.store, 50);
    const keys = objects.map(({ key }) => key);
    const folder = await at.store.materialize('datasets', keys);
    expect(await filesIn(at.cache)).toHaveLength(50);
    at.relay.cut();
    expect(await at.store.materialize('datasets', keys)).toBe(folder);
    for (const { key, body } of objects) expect(await readFile(path.join(folder, key))).toEqual(body);
    await expect(at.store.materialize('datasets', ['blobs/aa/other'])).rejects.toMatchObject({
      code: 'S3_UNREACHABLE',
    });
  });

  test('bytes that are not those of the key are not let into the cache', async () => {
    await using at = await openPlace();
    const key = `blobs/aa/${sha256(Buffer.from('the right ones'))}`;
    await at.store.put('datasets', key, Buffer.from('others'));
    await expect(at.store.materialize('datasets', [key])).rejects.toMatchObject({
      code: 'S3_OBJECT_DAMAGED',
    });
    expect(await filesIn(at.cache)).toEqual([]);
  });

  // The last but one: of those that are fetched at the same time none may be in its place yet.
  test.each(['s3.cache.before:19', 's3.cache.after:19'])(
    'killed at %s, the cache has whole files only, and the next fetch completes it',
    async (failpoint) => {
      await using at = await openPlace();
      const objects = await blobs(at.store, 20);
      const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-s3-kill-'));
      try {
        const fetch = async (environment: NodeJS.ProcessEnv) => {
          const program = path.join(import.meta.dirname, 's3-materializer.ts');
          const child = spawn(process.execPath, [program, folder, ...objects.map(({ key }) => key)], {
            env: { ...process.env, TEST_S3_ENDPOINT: JSON.stringify(at.endpoint), ...environment },
            stdio: 'inherit',
          });
          return (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
        };
        expect(await fetch({ TRAINYARD_FAILPOINT: failpoint })).toEqual([null, 'SIGKILL']);
        const there = () => filesIn(path.join(folder, 'datasets'));
        const early = await there();
        expect(early.length).toBeGreaterThan(0);
        for (const { name, parentPath } of early) {
          expect(sha256(await readFile(path.join(parentPath, name)))).toBe(name);
        }
        expect(await fetch({})).toEqual([0, null]);
        expect(await there()).toHaveLength(20);
        expect(await readdir(path.join(folder, '.incoming'), { recursive: true })).toHaveLength(1);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
