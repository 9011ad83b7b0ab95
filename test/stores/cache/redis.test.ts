import { expect, test } from 'vitest';
import { cacheRunMetrics, cacheRunState } from '../../../src/main/stores/cache/run-state.ts';
import { describeOnRedis } from '../redis/redis-server.ts';
import { cacheContract } from './contract.ts';

describeOnRedis('on a real Redis', ({ emptied, cli }) => {
  cacheContract('Redis', emptied, { sweepsItself: true });

  test('writes keys, lifetimes and values as the data model says, for whoever reads them there', async () => {
    await using opened = await emptied();
    const { cache } = opened;
    const id = '6f1c2f9e-8d51-4d5e-9d54-0b9f4b1c2a77';
    const status = { status: 'running' as const, progress: 40, currentEpoch: 2, metrics: { loss: 0.5 } };
    await cacheRunState(cache, id, status);
    await cacheRunMetrics(cache, id, { loss: 0.5, gpuUtilization: 93 });

    const seen = async (key: string) => {
      // Whole tens: some seconds may have gone by.
      return [await cli('get', key), 10 * Math.ceil(Number(await cli('ttl', key)) / 10)];
    };
    expect(await seen(`workflow:status:${id}`)).toEqual([JSON.stringify(status), 24 * 3600]);
    expect(await seen(`workflow:metrics:${id}`)).toEqual(['{"loss":0.5,"gpuUtilization":93}', 3600]);
  });

  test('reads what others left there, whatever it is', async () => {
    await using opened = await emptied();
    const { cache } = opened;
    await cli('set', 'session:old', 'no json');
    expect(await cache.get('session:old')).toBe('no json');
    await cli('rpush', 'a-list', 'x');
    await expect(cache.get('a-list')).rejects.toMatchObject({ code: 'REDIS_REFUSED' });
  });
});
