import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { ServerEndpoint } from '../../../src/main/platform/endpoints.ts';
import { defaultQueue } from '../../../src/main/stores/queue/ports.ts';
import { openRedis } from '../../../src/main/stores/redis/redis.ts';
import { inLanguage } from '../../../src/shared/errors/catalogue.ts';
import { TrainyardError } from '../../../src/shared/errors/error.ts';
import { waitFor } from '../../support/engine.ts';
import { docker, startServer } from '../../support/servers.ts';
import { makeCertificate, startTcpProxy } from '../../support/tcp-proxy.ts';
import { withoutOpenssl } from '../../support/tls.ts';
import { describeOnRedis } from './redis-server.ts';

const secret = 'a-very-secret-word';

async function refusalOf(endpoint: ServerEndpoint): Promise<TrainyardError> {
  const reports: unknown[] = [];
  const error = await openRedis(endpoint, (report) => reports.push(report)).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TrainyardError)) throw new Error(`no refusal: ${String(error)}`);
  expect(inspect([error, error.cause, reports], { depth: 10 })).not.toContain(secret);
  const korean = inLanguage(error.record, 'ko');
  expect(korean.message).toMatch(/[가-힣]/);
  expect(Object.values(korean).join()).not.toContain(secret);
  return error;
}

test('says of a URL that is none that it is none, without repeating it', async () => {
  for (const url of [
    `mongodb://a:${secret}@h/`,
    `redis://:${secret}@h/${secret}`,
    `redis://:${secret}@/0`,
    `redis://:${secret}%4@h:1/0`,
    secret,
  ]) {
    expect(await refusalOf({ url, tls: null })).toMatchObject({ code: 'REDIS_URL_INVALID' });
  }
});

test('says of a host where nobody answers which one it is, soon', async () => {
  const began = performance.now();
  const refused = await refusalOf({ url: `redis://:${secret}@127.0.0.1:9/0`, tls: null });
  expect(refused).toMatchObject({ code: 'REDIS_UNREACHABLE', status: 503 });
  expect(refused.message).toContain('127.0.0.1:9');
  expect(await refusalOf({ url: `redis://:${secret}@nobody.invalid/0`, tls: null })).toMatchObject({
    code: 'REDIS_UNREACHABLE',
  });
  expect(performance.now() - began).toBeLessThan(12_000);
});

describeOnRedis('on a real Redis', ({ server, cli }) => {
  test('says that the password is wrong, or missing, or the user may not', async () => {
    const { port, password } = server();
    const began = performance.now();
    const refusal = { code: 'REDIS_REFUSED_CREDENTIALS' };
    for (const user of [`:${secret}@`, `somebody:${secret}@`, '']) {
      const url = `redis://${user}127.0.0.1:${port}/0`;
      expect(await refusalOf({ url, tls: null })).toMatchObject(refusal);
    }
    expect(performance.now() - began).toBeLessThan(3000);
    await cli(
      'acl',
      'setuser',
      'reader',
      'on',
      `>${password}`,
      '~*',
      '&*',
      '+@read',
      '+@connection',
      '+info',
    );
    await using reader = await openRedis(
      { url: `redis://reader:${password}@127.0.0.1:${port}/0`, tls: null },
      () => {},
    );
    expect(await reader.cache.get('absent')).toBeUndefined();
    await expect(reader.cache.set('key', 1, 60_000)).rejects.toMatchObject(refusal);
  });

  describe.skipIf(withoutOpenssl())('over TLS', () => {
    test('trusts the certificates that it is told to, for their names alone', async () => {
      const certificate = makeCertificate('IP:127.0.0.1', 'DNS:redis.example');
      await using proxy = await startTcpProxy(() => server().port, certificate);
      const url = `rediss://:${server().password}@127.0.0.1:${proxy.port}/0`;
      const { cert: ca } = certificate;
      for (const tls of [{ ca }, { ca, serverName: 'redis.example' }]) {
        await using opened = await openRedis({ url, tls }, () => {});
        await opened.cache.set('over-tls', 1, 60_000);
        expect(await opened.cache.get('over-tls')).toBe(1);
      }
      const untrusted = { code: 'REDIS_UNTRUSTED' };
      expect(await refusalOf({ url, tls: null })).toMatchObject(untrusted);
      expect(await refusalOf({ url, tls: { ca, serverName: 'another.example' } })).toMatchObject(untrusted);
      // A server without TLS.
      const plain = `rediss://:${secret}@127.0.0.1:${server().port}/0`;
      expect(await refusalOf({ url: plain, tls: null })).toMatchObject({
        code: expect.stringMatching(/^REDIS_UN/),
      });
    });
  });

  test('goes on after the server restarts: subscriptions, waits and calls', async () => {
    await using restarted = await startServer('redis');
    await using proxy = await startTcpProxy(() => restarted.port);
    const endpoint = { url: `redis://:${restarted.password}@127.0.0.1:${proxy.port}/0`, tls: null };
    const reports: unknown[] = [];
    await using opened = await openRedis(endpoint, (report) => reports.push(report));
    const { cache, pubSub, queue } = opened;
    const heard: unknown[] = [];
    await using _subscription = await pubSub.subscribe('news', (message) => heard.push(message));
    let isAwake = false;
    const waiting = queue.wait(defaultQueue, 60_000).then(() => {
      isAwake = true;
    });
    const restarting = restarted.restart();
    await waitFor('the outage to be reported', async () => reports.length > 0, 20_000);
    await restarting;
    await waitFor('the cache to answer again', () =>
      cache.set('key', 'after', 60_000).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'REDIS_UNREACHABLE' });
          return false;
        },
      ),
    );
    expect(await cache.get('key')).toBe('after');
    await using far = await openRedis(endpoint, () => {});
    await waitFor('a message from the other end', async () => {
      await far.pubSub.publish('news', 'far');
      return heard.includes('far');
    });
    await pubSub.publish('news', 'own');
    expect(heard.filter((message) => message === 'own')).toHaveLength(1);
    expect(isAwake).toBe(false);
    await far.queue.send(defaultQueue, { id: 'job', body: { task: 'job', args: [], kwargs: {} } });
    await waiting;
    expect(await queue.receive(defaultQueue, 1000)).toMatchObject({ id: 'job' });
    expect(reports).toMatchObject([{ code: 'REDIS_UNREACHABLE' }]);
  });

  test('waits for no answer longer than a moment, and goes on when there is one', async () => {
    await using slow = await startServer('redis');
    await using opened = await openRedis({ url: slow.url, tls: null }, () => {});
    const { cache } = opened;
    await docker(['pause', slow.container]);
    const began = performance.now();
    const calls = await Promise.allSettled([
      cache.get('a'),
      cache.set('b', 1, 60_000),
      opened.queue.receive(defaultQueue, 1000),
      opened.pubSub.publish('news', 1),
      opened.pubSub.subscribe('news', () => {}),
    ]);
    for (const call of calls) expect(call).toMatchObject({ reason: { code: 'REDIS_UNREACHABLE' } });
    expect(performance.now() - began).toBeLessThan(15_000);
    // By now it is known that nobody answers.
    await expect(cache.get('a')).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    await docker(['unpause', slow.container]);
    await waitFor('the cache to answer again', () =>
      cache.get('a').then(
        () => true,
        () => false,
      ),
    );
  });
});
