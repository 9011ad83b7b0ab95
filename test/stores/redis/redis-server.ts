import { afterAll, beforeAll, describe } from 'vitest';
import { openRedis, type RedisStores } from '../../../src/main/stores/redis/redis.ts';
import { redisCli } from '../../support/redis-cli.ts';
import { startServer, type TestServer, withoutServer } from '../../support/servers.ts';

const reason = withoutServer('redis');
if (reason) console.info(`skipped: tests on a real Redis, because ${reason}`);

/** Tests that share one real Redis, which goes with them; skipped where there can be none. */
export function describeOnRedis(name: string, tests: (redis: SharedRedis) => void): void {
  describe.skipIf(reason)(name, () => {
    let server: TestServer | undefined;
    beforeAll(async () => {
      server = await startServer('redis');
    }, 120_000);
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
    });
    const made = () => {
      if (!server) throw new Error('the server is started before the first test');
      return server;
    };
    tests({
      server: made,
      cli: (...args) => redisCli(made(), args),
      open: async (faults = []) => {
        return openRedis({ url: made().url, tls: null }, (error) => faults.push(error));
      },
      emptied: async (faults = []) => {
        await redisCli(made(), ['flushall']);
        return openRedis({ url: made().url, tls: null }, (error) => faults.push(error));
      },
    });
  });
}

interface SharedRedis {
  readonly server: () => TestServer;
  /** Runs redis-cli in the server's container; what it printed, without the last line break. */
  readonly cli: (...args: readonly string[]) => Promise<string>;
  readonly open: (faults?: unknown[]) => Promise<RedisStores>;
  /** Removes everything first. */
  readonly emptied: (faults?: unknown[]) => Promise<RedisStores>;
}
