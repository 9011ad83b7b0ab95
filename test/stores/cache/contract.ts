import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  rateLimitSlot,
  readSlot,
  revokedTokenSlot,
  sessionSlot,
  workflowMetricsSlot,
  workflowStatusSlot,
  writeSlot,
} from '../../../src/main/stores/cache/keys.ts';
import type { Cache } from '../../../src/main/stores/cache/ports.ts';
import { waitFor } from '../../support/engine.ts';
import { anyJson, anyString } from '../documents/any-json.ts';

/** A cache that is empty and goes when the test ends. */
export interface OpenedCache extends AsyncDisposable {
  readonly cache: Cache;
}

const gone = (cache: Cache, key: string) =>
  waitFor(`${key} to go`, async () => (await cache.get(key)) === undefined, 5000);

/** What every cache does. `differences.sweepsItself`: whether it frees the room of expired keys by itself, so that `sweep` answers 0 (Redis). */
export function cacheContract(
  name: string,
  open: () => Promise<OpenedCache>,
  differences: { readonly sweepsItself: boolean },
): void {
  describe(`cache: ${name}`, () => {
    test('gives back every JSON value as it was, until it is replaced or removed', async () => {
      await using opened = await open();
      const { cache } = opened;
      expect(await cache.get('absent')).toBeUndefined();
      expect(await cache.lifetime('absent')).toBeUndefined();
      await fc.assert(
        fc.asyncProperty(anyJson, anyString, async (value, text) => {
          await cache.set('key', { value, text }, null);
          expect(await cache.get('key')).toEqual({ value, text });
        }),
        { numRuns: 40, examples: [[null, '\0\ud800']] },
      );
      await cache.set('key', null, null);
      expect(await cache.get('key')).toBeNull();
      expect(await cache.lifetime('key')).toBeNull();
      await cache.remove('key');
      await cache.remove('key');
      expect(await cache.get('key')).toBeUndefined();
    });

    test('keeps a value for its lifetime, not longer, and no shorter', async () => {
      await using opened = await open();
      const { cache } = opened;
      const began = performance.now();
      await cache.set('short', 1, 300);
      const left = await cache.lifetime('short');
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(300);
      await gone(cache, 'short');
      // Clocks of two processes are compared: one millisecond is theirs.
      expect(performance.now() - began).toBeGreaterThanOrEqual(299);
      expect(await cache.lifetime('short')).toBeUndefined();
      await cache.set('kept', 1, 1);
      await cache.set('kept', 2, null);
      expect(await cache.lifetime('kept')).toBeNull();
      expect(await cache.get('kept')).toBe(2);
    });

    test('lets one of many set what is absent, and the next one when it has expired', async () => {
      await using opened = await open();
      const { cache } = opened;
      const rivals = Array.from({ length: 20 }, (_, rival) => rival);
      const won = await Promise.all(rivals.map((rival) => cache.setIfAbsent('lock', rival, 60_000)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await cache.get('lock')).toBe(won.indexOf(true));
      expect(await cache.setIfAbsent('lock', 'late', 60_000)).toBe(false);
      await cache.set('lock', 'brief', 100);
      await gone(cache, 'lock');
      expect(await cache.setIfAbsent('lock', 'next', null)).toBe(true);
      expect(await cache.get('lock')).toBe('next');
    });

    test('counts every increment once, and begins anew when the counter has expired', async () => {
      await using opened = await open();
      const { cache } = opened;
      const values = await Promise.all(Array.from({ length: 30 }, () => cache.increment('count', 2, 60_000)));
      expect(values.sort((left, right) => left - right)).toEqual(
        Array.from({ length: 30 }, (_, index) => 2 * (index + 1)),
      );
      expect(await cache.increment('count', -60, 60_000)).toBe(0);
      expect(await cache.increment('brief', 5, 150)).toBe(5);
      // The first increment's lifetime stays.
      expect(await cache.increment('brief', 5, 60_000)).toBe(10);
      await gone(cache, 'brief');
      expect(await cache.increment('brief', 1, 60_000)).toBe(1);
    });

    test('refuses to count up what is no counter', async () => {
      await using opened = await open();
      const { cache } = opened;
      for (const value of ['a', { a: 1 }, 0.5, null]) {
        await cache.set('key', value, null);
        await expect(cache.increment('key', 1, 1000)).rejects.toMatchObject({ code: 'CACHE_NOT_A_COUNTER' });
        expect(await cache.get('key')).toEqual(value);
      }
      await expect(cache.increment('other', 0.5, 1000)).rejects.toMatchObject({
        code: 'CACHE_NOT_A_COUNTER',
      });
    });

    test.each(['', 'a b', 'naïve', 'line\nbreak', 'x'.repeat(513)])('refuses the key %j', async (key) => {
      await using opened = await open();
      const { cache } = opened;
      const refusal = { code: 'CACHE_KEY_INVALID' };
      await expect(cache.get(key)).rejects.toMatchObject(refusal);
      await expect(cache.set(key, 1, null)).rejects.toMatchObject(refusal);
      await expect(cache.increment(key, 1, 1)).rejects.toMatchObject(refusal);
      await expect(cache.remove(key)).rejects.toMatchObject(refusal);
    });

    test('refuses lifetimes and values that are none', async () => {
      await using opened = await open();
      const { cache } = opened;
      for (const lifetime of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e15]) {
        await expect(cache.set('key', 1, lifetime)).rejects.toMatchObject({ code: 'CACHE_LIFETIME_INVALID' });
      }
      for (const value of [undefined, Number.NaN, new Date(), [1n]]) {
        await expect(cache.set('key', value, null)).rejects.toMatchObject({ code: 'CACHE_VALUE_INVALID' });
      }
      expect(await cache.get('key')).toBeUndefined();
    });

    test('frees the room of expired keys, and of those alone', async () => {
      await using opened = await open();
      const { cache } = opened;
      await cache.set('kept', 1, null);
      await cache.set('long', 1, 60_000);
      await cache.set('short', 1, 1);
      await cache.set('brief', 1, 1);
      await gone(cache, 'short');
      await gone(cache, 'brief');
      expect(await cache.sweep()).toBe(differences.sweepsItself ? 0 : 2);
      expect(await cache.sweep()).toBe(0);
      expect([await cache.get('kept'), await cache.get('long')]).toEqual([1, 1]);
    });

    test("holds the data model's values under its keys, for its lifetimes", async () => {
      await using opened = await open();
      const { cache } = opened;
      const id = '6f1c2f9e-8d51-4d5e-9d54-0b9f4b1c2a77';
      const now = new Date('2026-11-23T22:40:31Z');
      const status = {
        status: 'running' as const,
        progress: 40,
        currentEpoch: 2,
        metrics: { loss: 'NaN', accuracy: 0.8 },
      };
      await writeSlot(cache, workflowStatusSlot(id), status);
      expect(await readSlot(cache, workflowStatusSlot(id))).toEqual(status);
      expect(await cache.get(`workflow:status:${id}`)).toEqual(status);
      expect(await readSlot(cache, workflowMetricsSlot(id))).toBeUndefined();
      await cache.set(`workflow:status:${id}`, { of: 'an older version' }, null);
      expect(await readSlot(cache, workflowStatusSlot(id))).toBeUndefined();

      const day = 24 * 60 * 60 * 1000;
      const soon = new Date(now.getTime() + 5000);
      const slots = [
        sessionSlot(id),
        revokedTokenSlot('ab12', soon, now),
        workflowStatusSlot(id),
        workflowMetricsSlot(id),
        rateLimitSlot(id, 'GET:/api/v1/runs ü', now),
      ];
      expect(slots.map((slot) => [slot?.key, slot?.lifetimeMs])).toEqual([
        [`session:${id}`, 7 * day],
        ['jwt:blacklist:ab12', 5000],
        [`workflow:status:${id}`, day],
        [`workflow:metrics:${id}`, day / 24],
        [`ratelimit:${id}:GET%3A/api/v1/runs%20%C3%BC:29924560`, 60_000],
      ]);
      expect(revokedTokenSlot('ab12', now, now)).toBeNull();
      for (const slot of slots) if (slot) await cache.set(slot.key, '1', slot.lifetimeMs);
    });
  });
}
