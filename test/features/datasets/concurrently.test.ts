import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forEachConcurrently, mapConcurrently } from '../../../src/shared/model/concurrently.ts';

/** Items with a note of whether the iterator was closed. */
function source(count: number) {
  const state = { taken: 0, isClosed: false };
  async function* items() {
    try {
      for (; state.taken < count; state.taken += 1) yield state.taken;
    } finally {
      state.isClosed = true;
    }
  }
  return { state, items: items() };
}

/** Work that ends in an order of its own and counts how much of it is under way. */
function work(delays: readonly number[], failAt: number | null) {
  const seen = { most: 0, now: 0, done: [] as number[] };
  const begin = async (item: number) => {
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    for (let turn = 0; turn < (delays[item % delays.length] ?? 0); turn += 1) await new Promise(setImmediate);
    seen.now -= 1;
    if (item === failAt) throw new Error(`item ${item}`);
    seen.done.push(item);
    return item * 2;
  };
  return { seen, begin };
}

const delays = fc.array(fc.nat(4), { minLength: 1, maxLength: 7 });

test('every item is worked on once, never more at a time than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 6 }), delays, async (count, limit, turns) => {
      const { seen, begin } = work(turns, null);
      await forEachConcurrently(source(count).items, limit, async (item) => void (await begin(item)));
      expect(seen.done.toSorted((one, other) => one - other)).toEqual(
        Array.from({ length: count }, (_, item) => item),
      );
      expect(seen.most).toBeLessThanOrEqual(limit);
    }),
  );
});

test('the first error comes out once all work under way has ended, and the iterator is closed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 6 }),
      delays,
      async (count, limit, turns) => {
        const failAt = Math.floor(count / 2);
        const { seen, begin } = work(turns, failAt);
        const { state, items } = source(count);
        const all = forEachConcurrently(items, limit, async (item) => void (await begin(item)));
        await expect(all).rejects.toThrow(`item ${failAt}`);
        expect(seen.now).toBe(0);
        expect(state.isClosed).toBe(true);
      },
    ),
  );
});

test('results come in the items’ order; whoever stops early leaves no work behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(30),
      fc.integer({ min: 1, max: 6 }),
      delays,
      fc.nat(30),
      async (count, limit, turns, stopAt) => {
        const { seen, begin } = work(turns, null);
        const { state, items } = source(count);
        const results: number[] = [];
        for await (const result of mapConcurrently(items, limit, begin)) {
          results.push(result);
          if (results.length > stopAt) break;
        }
        expect(results).toEqual(Array.from({ length: Math.min(count, stopAt + 1) }, (_, item) => item * 2));
        expect(seen.now).toBe(0);
        expect(seen.most).toBeLessThanOrEqual(limit);
        expect(state.isClosed || count === 0).toBe(true);
      },
    ),
  );
});
