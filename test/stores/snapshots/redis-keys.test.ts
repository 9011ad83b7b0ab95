import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import { startServer, withoutServer } from '../../support/servers.ts';
import { fillStores, openOwnStores, restoreInto, snapshotOf } from './support.ts';

const missing = withoutServer('redis');
if (missing) console.info(`Snapshots of Redis are not tested: ${missing}.`);

/** Every key's value, in Redis's own form, and its end. */
async function keysOf(url: string): Promise<Record<string, unknown>> {
  const client = new Redis(url);
  try {
    const keys = (await client.keys('*')).sort();
    const found = keys.map(async (key) => [
      key,
      { value: (await client.dumpBuffer(key))?.toString('hex'), end: await client.pexpiretime(key) },
    ]);
    return Object.fromEntries(await Promise.all(found));
  } finally {
    client.disconnect();
  }
}

test.skipIf(missing)(
  'every key of Redis comes back with its value and its end, and stores without Redis are told what they do not get',
  async () => {
    await using from = await startServer('redis');
    await using to = await startServer('redis');
    await using source = await openOwnStores({ url: from.url, tls: null });
    await using target = await openOwnStores({ url: to.url, tls: null });
    await using without = await openOwnStores();
    await fillStores(source);
    const client = new Redis(from.url);
    await client.hset('hash', Buffer.from([0, 255, 10]), '값');
    await client.zadd('sorted', 1.5, 'a', 2, 'b');
    await client.xadd('stream', '*', 'field', 'value');
    for (let at = 0; at < 3000; at += 1) await client.set(`many:${at}`, String(at), 'PX', 3_600_000 + at);
    client.disconnect();
    const before = await keysOf(from.url);
    const { folder, manifest } = await snapshotOf(source);
    expect(manifest.keys?.count).toBe(Object.keys(before).length);
    expect(await verifySnapshot(folder, () => undefined)).toEqual([]);
    expect((await restoreInto(target, folder)).leftOut).toEqual([]);
    expect(await keysOf(to.url)).toEqual(before);
    const { leftOut } = await restoreInto(without, folder);
    expect(leftOut.map(({ en }) => en)).toEqual([
      expect.stringContaining(`${manifest.keys?.count} keys of Redis`),
    ]);
  },
  120_000,
);
