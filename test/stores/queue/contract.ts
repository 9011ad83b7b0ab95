import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Queue, ReceivedMessage } from '../../../src/main/stores/queue/ports.ts';
import { defaultQueue } from '../../../src/main/stores/queue/ports.ts';
import { anyJson, anyString } from '../documents/any-json.ts';

/** The same queues seen by two receivers that know nothing of each other; empty, and gone when the test ends. */
export interface OpenedQueue extends AsyncDisposable {
  readonly queue: Queue;
  readonly other: Queue;
}

const minute = 60_000;

async function received(queue: Queue, visibilityMs = minute): Promise<ReceivedMessage> {
  const message = await queue.receive(defaultQueue, visibilityMs);
  if (!message) throw new Error('there is a message to receive');
  return message;
}

/** How long something took, in milliseconds. */
async function took(work: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work;
  return performance.now() - began;
}

/** What every queue does. */
export function queueContract(name: string, open: () => Promise<OpenedQueue>): void {
  describe(`queue: ${name}`, () => {
    test('gives messages in the order they were sent, each with its body', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      expect(await queue.receive(defaultQueue, minute)).toBeNull();
      for (const id of ['b', 'a', 'c']) await queue.send(defaultQueue, { id, body: { of: id } });
      await queue.send('another', { id: 'a', body: 'elsewhere' });
      expect(await queue.length(defaultQueue)).toBe(3);
      for (const id of ['b', 'a', 'c']) {
        const message = await received(other);
        expect(message).toMatchObject({ id, body: { of: id }, deliveries: 1 });
        expect(await message.acknowledge()).toBe(true);
      }
      expect(await queue.receive(defaultQueue, minute)).toBeNull();
      expect(await queue.length(defaultQueue)).toBe(0);
      expect(await queue.length('another')).toBe(1);
    });

    test('keeps every JSON body as it was', async () => {
      await using opened = await open();
      const { queue } = opened;
      await fc.assert(
        fc.asyncProperty(anyJson, anyString, async (value, text) => {
          await queue.send(defaultQueue, { id: 'one', body: { value, text } });
          const message = await received(queue);
          expect(message.body).toEqual({ value, text });
          await message.acknowledge();
        }),
        { numRuns: 30, examples: [[null, '\0\ud800']] },
      );
    });

    test('keeps the same id once while it is queued, also while it is worked on', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      await Promise.all([1, 2, 3, 4].map((body) => queue.send(defaultQueue, { id: 'once', body })));
      expect(await queue.length(defaultQueue)).toBe(1);
      const message = await received(queue);
      await queue.send(defaultQueue, { id: 'once', body: 'again' });
      expect(await other.receive(defaultQueue, minute)).toBeNull();
      await message.acknowledge();
      expect(await queue.length(defaultQueue)).toBe(0);
      await queue.send(defaultQueue, { id: 'once', body: 'anew' });
      expect(await received(other)).toMatchObject({ body: 'anew', deliveries: 1 });
    });

    test('shows a released message at once, in its old place', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      for (const id of ['first', 'second']) await queue.send(defaultQueue, { id, body: null });
      const message = await received(queue);
      expect(await message.release()).toBe(true);
      expect(await message.release()).toBe(false);
      expect(await message.acknowledge()).toBe(false);
      expect(await received(other)).toMatchObject({ id: 'first', deliveries: 2 });
      expect(await received(queue)).toMatchObject({ id: 'second', deliveries: 1 });
    });

    test('shows a message again when its visibility time is over, and lets go of whoever held it', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      await queue.send(defaultQueue, { id: 'slow', body: null });
      const held = await received(queue, 200);
      expect(await other.receive(defaultQueue, minute)).toBeNull();
      expect(await took(other.wait(defaultQueue, 10_000))).toBeLessThan(5000);
      const taken = await received(other);
      expect(taken).toMatchObject({ id: 'slow', deliveries: 2 });
      expect(await held.acknowledge()).toBe(false);
      expect(await held.release()).toBe(false);
      expect(await queue.length(defaultQueue)).toBe(1);
      expect(await taken.acknowledge()).toBe(true);
    });

    test('lets a late receiver acknowledge as long as nobody else has the message', async () => {
      await using opened = await open();
      const { queue } = opened;
      await queue.send(defaultQueue, { id: 'late', body: null });
      const held = await received(queue, 0);
      expect(await held.acknowledge()).toBe(true);
      expect(await queue.length(defaultQueue)).toBe(0);
    });

    test('hands every message to one receiver at a time, however many there are', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 25 }),
          fc.integer({ min: 1, max: 8 }),
          fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
          async (count, receivers, chances) => {
            const held = new Set<string>();
            const done: string[] = [];
            const deliveries = new Map<string, number>();
            const work = async (receiver: Queue): Promise<void> => {
              for (let message = await receiver.receive(defaultQueue, minute); message; ) {
                expect(held.has(message.id), 'no two receivers hold it').toBe(false);
                held.add(message.id);
                deliveries.set(message.id, (deliveries.get(message.id) ?? 0) + 1);
                expect(message.deliveries).toBe(deliveries.get(message.id));
                const isDone = chances.next().value !== 0;
                held.delete(message.id);
                expect(isDone ? await message.acknowledge() : await message.release()).toBe(true);
                if (isDone) done.push(message.id);
                message = await receiver.receive(defaultQueue, minute);
              }
            };
            const sent = Array.from({ length: count }, (_, index) => `message ${index}`);
            await Promise.all(sent.map((id) => queue.send(defaultQueue, { id, body: id })));
            // A receiver that found nothing may have missed what was released after it looked.
            while ((await queue.length(defaultQueue)) > 0) {
              await Promise.all(
                Array.from({ length: receivers }, (_, index) => work(index % 2 === 0 ? queue : other)),
              );
            }
            expect(done.sort()).toEqual(sent.sort());
          },
        ),
        { numRuns: 12 },
      );
    });

    test('lets no receiver wait for another one', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      const sent = Array.from({ length: 10 }, (_, index) => `message ${index}`);
      for (const id of sent) await queue.send(defaultQueue, { id, body: null });
      const messages = await Promise.all(sent.map((_, index) => received(index % 2 === 0 ? queue : other)));
      expect(messages.map(({ id }) => id).sort()).toEqual(sent);
    });

    test('wakes whoever waits when a message comes, comes back, or is there already', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      expect(await took(queue.wait(defaultQueue, 100))).toBeGreaterThanOrEqual(99);
      const waits = [queue.wait(defaultQueue, 20_000), other.wait(defaultQueue, 20_000)];
      await queue.send('another', { id: 'x', body: null });
      await queue.send(defaultQueue, { id: 'x', body: null });
      expect(await took(Promise.all(waits))).toBeLessThan(5000);
      expect(await took(other.wait(defaultQueue, 20_000))).toBeLessThan(5000);
      const message = await received(queue);
      const released = other.wait(defaultQueue, 20_000);
      await message.release();
      expect(await took(released)).toBeLessThan(5000);
    });

    test('misses no message that is sent while somebody begins to wait', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      for (let round = 0; round < 25; round += 1) {
        const waiting = other.wait(defaultQueue, 20_000);
        await queue.send(defaultQueue, { id: `round ${round}`, body: null });
        expect(await took(waiting)).toBeLessThan(5000);
        await (await received(other)).acknowledge();
      }
    });

    test('refuses names, ids, bodies and times that are none', async () => {
      await using opened = await open();
      const { queue } = opened;
      const refusal = { code: 'QUEUE_MESSAGE_INVALID' };
      await expect(queue.send('', { id: 'a', body: 1 })).rejects.toMatchObject(refusal);
      await expect(queue.send('a queue', { id: 'a', body: 1 })).rejects.toMatchObject(refusal);
      await expect(queue.send(defaultQueue, { id: '', body: 1 })).rejects.toMatchObject(refusal);
      await expect(queue.send(defaultQueue, { id: 'a\0', body: 1 })).rejects.toMatchObject(refusal);
      await expect(queue.send(defaultQueue, { id: 'a', body: Number.NaN })).rejects.toMatchObject(refusal);
      await expect(queue.receive(defaultQueue, -1)).rejects.toMatchObject(refusal);
      await expect(queue.wait(defaultQueue, Number.POSITIVE_INFINITY)).rejects.toMatchObject(refusal);
      expect(await queue.length(defaultQueue)).toBe(0);
    });
  });
}
