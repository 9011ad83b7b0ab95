import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BackOff, inTurns, pause, retry, until } from '../../src/main/platform/waiting.ts';

const never = 1_000_000_000;

test('each pause of a back-off is at least half of what doubling gives, never more, and short again after a success', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 1000 }),
      fc.integer({ min: 1000, max: 60_000 }),
      fc.integer({ min: 1, max: 30 }),
      (firstMs, longestMs, count) => {
        const backOff = new BackOff(firstMs, longestMs);
        for (let index = 0; index < count; index += 1) {
          const most = Math.min(firstMs * 2 ** index, longestMs);
          const ms = backOff.next();
          expect(ms).toBeGreaterThanOrEqual(Math.floor(most / 2));
          expect(ms).toBeLessThanOrEqual(most);
        }
        backOff.reset();
        expect(backOff.next()).toBeLessThanOrEqual(firstMs);
      },
    ),
  );
});

test('a pause ends with its signal, and never begins after it', async () => {
  const stop = new AbortController();
  const paused = pause(never, stop.signal);
  stop.abort();
  await paused;
  await expect(pause(never, stop.signal)).resolves.toBeUndefined();
});

test('what fails in a passing way is tried until it succeeds, and each failure is told', async () => {
  const told: unknown[] = [];
  let count = 0;
  const attempt = async () => {
    count += 1;
    if (count < 4) throw new Error(`away ${count}`);
    return 'done';
  };
  const isPassing = (error: unknown) => error instanceof Error && error.message.startsWith('away');
  const onRetry = (error: unknown) => told.push(String(error));
  await expect(retry(attempt, { firstMs: 1, isPassing, onRetry })).resolves.toBe('done');
  expect(told).toEqual(['Error: away 1', 'Error: away 2', 'Error: away 3']);
});

test('what fails for good is tried once, and what fails for too long is thrown as it failed last', async () => {
  let count = 0;
  const attempt = () => {
    count += 1;
    throw new Error(`failure ${count}`);
  };
  await expect(retry(attempt, { firstMs: 1, isPassing: () => false })).rejects.toThrow('failure 1');
  expect(count).toBe(1);
  const slowly = retry(attempt, { firstMs: 1, longestMs: 5, timeoutMs: 20, isPassing: () => true });
  await expect(slowly).rejects.toThrow(/^failure \d+$/);
  expect(count).toBeGreaterThan(2);
});

test('a signal ends the pause between two attempts, and no further one is made', async () => {
  const stop = new AbortController();
  let count = 0;
  const attempt = () => {
    count += 1;
    throw new Error('away');
  };
  const onRetry = () => stop.abort(new Error('stopped'));
  const retrying = retry(attempt, { firstMs: never, signal: stop.signal, isPassing: () => true, onRetry });
  await expect(retrying).rejects.toThrow('stopped');
  expect(count).toBe(1);
});

test('a look is repeated until its answer is there, and the last one is answered when the time is over', async () => {
  let looks = 0;
  const look = () => {
    looks += 1;
    return looks === 3 ? 'there' : null;
  };
  expect(await until(look, { firstMs: 1, longestMs: 4 })).toBe('there');
  expect(await until(() => false, { firstMs: 1, timeoutMs: 10 })).toBe(false);
});

test('work in turns begins in the order of the calls, no more at once than allowed, and goes on after a failure', async () => {
  const turns = inTurns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  let atWork = 0;
  let most = 0;
  const works = [0, 1, 2, 3, 4].map((index) =>
    turns(async () => {
      begun.push(index);
      atWork += 1;
      most = Math.max(most, atWork);
      await new Promise<void>((resolve) => ends.push(resolve));
      atWork -= 1;
      if (index === 0) throw new Error('failed');
      return index;
    }),
  );
  const results = Promise.allSettled(works);
  while (begun.length < works.length || atWork > 0) {
    ends.shift()?.();
    await pause(1);
  }
  expect((await results).map(({ status }) => status)).toEqual(['rejected', ...Array(4).fill('fulfilled')]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
});
