import { createServer } from 'node:net';
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detailOf } from '../../../src/main/platform/progress.ts';
import type { StackEndpoints } from '../../../src/main/stack/addresses.ts';
import { createUsage } from '../../../src/main/stack/docker/usage.ts';
import { ensureSteps } from '../../../src/main/stack/ensure/steps.ts';
import { probes } from '../../../src/main/stack/probes/probes.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { type ServiceName, serviceNames } from '../../../src/shared/model/stack.ts';
import { docker, withoutServer } from '../../support/servers.ts';
import { type FiveServers, startFive } from '../support/five-servers.ts';

const reason = withoutServer(...serviceNames);
if (reason) console.info(`skipped: probes, ensure steps and usage (${reason})`);

/** Everything at one place that is no server of ours. */
function endpointsAt(port: number, password = 'wrong'): StackEndpoints {
  const at = `127.0.0.1:${port}`;
  return {
    postgres: { url: `postgres://admin:${password}@${at}/vision_platform`, tls: null },
    mongo: { url: `mongodb://admin:${password}@${at}/?authSource=admin`, tls: null },
    redis: { url: `redis://:${password}@${at}/0`, tls: null },
    s3: {
      endpoint: `http://${at}`,
      region: 'us-east-1',
      accessKeyId: 'admin',
      secretAccessKey: password,
      bucketPrefix: '',
      tls: null,
    },
    temporal: { address: at, namespace: 'trainyard', apiKey: null, tls: null },
  };
}

describe.skipIf(reason)('five real servers', () => {
  let five: FiveServers;
  beforeAll(async () => {
    five = await startFive();
  }, 120_000);
  afterAll(() => five?.[Symbol.asyncDispose]());

  test.each(serviceNames)('%s is asked with its credentials and says its version', async (name) => {
    const { version } = await probes[name](five.endpoints, AbortSignal.timeout(5000));
    expect(version).toMatch(name === 's3' ? /./ : /^\d+\.\d+/);
  });

  test.each(serviceNames.filter((name) => name !== 'temporal'))(
    '%s with a wrong password is not healthy',
    async (name) => {
      const wrong = endpointsAt(five.servers[name].port);
      await expect(probes[name](wrong, AbortSignal.timeout(5000))).rejects.toThrow();
    },
  );

  test('every step does what is missing, then finds nothing to do', async () => {
    const run = async () => {
      const seen = await Promise.all(
        ensureSteps.map(async ({ name, run }) => [name, detailOf(await run(five.endpoints))] as const),
      );
      const en: Record<string, string> = {};
      const ko: Record<string, string | undefined> = {};
      for (const [name, { detail, detailKo }] of seen) {
        en[name] = detail;
        ko[name] = detailKo;
      }
      return { en, ko };
    };
    const { en: first, ko: firstKorean } = await run();
    expect(first.migrations).toMatch(/^applied 0001/);
    expect(first['mongo-indexes']).toMatch(/^made /);
    expect(first['redis-settings']).toContain('fixed appendonly (was "no", is "yes")');
    expect(first.buckets).toMatch(/^made /);
    expect(first['temporal-namespace']).toBe('made trainyard, kept for 7 days');
    expect(firstKorean).toEqual({
      migrations: expect.stringMatching(/^적용: 0001/),
      'mongo-indexes': expect.stringMatching(/^만듦: /),
      'redis-settings': expect.stringMatching(/^고침: appendonly\("no" → "yes"\)/),
      buckets: expect.stringMatching(/^만듦: /),
      'temporal-namespace': '만듦: trainyard, 7일 보관',
    });
    const { en: second, ko: secondKorean } = await run();
    expect(second.migrations).toMatch(/^at \d{4}$/);
    expect(second['mongo-indexes']).toMatch(/as declared$/);
    expect(second['redis-settings']).toBe('appendonly yes, save 900 1 300 10');
    expect(second.buckets).toMatch(/^as configured/);
    expect(second['temporal-namespace']).toBe('trainyard, kept for 7 days');
    expect(secondKorean).toEqual({
      migrations: expect.stringMatching(/^리비전 \d{4}$/),
      'mongo-indexes': expect.stringMatching(/^선언과 같음: \d+개$/),
      // Names and values alone.
      'redis-settings': undefined,
      buckets: expect.stringMatching(/^설정대로임/),
      'temporal-namespace': 'trainyard, 7일 보관',
    });
  });

  test('a namespace with another retention is fixed', async () => {
    const { container } = five.servers.temporal;
    await docker([
      'exec',
      container,
      'temporal',
      'operator',
      'namespace',
      'create',
      '--retention',
      '72h',
      'short',
    ]);
    const temporal = { address: five.servers.temporal.url, namespace: 'short', apiKey: null, tls: null };
    const step = ensureSteps.find(({ name }) => name === 'temporal-namespace');
    expect(await step?.run({ ...five.endpoints, temporal })).toEqual({
      en: 'fixed short: kept for 7 days (was 3 days)',
      ko: '고침: short, 7일 보관(전에는 3일)',
    });
  });

  test('a bucket that keeps versions is fixed, and said once in each language', async () => {
    const step = ensureSteps.find(({ name }) => name === 'buckets');
    await step?.run(five.endpoints);
    using connection = connectS3(five.endpoints.s3);
    const Bucket = connection.nameOf('models');
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await connection.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    expect(await step?.run(five.endpoints)).toEqual({
      en: `fixed versioning of "${Bucket}" (suspended)`,
      ko: `고침: "${Bucket}" 버킷의 버전 관리(중단함)`,
    });
  });

  test('usage is what the containers use', async () => {
    const usage = createUsage(new Docker());
    const { container } = five.servers.redis;
    const ids = new Map<ServiceName, string>([['redis', container]]);
    const first = await usage(ids);
    await docker(['exec', '-d', container, 'timeout', '20', 'sh', '-c', 'while :; do :; done']);
    await expect
      .poll(async () => (await usage(ids)).services.find(({ name }) => name === 'redis')?.cpuPercent, {
        timeout: 20_000,
      })
      .toBeGreaterThan(15);
    const redis = first.services.find(({ name }) => name === 'redis');
    expect(redis?.memoryBytes).toBeGreaterThan(1_000_000);
    expect(first.services.find(({ name }) => name === 's3')).toEqual({
      name: 's3',
      cpuPercent: null,
      memoryBytes: null,
    });
  });
});

test.each(serviceNames)(
  'the probe of %s ends with the signal where a server accepts and says nothing',
  async (name) => {
    const sockets = new Set<{ destroy(): void }>();
    const silent = createServer((socket) => {
      sockets.add(socket);
      // Reads, so that it notices who hangs up, however rudely.
      socket.on('error', () => {}).resume();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const begun = performance.now();
    await expect(probes[name](endpointsAt(port), AbortSignal.timeout(300))).rejects.toThrow();
    expect(performance.now() - begun).toBeLessThan(3000);
    // It has hung up too.
    await expect
      .poll(
        () =>
          new Promise<number>((resolve, reject) =>
            silent.getConnections((error, count) => (error ? reject(error) : resolve(count))),
          ),
      )
      .toBe(0);
    for (const socket of sockets) socket.destroy();
    silent.close();
  },
);
