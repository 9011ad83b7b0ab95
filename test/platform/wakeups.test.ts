import { expect, test } from 'vitest';
import { Wakeups } from '../../src/main/platform/wakeups.ts';

const never = 1_000_000_000;

test('all who wait are woken at once, and who waits afterwards is not', async () => {
  const wakeups = new Wakeups();
  const both = Promise.all([wakeups.wait(never), wakeups.wait(never)]);
  wakeups.wake();
  await both;
  const later = wakeups.wait(never).then(() => 'woken');
  await expect(Promise.race([later, wakeups.wait(5).then(() => 'late')])).resolves.toBe('late');
  wakeups.wake();
  await expect(later).resolves.toBe('woken');
});

test('a wait ends with its signal, and at once where that was aborted before', async () => {
  const wakeups = new Wakeups();
  const left = new AbortController();
  const waiting = wakeups.wait(never, left.signal);
  left.abort();
  await waiting;
  await expect(wakeups.wait(never, left.signal)).resolves.toBeUndefined();
});
