import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultQueue } from '../../../src/main/stores/queue/ports.ts';
import { describeOnRedis } from '../redis/redis-server.ts';
import { queueContract, task } from './contract.ts';

const minute = 60_000;

describeOnRedis('on a real Redis', ({ emptied, open, cli }) => {
  /** As PostgreSQL's is counted: what our receivers have is not in the list. */
  const count = async (queue: string) =>
    Number(await cli('llen', queue)) + Number(await cli('hlen', `trainyard:queue:held:${queue}`));
  const both = async () => {
    const [first, second] = [await emptied(), await open()];
    return {
      queue: first.queue,
      other: second.queue,
      count,
      [Symbol.asyncDispose]: async () => {
        await first[Symbol.asyncDispose]();
        await second[Symbol.asyncDispose]();
      },
    };
  };
  queueContract('Redis', both);

  test('keeps tasks in Celery’s message protocol, the newest at the left', async () => {
    await using opened = await emptied();
    const { queue } = opened;
    await queue.send(defaultQueue, { id: 'first', body: task('anything') });
    const job = { task: 'dataset.statistics', args: ['한글'], kwargs: { jobId: 'j1' } };
    await queue.send(defaultQueue, { id: 'job', body: job });
    expect(await cli('type', 'celery:queue:default')).toBe('list');
    const [newest, oldest] = (await cli('lrange', 'celery:queue:default', '0', '-1'))
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(newest).toMatchObject({
      'content-type': 'application/json',
      'content-encoding': 'utf-8',
      headers: { task: 'dataset.statistics', id: 'job', root_id: 'job', argsrepr: '["한글"]', retries: 0 },
      properties: {
        correlation_id: 'job',
        body_encoding: 'base64',
        delivery_info: { exchange: '', routing_key: 'celery:queue:default' },
        delivery_tag: expect.any(String),
      },
    });
    const bodyOf = (message: { body: string }) => JSON.parse(Buffer.from(message.body, 'base64').toString());
    const embedded = { callbacks: null, errbacks: null, chain: null, chord: null };
    expect(bodyOf(newest)).toEqual([['한글'], { jobId: 'j1' }, embedded]);
    expect(bodyOf(oldest)).toEqual([[], { says: 'anything' }, embedded]);
    expect(await queue.receive(defaultQueue, minute)).toMatchObject({ id: 'first', body: task('anything') });
    expect(await queue.receive(defaultQueue, minute)).toMatchObject({ id: 'job', body: job });
  });

  test('puts what comes back before what was sent after it, in whatever order it comes', async () => {
    await using opened = await both();
    const { queue, other } = opened;
    for (const id of ['a', 'b', 'c', 'd']) await queue.send(defaultQueue, { id, body: task(null) });
    // "c" comes first, then "a", then "b".
    await queue.receive(defaultQueue, 400);
    await other.receive(defaultQueue, 600);
    await queue.receive(defaultQueue, 200);
    await setTimeout(700);
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(await other.receive(defaultQueue, minute)).toMatchObject({ id });
    }
  });

  test('leaves to others what it cannot read, and lets it hold up nothing', async () => {
    const faults: unknown[] = [];
    await using opened = await emptied(faults);
    const { queue } = opened;
    await cli('lpush', defaultQueue, 'no message at all');
    await cli(
      'lpush',
      defaultQueue,
      '{"body":"gASVBAAAAAAAAACMAWGULg==","content-type":"application/x-python-serialize"}',
    );
    await queue.send(defaultQueue, { id: 'next', body: task(1) });
    expect(await queue.receive(defaultQueue, minute)).toMatchObject({ id: 'next' });
    expect(faults).toMatchObject([
      { code: 'QUEUE_MESSAGE_UNREADABLE' },
      { code: 'QUEUE_MESSAGE_UNREADABLE' },
    ]);
    expect(await count(defaultQueue)).toBe(3);
    expect(await queue.receive(defaultQueue, minute)).toBeNull();
  });

  test('does a task not before its time, and not after its end', async () => {
    await using opened = await emptied();
    const { queue } = opened;
    await queue.send(defaultQueue, { id: 'one', body: task(1) });
    const sent = await cli('rpop', defaultQueue);
    const due = async (id: string, headers: Record<string, string>) => {
      const message = JSON.parse(sent.replaceAll('"one"', `"${id}"`));
      message.properties.delivery_tag = id;
      Object.assign(message.headers, headers);
      await cli('lpush', defaultQueue, JSON.stringify(message));
    };
    const soon = new Date(Date.now() + 1500);
    await due('expired', { expires: new Date(Date.now() - 1000).toISOString() });
    await due('later', { eta: soon.toISOString() });
    await due('now', {});
    expect(await queue.receive(defaultQueue, minute)).toMatchObject({ id: 'now' });
    expect(await queue.receive(defaultQueue, minute)).toBeNull();
    await queue.wait(defaultQueue, 20_000);
    expect(await queue.receive(defaultQueue, minute)).toMatchObject({ id: 'later' });
    expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime());
    expect(await count(defaultQueue)).toBe(2);
  });

  test('forgets the ids of what workers finished', async () => {
    await using opened = await emptied();
    const { queue } = opened;
    for (let first = 0; first < 1200; first += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          queue.send(defaultQueue, { id: `job ${first + index}`, body: task(null) }),
        ),
      );
      // As a worker that takes and finishes them all.
      await cli('del', defaultQueue);
    }
    await queue.send(defaultQueue, { id: 'last', body: task(null) });
    expect(Number(await cli('hlen', `trainyard:queue:ids:${defaultQueue}`))).toBeLessThan(300);
    await queue.send(defaultQueue, { id: 'last', body: task(null) });
    expect(await count(defaultQueue)).toBe(1);
  });

  test('lets a wait end when it is closed', async () => {
    const opened = await emptied();
    const began = performance.now();
    const waiting = opened.queue.wait(defaultQueue, 20_000);
    await opened.queue.send('another', { id: 'x', body: task(null) });
    await opened[Symbol.asyncDispose]();
    await waiting;
    await expect(opened.queue.wait(defaultQueue, 20_000)).rejects.toMatchObject({
      code: 'REDIS_UNREACHABLE',
    });
    expect(performance.now() - began).toBeLessThan(5000);
    expect(await cli('client', 'list')).not.toContain('name=trainyard');
  });
});
