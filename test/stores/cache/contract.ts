import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cache } from '../../../src/main/stores/cache/ports.ts';
import {
  cacheRunMetrics,
  cacheRunState,
  runMetricsKey,
  runStateKey,
} from '../../../src/main/stores/cache/run-state.ts';
import { waitFor } from '../../support/engine.ts';
import { anyJson, anyString } from '../documents/any-json.ts';

const dayMs = 24 * 60 * 60 * 1000;

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
    test('gives back every JSON value as it was, until it is replaced', async () => {
      await using opened = await open();
      const { cache } = opened;
      expect(await cache.get('absent')).toBeUndefined();
      await fc.assert(
        fc.asyncProperty(anyJson, anyString, async (value, text) => {
          await cache.set('key', { value, text }, dayMs);
          expect(await cache.get('key')).toEqual({ value, text });
        }),
        { numRuns: 40, examples: [[null, '\0\ud800']] },
      );
      await cache.set('key', null, dayMs);
      expect(await cache.get('key')).toBeNull();
    });

    test('keeps a value for its lifetime, not longer, and no shorter', async () => {
      await using opened = await open();
      const { cache } = opened;
      const began = performance.now();
      await cache.set('short', 1, 300);
      await gone(cache, 'short');
      // Clocks of two processes are compared: one millisecond is theirs.
      expect(performance.now() - began).toBeGreaterThanOrEqual(299);
      await cache.set('kept', 1, 1);
      await cache.set('kept', 2, dayMs);
      expect(await cache.get('kept')).toBe(2);
    });

    test.each(['', 'a b', 'naïve', 'line\nbreak', 'x'.repeat(513)])('refuses the key %j', async (key) => {
      await using opened = await open();
      const { cache } = opened;
      const refusal = { code: 'CACHE_KEY_INVALID' };
      await expect(cache.get(key)).rejects.toMatchObject(refusal);
      await expect(cache.set(key, 1, dayMs)).rejects.toMatchObject(refusal);
    });

    test('refuses lifetimes and values that are none', async () => {
      await using opened = await open();
      const { cache } = opened;
      for (const lifetime of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e15]) {
        await expect(cache.set('key', 1, lifetime)).rejects.toMatchObject({ code: 'CACHE_LIFETIME_INVALID' });
      }
      for (const value of [undefined, Number.NaN, new Date(), [1n]]) {
        await expect(cache.set('key', value, dayMs)).rejects.toMatchObject({ code: 'CACHE_VALUE_INVALID' });
      }
      expect(await cache.get('key')).toBeUndefined();
    });

    test('frees the room of expired keys, and of those alone', async () => {
      await using opened = await open();
      const { cache } = opened;
      await cache.set('kept', 1, dayMs);
      await cache.set('long', 1, 60_000);
      await cache.set('short', 1, 1);
      await cache.set('brief', 1, 1);
      await gone(cache, 'short');
      await gone(cache, 'brief');
      expect(await cache.sweep()).toBe(differences.sweepsItself ? 0 : 2);
      expect(await cache.sweep()).toBe(0);
      expect([await cache.get('kept'), await cache.get('long')]).toEqual([1, 1]);
    });

    test("holds a run's state and latest values under the data model's keys", async () => {
      await using opened = await open();
      const { cache } = opened;
      const id = '6f1c2f9e-8d51-4d5e-9d54-0b9f4b1c2a77';
      const metrics = { loss: 'NaN', accuracy: 0.8 };
      const state = { status: 'running' as const, progress: 40, currentEpoch: 2, metrics };
      await cacheRunState(cache, id, state);
      await cacheRunMetrics(cache, id, metrics);
      expect(await cache.get(runStateKey(id))).toEqual(state);
      expect(await cache.get(runMetricsKey(id))).toEqual(metrics);
    });
  });
}
