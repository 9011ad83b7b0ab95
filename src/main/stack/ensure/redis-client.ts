import type { Redis } from 'ioredis';
import type { ServerEndpoint } from '../../platform/endpoints.ts';

/** A client that connects once, on `connect()`, and retries nothing; and the server's address without credentials. */
export async function redisClient(
  redis: ServerEndpoint,
): Promise<{ readonly client: Redis; readonly place: string }> {
  const [{ Redis }, { readAddress }] = await Promise.all([
    import('ioredis'),
    import('../../stores/redis/address.ts'),
  ]);
  const { options, place } = readAddress(redis);
  const client = new Redis({
    ...options,
    protocol: 2,
    lazyConnect: true,
    connectTimeout: 5000,
    commandTimeout: 10_000,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The call that fails says it.
  client.on('error', () => {});
  return { client, place };
}
