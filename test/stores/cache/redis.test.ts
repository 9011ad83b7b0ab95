import { expect, test } from 'vitest';
import {
  rateLimitSlot,
  revokedTokenSlot,
  sessionSlot,
  workflowMetricsSlot,
  workflowStatusSlot,
  writeSlot,
} from '../../../src/main/stores/cache/keys.ts';
import { describeOnRedis } from '../redis/redis-server.ts';
import { cacheContract } from './contract.ts';

describeOnRedis('on a real Redis', ({ emptied, cli }) => {
  cacheContract('Redis', emptied, { sweepsItself: true });

  test('writes keys, lifetimes and values as the data model says, for whoever reads them there', async () => {
    await using opened = await emptied();
    const { cache } = opened;
    const now = new Date('2026-11-23T22:40:31Z');
    const id = '6f1c2f9e-8d51-4d5e-9d54-0b9f4b1c2a77';
    const session = { userId: id, email: 'a@example.org', expiresAt: '2026-11-30T22:40:31.000Z' };
    await writeSlot(cache, sessionSlot('s1'), session);
    const revoked = revokedTokenSlot('ab12', new Date(now.getTime() + 90_000), now);
    if (!revoked) throw new Error('the token is still to expire');
    await writeSlot(cache, revoked, '1');
    const status = { status: 'running' as const, progress: 40, currentEpoch: 2, metrics: { loss: 0.5 } };
    await writeSlot(cache, workflowStatusSlot(id), status);
    await writeSlot(cache, workflowMetricsSlot(id), { loss: 0.5, gpuUtilization: 93 });
    const limit = rateLimitSlot(id, '/api/v1/runs', now);
    for (const count of [1, 2, 3]) expect(await cache.increment(limit.key, 1, 60_000)).toBe(count);

    const seen = async (key: string) => {
      // Whole tens: some seconds may have gone by.
      return [await cli('get', key), 10 * Math.ceil(Number(await cli('ttl', key)) / 10)];
    };
    expect(await seen('session:s1')).toEqual([JSON.stringify(session), 7 * 24 * 3600]);
    expect(await seen('jwt:blacklist:ab12')).toEqual(['1', 90]);
    expect(await seen(`workflow:status:${id}`)).toEqual([JSON.stringify(status), 24 * 3600]);
    expect(await seen(`workflow:metrics:${id}`)).toEqual(['{"loss":0.5,"gpuUtilization":93}', 3600]);
    expect(await seen(`ratelimit:${id}:/api/v1/runs:29924560`)).toEqual(['3', 60]);
    expect(await cache.get('jwt:blacklist:ab12')).toBe('1');
    expect(await cache.get(limit.key)).toBe(3);
  });

  test('reads what others left there, whatever it is', async () => {
    await using opened = await emptied();
    const { cache } = opened;
    await cli('set', 'session:old', 'no json');
    expect(await cache.get('session:old')).toBe('no json');
    await cli('rpush', 'a-list', 'x');
    await expect(cache.get('a-list')).rejects.toMatchObject({ code: 'REDIS_REFUSED' });
    await expect(cache.increment('a-list', 1, 1000)).rejects.toMatchObject({ code: 'CACHE_NOT_A_COUNTER' });
    await expect(cache.set('jwt:blacklist:x', 1, 1000)).rejects.toMatchObject({
      code: 'CACHE_VALUE_INVALID',
    });
  });

  test('counts on after the server forgot its scripts', async () => {
    await using opened = await emptied();
    expect(await opened.cache.increment('count', 1, 60_000)).toBe(1);
    await cli('script', 'flush');
    expect(await opened.cache.increment('count', 1, 60_000)).toBe(2);
  });
});
