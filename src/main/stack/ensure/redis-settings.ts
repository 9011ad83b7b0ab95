import { fault } from '../../../shared/errors/catalogue.ts';
import type { ServerEndpoint } from '../../platform/endpoints.ts';
import type { StepDetail } from '../../platform/progress.ts';
import { redisClient } from '../probes/redis-client.ts';

/** What keeps Redis's data over a restart and a crash. */
const wanted: Readonly<Record<string, string>> = { appendonly: 'yes', save: '900 1 300 10' };

/** Persistence, verified by asking the server for what it works with. */
export async function ensureRedisSettings(redis: ServerEndpoint): Promise<StepDetail> {
  const [{ client, place }, { asRedisError }] = await Promise.all([
    redisClient(redis),
    import('../../stores/redis/errors.ts'),
  ]);
  const read = async (name: string) => {
    const answer = await client.config('GET', name);
    return Array.isArray(answer) ? String(answer[1] ?? '') : '';
  };
  const fixed: (readonly [name: string, was: string, is: string])[] = [];
  try {
    await client.connect();
    for (const [name, value] of Object.entries(wanted)) {
      const found = await read(name);
      if (found === value) continue;
      await client.config('SET', name, value);
      const now = await read(name);
      if (now !== value)
        throw fault('REDIS_SETTINGS_REFUSED', { place, found: now, setting: name, wanted: value });
      fixed.push([name, JSON.stringify(found), JSON.stringify(value)]);
    }
  } catch (error) {
    throw asRedisError(error, place);
  } finally {
    client.disconnect();
  }
  if (fixed.length > 0)
    return {
      en: `fixed ${fixed.map(([name, was, is]) => `${name} (was ${was}, is ${is})`).join(', ')}`,
      ko: `고침: ${fixed.map(([name, was, is]) => `${name} (${was}에서 ${is})`).join(', ')}`,
    };
  return Object.entries(wanted)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
