import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Queue, ReceivedMessage } from '../../../src/main/stores/queue/ports.ts';
import { defaultQueue } from '../../../src/main/stores/queue/ports.ts';
import { anyJson, anyString } from '../documents/any-json.ts';

/** The same queues seen by two receivers that know nothing of each other; empty, and gone when the test ends. */
export interface OpenedQueue extends AsyncDisposable {
  readonly queue: Queue;
  readonly other: Queue;
  /** Messages of a queue, those being worked on included. */
  readonly count: (queue: string) => Promise<number>;
}

/** A task that says something. */
export const task = (says: unknown) => ({ task: 'test', args: [], kwargs: { says } });

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
      const { queue, other, count } = opened;
      expect(await queue.receive(defaultQueue, minute)).toBeNull();
      for (const id of ['b', 'a', 'c']) await queue.send(defaultQueue, { id, body: task(id) });
      await queue.send('another', { id: 'a', body: task('elsewhere') });
      expect(await count(defaultQueue)).toBe(3);
      for (const id of ['b', 'a', 'c']) {
        const message = await received(other);
        expect(message).toMatchObject({ id, body: task(id) });
        expect(await message.acknowledge()).toBe(true);
      }
      expect(await queue.receive(defaultQueue, minute)).toBeNull();
      expect(await count(defaultQueue)).toBe(0);
      expect(await count('another')).toBe(1);
    });

    test('keeps every JSON argument as it was', async () => {
      await using opened = await open();
      const { queue } = opened;
      await fc.assert(
        fc.asyncProperty(anyJson, anyString, async (value, text) => {
          await queue.send(defaultQueue, { id: 'one', body: task([value, text]) });
          const message = await received(queue);
          expect(message.body).toEqual(task([value, text]));
          await message.acknowledge();
        }),
        { numRuns: 30, examples: [[null, '\0\ud800']] },
      );
    });

    test('keeps the same id once while it is queued, also while it is worked on', async () => {
      await using opened = await open();
      const { queue, other, count } = opened;
      await Promise.all(
        [1, 2, 3, 4].map((body) => queue.send(defaultQueue, { id: 'once', body: task(body) })),
      );
      expect(await count(defaultQueue)).toBe(1);
      const message = await received(queue);
      await queue.send(defaultQueue, { id: 'once', body: task('again') });
      expect(await other.receive(defaultQueue, minute)).toBeNull();
      await message.acknowledge();
      expect(await count(defaultQueue)).toBe(0);
      await queue.send(defaultQueue, { id: 'once', body: task('anew') });
      expect(await received(other)).toMatchObject({ body: task('anew') });
    });

    test('shows a message again when its visibility time is over, and lets go of whoever held it', async () => {
      await using opened = await open();
      const { queue, other, count } = opened;
      await queue.send(defaultQueue, { id: 'slow', body: task(null) });
      const held = await received(queue, 200);
      expect(await other.receive(defaultQueue, minute)).toBeNull();
      expect(await took(other.wait(defaultQueue, 10_000))).toBeLessThan(5000);
      const taken = await received(other);
      expect(taken).toMatchObject({ id: 'slow' });
      expect(await held.acknowledge()).toBe(false);
      expect(await count(defaultQueue)).toBe(1);
      expect(await taken.acknowledge()).toBe(true);
    });

    test('lets a late receiver acknowledge as long as nobody else has the message', async () => {
      await using opened = await open();
      const { queue, count } = opened;
      await queue.send(defaultQueue, { id: 'late', body: task(null) });
      const held = await received(queue, 0);
      expect(await held.acknowledge()).toBe(true);
      expect(await count(defaultQueue)).toBe(0);
    });

    test('hands every message to one receiver at a time, however many there are', async () => {
      await using opened = await open();
      const { queue, other, count } = opened;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 25 }),
          fc.integer({ min: 1, max: 8 }),
          fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
          async (messages, receivers, chances) => {
            const held = new Set<string>();
            const done: string[] = [];
            const work = async (receiver: Queue): Promise<void> => {
              for (;;) {
                const isDone = chances.next().value !== 0;
                // Whoever does nothing with it has it for no time at all.
                const message = await receiver.receive(defaultQueue, isDone ? minute : 0);
                if (!message) return;
                if (!isDone) continue;
                expect(held.has(message.id), 'no two receivers hold it').toBe(false);
                held.add(message.id);
                await setImmediate();
                held.delete(message.id);
                expect(await message.acknowledge()).toBe(true);
                done.push(message.id);
              }
            };
            const sent = Array.from({ length: messages }, (_, index) => `message ${index}`);
            await Promise.all(sent.map((id) => queue.send(defaultQueue, { id, body: task(id) })));
            // A receiver that found nothing may have missed what came back after it looked.
            while ((await count(defaultQueue)) > 0) {
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
      for (const id of sent) await queue.send(defaultQueue, { id, body: task(null) });
      const messages = await Promise.all(sent.map((_, index) => received(index % 2 === 0 ? queue : other)));
      expect(messages.map(({ id }) => id).sort()).toEqual(sent);
    });

    test('wakes whoever waits when a message comes, comes back, or is there already', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      expect(await took(queue.wait(defaultQueue, 100))).toBeGreaterThanOrEqual(99);
      const waits = [queue.wait(defaultQueue, 20_000), other.wait(defaultQueue, 20_000)];
      await queue.send('another', { id: 'x', body: task(null) });
      await queue.send(defaultQueue, { id: 'x', body: task(null) });
      expect(await took(Promise.all(waits))).toBeLessThan(5000);
      expect(await took(other.wait(defaultQueue, 20_000))).toBeLessThan(5000);
      await received(queue, 300);
      expect(await took(other.wait(defaultQueue, 20_000))).toBeLessThan(5000);
    });

    test('misses no message that is sent while somebody begins to wait', async () => {
      await using opened = await open();
      const { queue, other } = opened;
      for (let round = 0; round < 25; round += 1) {
        const waiting = other.wait(defaultQueue, 20_000);
        await queue.send(defaultQueue, { id: `round ${round}`, body: task(null) });
        expect(await took(waiting)).toBeLessThan(5000);
        await (await received(other)).acknowledge();
      }
    });
  });
}
