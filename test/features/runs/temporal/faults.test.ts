import { once } from 'node:events';
import { createSecureServer, createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { TemporalEndpoint } from '../../../../src/main/platform/endpoints.ts';
import { checkTemporal } from '../../../../src/main/stores/temporal/connection.ts';
import { inLanguage } from '../../../../src/shared/errors/catalogue.ts';
import { errorSentence, TrainyardError } from '../../../../src/shared/errors/error.ts';
import { startServer, withoutServer } from '../../../support/servers.ts';
import { makeCertificates, withoutOpenssl } from '../../../support/tls.ts';

const secret = 'a-key-that-nobody-may-read';
const base: TemporalEndpoint = { address: '127.0.0.1:1', namespace: 'trainyard', apiKey: secret, tls: null };

/** Listens where the test says, and answers every call with a gRPC status. */
async function answering(
  server: Http2Server,
  status: string,
): Promise<{ address: string } & AsyncDisposable> {
  server.on('stream', (stream) => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': 'no' },
      { endStream: true },
    );
  });
  // A client that does not trust us breaks off: that is what the test is about.
  server.on('sessionError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}

/** The sentence that a check ends with; fails where it holds the key, or is not known in Korean. */
async function sentenceOf(endpoint: TemporalEndpoint, code: string): Promise<string> {
  const fault = await checkTemporal(endpoint).then(
    () => null,
    (error: unknown) => error,
  );
  expect(fault).toMatchObject({ code, status: 503 });
  if (!(fault instanceof TrainyardError)) throw fault;
  const korean = inLanguage(fault.record, 'ko').message;
  expect(korean).toContain(endpoint.address);
  expect(korean).toMatch(/[가-힣]/);
  const sentence = errorSentence(fault);
  expect(sentence).toContain(endpoint.address);
  expect(sentence).not.toContain(secret);
  return sentence;
}

test('nobody there, and a refused key, are two different sentences', async () => {
  const absent = await sentenceOf(base, 'TEMPORAL_UNREACHABLE');
  const wrong = [];
  for (const status of ['16', '7']) {
    await using server = await answering(createServer(), status);
    wrong.push(await sentenceOf({ ...base, address: server.address }, 'TEMPORAL_REFUSED_CREDENTIALS'));
  }
  expect(wrong[0]).not.toBe(absent);
});

const opensslReason = withoutOpenssl();
if (opensslReason) console.info(`skipped: Temporal over TLS, because ${opensslReason}`);

test.skipIf(opensslReason)(
  'a certificate that nobody vouches for is not trusted; its authority makes it so',
  async () => {
    using certificates = makeCertificates();
    const { ca, cert, key } = certificates;
    await using server = await answering(createSecureServer({ cert, key }), '16');
    const { address } = server;
    const sentence = await sentenceOf({ ...base, address, tls: {} }, 'TEMPORAL_UNTRUSTED');
    expect(sentence).toContain('authority');
    // It is asked, and answers: the certificate is no obstacle any more.
    await sentenceOf({ ...base, address, tls: { ca } }, 'TEMPORAL_REFUSED_CREDENTIALS');
    await sentenceOf({ ...base, address, tls: { ca, serverName: 'elsewhere' } }, 'TEMPORAL_UNTRUSTED');
  },
);

const serverReason = withoutServer('temporal');
if (serverReason) console.info(`skipped: a Temporal without the namespace, because ${serverReason}`);

test.skipIf(serverReason)('a namespace that is not there is named', async () => {
  await using server = await startServer('temporal');
  const there = { ...base, address: server.url, apiKey: null, namespace: 'default' };
  await expect(checkTemporal(there)).resolves.toBeUndefined();
  const missing = { ...there, namespace: 'nowhere' };
  expect(await sentenceOf(missing, 'TEMPORAL_NAMESPACE_MISSING')).toContain('"nowhere"');
});
