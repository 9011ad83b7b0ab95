import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PubSub, runChannel } from '../../../src/main/stores/pubsub/ports.ts';
import { waitFor } from '../../support/engine.ts';
import { anyJson, anyString } from '../documents/any-json.ts';

/** Two processes' ends of the same pub/sub; gone when the test ends. */
export interface OpenedPubSub extends AsyncDisposable {
  readonly here: PubSub;
  readonly there: PubSub;
  /** What listeners threw, on either end. */
  readonly faults: readonly unknown[];
}

const channel = runChannel('6f1c2f9e-8d51-4d5e-9d54-0b9f4b1c2a77');

/** A listener that keeps what it hears. */
async function ear(end: PubSub, on: string) {
  const heard: unknown[] = [];
  const subscription = await end.subscribe(on, (message) => heard.push(message));
  return { heard, [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() };
}

/** Waits for a message that was published last: what was published before it on the channel has come by then, or never will. */
async function lastHeard(heard: readonly unknown[], last: unknown): Promise<void> {
  const text = JSON.stringify(last);
  await waitFor('the last message', async () => JSON.stringify(heard.at(-1)) === text, 10_000);
}

/** What every pub/sub does. */
export function pubSubContract(name: string, open: () => Promise<OpenedPubSub>): void {
  describe(`pub/sub: ${name}`, () => {
    test('tells each listener once, on both ends', async () => {
      await using opened = await open();
      const { here, there } = opened;
      await using first = await ear(here, channel);
      await using second = await ear(here, channel);
      await using far = await ear(there, channel);
      const progress = { type: 'training_progress', data: { epoch: 1, loss: 0.5 } };
      // Twice the same: two messages, not one, whether they fit together on their way or not.
      const long = 'x'.repeat(5000);
      await Promise.all([here.publish(channel, progress), here.publish(channel, progress)]);
      await Promise.all([here.publish(channel, long), here.publish(channel, long)]);
      // Messages of two publishers come in any order: the second one begins when the first one's have come.
      await waitFor('the first messages', async () => far.heard.length === 4, 10_000);
      await there.publish(channel, 'from there');
      for (const { heard } of [first, second, far]) {
        await lastHeard(heard, 'from there');
        expect(heard).toEqual([progress, progress, long, long, 'from there']);
      }
    });

    test('has told listeners of its own process when publish returns, with a value of their own', async () => {
      await using opened = await open();
      const { here } = opened;
      const message = { data: [1] };
      await using local = await ear(here, channel);
      const published = here.publish(channel, message);
      message.data.push(2);
      expect(local.heard).toEqual([{ data: [1] }]);
      await published;
    });

    test('keeps the order of many messages and loses none', async () => {
      await using opened = await open();
      const { here, there } = opened;
      await using near = await ear(here, channel);
      await using far = await ear(there, channel);
      const messages = Array.from({ length: 2000 }, (_, number) => ({
        number,
        filler: 'x'.repeat(number % 300),
      }));
      await Promise.all(messages.map((message) => here.publish(channel, message)));
      await lastHeard(far.heard, messages.at(-1));
      expect(far.heard).toEqual(messages);
      expect(near.heard).toEqual(messages);
    });

    test('carries every JSON value, up to 7,000 bytes', async () => {
      await using opened = await open();
      const { here, there } = opened;
      await using far = await ear(there, channel);
      await fc.assert(
        fc.asyncProperty(anyJson, anyString, fc.nat(), async (value, text, number) => {
          const message = { value, text, number: [number, far.heard.length] };
          await here.publish(channel, message);
          await lastHeard(far.heard, message);
          expect(far.heard.at(-1)).toEqual(message);
        }),
        { numRuns: 15, examples: [[null, '\0\ud800:[]', 0]] },
      );
      await here.publish(channel, '가'.repeat(2332));
      await lastHeard(far.heard, '가'.repeat(2332));
      await expect(here.publish(channel, '가'.repeat(2333))).rejects.toMatchObject({
        code: 'MESSAGE_TOO_LARGE',
      });
      await expect(here.publish(channel, Number.NaN)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
      await expect(here.publish('', 1)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
      await expect(here.subscribe('x'.repeat(513), () => {})).rejects.toMatchObject({
        code: 'MESSAGE_INVALID',
      });
    });

    test('takes channels of any name and keeps them apart', async () => {
      await using opened = await open();
      const { here, there } = opened;
      const long = 'workflow:'.repeat(50);
      const channels = [
        'plain',
        'Plain',
        'a "quoted" one',
        "it's",
        '한국어',
        `${long}1`,
        `${long}2`,
        '\0',
        '\ud800',
        '\ud801',
        'sha256:ab',
      ];
      const ears = await Promise.all(channels.map((each) => ear(there, each)));
      for (const [index, each] of channels.entries()) await here.publish(each, index);
      for (const each of channels) await here.publish(each, 'end');
      for (const [index, { heard }] of ears.entries()) {
        await lastHeard(heard, 'end');
        expect(heard).toEqual([index, 'end']);
      }
      for (const each of ears) await each[Symbol.asyncDispose]();
    });

    test('tells nobody who has left, and whoever came again', async () => {
      await using opened = await open();
      const { here, there } = opened;
      await using witness = await ear(there, channel);
      const near = await ear(here, channel);
      const far = await ear(there, 'other');
      await near[Symbol.asyncDispose]();
      await near[Symbol.asyncDispose]();
      await far[Symbol.asyncDispose]();
      await using back = await ear(there, 'other');
      await here.publish(channel, 1);
      await here.publish('other', 2);
      await lastHeard(witness.heard, 1);
      await lastHeard(back.heard, 2);
      expect([near.heard, far.heard, back.heard]).toEqual([[], [], [2]]);
    });

    test('lets no listener that throws keep the others from hearing', async () => {
      await using opened = await open();
      const { here, there, faults } = opened;
      const throwing = () => {
        throw new Error('this listener fails');
      };
      await using _local = await here.subscribe(channel, throwing);
      await using _remote = await there.subscribe(channel, throwing);
      await using near = await ear(here, channel);
      await using far = await ear(there, channel);
      await here.publish(channel, 1);
      await lastHeard(far.heard, 1);
      expect(near.heard).toEqual([1]);
      expect(faults.map(String)).toEqual(['Error: this listener fails', 'Error: this listener fails']);
    });
  });
}
