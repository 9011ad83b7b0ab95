import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMongoDocuments } from '../../../src/main/stores/documents/mongo/document-store.ts';
import { ensureMongoCollections } from '../../../src/main/stores/documents/mongo/ensure.ts';
import { startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { logLine } from './examples.ts';

const reason = withoutServer('mongo');
if (reason) console.info(`skipped: killed while writing to MongoDB: ${reason}`);

const adapter = new URL('../../../src/main/stores/documents/mongo/', import.meta.url);
const failpoints = ['document-store.ts', 'ensure.ts'].flatMap((file) =>
  [...readFileSync(new URL(file, adapter), 'utf8').matchAll(/failpoint\('([^']+)'\)/g)].map(
    ([, name]) => name ?? '',
  ),
);

describe.skipIf(reason)('killed while writing to MongoDB', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('mongo');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test.each(failpoints)('at %s: done again, everything is there once', async (failpoint) => {
    const url = server.url.replace('/?', `/${failpoint.replaceAll('.', '_')}?`);
    const write = (environment: NodeJS.ProcessEnv) =>
      promisify(execFile)(
        process.execPath,
        [fileURLToPath(new URL('./mongo-writer.ts', import.meta.url)), 'text'],
        { env: { ...process.env, MONGO_URL: url, ...environment } },
      );
    await expect(write({ TRAINYARD_FAILPOINT: failpoint })).rejects.toMatchObject({ signal: 'SIGKILL' });
    await write({});
    expect(await ensureMongoCollections({ url, tls: null })).toEqual({ made: [], fixed: [], unchanged: 19 });
    await using store = await openMongoDocuments({ url, tls: null });
    const found = await store.find('audit_logs', {}, 10);
    expect(found.map(({ id, extra }) => [id, extra])).toEqual([
      ['inserted', 'text'],
      ['put', 'text'],
    ]);
    expect((await store.get('workflow_logs', 'log'))?.logs).toEqual(
      [0, 1, 2, 3].map((second) => logLine(second)),
    );
  });
});
