import type { Probe } from '../ports.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Logs in, pings (which is refused while the data is being loaded) and asks for the version. */
export const probeRedis: Probe = async ({ redis }, signal) => {
  if (!redis) throw new TypeError('these endpoints have no Redis');
  const [{ Redis }, { readAddress }] = await Promise.all([
    import('ioredis'),
    import('../../stores/redis/address.ts'),
  ]);
  const client = new Redis({
    ...readAddress(redis).options,
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The call that fails says it.
  client.on('error', () => {});
  try {
    const answer = async () => {
      await client.connect();
      await client.ping();
      return await client.info('server');
    };
    const information = await unlessAborted(answer(), signal);
    return /^redis_version:(\S+)/m.exec(information)?.[1] ?? '';
  } finally {
    client.disconnect();
  }
};
