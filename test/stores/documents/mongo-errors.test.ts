import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerEndpoint } from '../../../src/main/platform/endpoints.ts';
import { openMongoDocuments } from '../../../src/main/stores/documents/mongo/document-store.ts';
import { ensureMongoCollections } from '../../../src/main/stores/documents/mongo/ensure.ts';
import { inLanguage } from '../../../src/shared/errors/catalogue.ts';
import { errorSentence, TrainyardError } from '../../../src/shared/errors/error.ts';
import { docker, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { makeCertificates, withoutOpenssl } from '../../support/tls.ts';

const reason = withoutServer('mongo');
if (reason) console.info(`skipped: connecting to MongoDB: ${reason}`);

const secret = 'a-very-secret-word';

async function refusalOf(endpoint: ServerEndpoint): Promise<TrainyardError> {
  const error = await openMongoDocuments(endpoint).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TrainyardError)) throw new Error(`no refusal: ${String(error)}`);
  expect(errorSentence(error)).not.toContain(secret);
  expect(errorSentence(error)).not.toContain('%40');
  const korean = inLanguage(error.record, 'ko');
  expect(korean.message).toMatch(/[가-힣]/);
  expect(Object.values(korean).join()).not.toContain(secret);
  return error;
}

test('says of a URL that is none that it is none, without repeating it', async () => {
  for (const url of [
    `mongodb://admin:${secret}@/x`,
    `postgres://admin:${secret}@h/x`,
    `mongodb://a:${secret}%4@h:1/`,
  ]) {
    expect(await refusalOf({ url, tls: null })).toMatchObject({ code: 'MONGO_URL_INVALID' });
  }
});

test('says of a host where nobody answers which one it is', async () => {
  const url = `mongodb://admin:${secret}@127.0.0.1:9/?authSource=admin`;
  const unreachable = { code: 'MONGO_UNREACHABLE' };
  // Each waits as long as a server may take to answer: all at once.
  const [error, unresolved] = await Promise.all([
    refusalOf({ url, tls: null }),
    refusalOf({ url: `mongodb://admin:${secret}@nobody.invalid/`, tls: null }),
    expect(ensureMongoCollections({ url, tls: null })).rejects.toMatchObject(unreachable),
  ]);
  expect(error).toMatchObject(unreachable);
  expect(error.message).toContain('127.0.0.1:9');
  expect(unresolved).toMatchObject(unreachable);
});

describe.skipIf(reason)('with a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('mongo');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test('tells a wrong password, a missing one, and a certificate that nobody vouches for apart', async () => {
    const wrong = server.url.replace(server.password, secret);
    expect(await refusalOf({ url: wrong, tls: null })).toMatchObject({ code: 'MONGO_REFUSED_CREDENTIALS' });
    const none = `mongodb://127.0.0.1:${server.port}/`;
    expect(await refusalOf({ url: none, tls: null })).toMatchObject({ code: 'MONGO_REFUSED_CREDENTIALS' });
    // The server itself speaks no TLS.
    const plain = await refusalOf({ url: server.url, tls: {} });
    expect(plain).toMatchObject({ code: 'MONGO_UNREACHABLE' });
    expect(plain.message).toContain('TLS');
  });

  test.skipIf(withoutOpenssl())(
    'trusts the certificate that it is given, for the name that it carries, and no other',
    async () => {
      using here = makeCertificates();
      using elsewhere = makeCertificates();
      await using proxy = await startTcpProxy(() => server.port, here);
      const at = (password: string) =>
        `mongodb://admin:${password}@127.0.0.1:${proxy.port}/?authSource=admin`;
      const url = at(server.password);
      const untrusted = await Promise.all(
        [
          { url, tls: {} },
          { url: `${url}&tls=true`, tls: null },
          { url, tls: { ca: elsewhere.ca } },
          { url, tls: { ca: here.ca, serverName: 'mongo.example' } },
        ].map(refusalOf),
      );
      expect(untrusted.map(({ code }) => code)).toEqual(Array(4).fill('MONGO_UNTRUSTED'));
      expect(await refusalOf({ url: at(secret), tls: { ca: here.ca } })).toMatchObject({
        code: 'MONGO_REFUSED_CREDENTIALS',
      });
      for (const tls of [{ ca: here.ca }, { ca: here.ca, serverName: 'localhost' }]) {
        await using store = await openMongoDocuments({ url, tls });
        expect(await store.count('audit_logs')).toBe(0);
      }
    },
  );

  test('fails while the server is away, and works when it is back', async () => {
    await using store = await openMongoDocuments({ url: server.url, tls: null });
    await docker(['pause', server.container]);
    try {
      const other = await refusalOf({ url: server.url, tls: null });
      expect(other).toMatchObject({ code: 'MONGO_UNREACHABLE' });
    } finally {
      await docker(['unpause', server.container]);
    }
    expect(await store.count('audit_logs')).toBe(0);
  });
});
