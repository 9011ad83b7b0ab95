import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openS3Objects } from '../../../src/main/stores/objects/s3/object-store.ts';
import { s3Endpoint, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { objectStoreContract } from './contract.ts';

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: the S3 adapter on a real server: ${reason}`);

describe.skipIf(reason !== null)('on a real server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('s3');
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** Buckets of its own, by their prefix: the server goes with the file's tests. */
  async function openStore() {
    const cache = await mkdtemp(path.join(tmpdir(), 'trainyard-s3-'));
    const prefix = `t${randomBytes(6).toString('hex')}-`;
    const store = await openS3Objects(s3Endpoint(server, prefix), cache);
    await store.ensureBuckets();
    return {
      store,
      cache,
      prefix,
      async [Symbol.asyncDispose]() {
        await store[Symbol.asyncDispose]();
        await rm(cache, { recursive: true, force: true });
      },
    };
  }

  objectStoreContract('S3', openStore, { nestedKeys: true });
});
