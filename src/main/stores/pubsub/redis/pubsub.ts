import { randomUUID } from 'node:crypto';
import { type RedisConnection, script } from '../../redis/connection.ts';
import { asRedisError, isOutage } from '../../redis/errors.ts';
import { inBatches } from '../batches.ts';
import { redisChannel } from '../channel-names.ts';
import { checkChannel, messageText, type PubSub } from '../ports.ts';

type Deliver = (message: unknown) => void;

/** A channel to which this process alone subscribes: between `begin` and `end` come the messages that it published itself. */
const publishAll = script(`
  redis.call('PUBLISH', ARGV[1], 'begin')
  for at = 2, #ARGV, 2 do redis.call('PUBLISH', ARGV[at], ARGV[at + 1]) end
  redis.call('PUBLISH', ARGV[1], 'end')`);

/** After this long without a message the server is pinged: a connection that broke silently receives nothing either. */
const silenceMs = 20_000;

/**
 * Pub/sub on Redis: a message is its JSON text, as any other publisher's. Own messages are delivered when they are published;
 * their echo is recognised by its place between two marks, which one script sends with them: the listening connection receives all of it
 * or nothing.
 * @param sending sends; @param listening listens and does nothing else
 * @param report receives what a subscriber's listener throws, and messages that are no JSON
 */
export function createPubSub(
  sending: RedisConnection,
  listening: RedisConnection,
  report: (error: unknown) => void,
): PubSub {
  const { client, place } = listening;
  const marks = `trainyard:own:${randomUUID()}`;
  const subscribers = new Map<string, Set<Deliver>>();
  /** What the connection that stands now listens to, or is about to. */
  let subscribed = new Map<string, Promise<unknown>>();
  let isOwn = false;

  const unlessOutage = (error: unknown) => {
    const failure = asRedisError(error, place);
    if (!isOutage(failure)) report(failure);
  };
  /** Delivers to the channel's subscribers, each with a value of its own. */
  const deliver = (channel: string, text: string) => {
    try {
      for (const each of subscribers.get(channel) ?? []) each(JSON.parse(text));
    } catch (error) {
      report(error);
    }
  };
  const listen = async (channels: readonly string[]): Promise<void> => {
    const fresh = channels.filter((channel) => !subscribed.has(channel));
    if (fresh.length > 0) {
      const begun = client.subscribe(...fresh);
      for (const channel of fresh) subscribed.set(channel, begun);
    }
    await Promise.all(channels.map((channel) => subscribed.get(channel)));
  };

  client.on('message', (channel: string, text: string) => {
    if (channel === marks) isOwn = text === 'begin';
    else if (!isOwn) deliver(channel, text);
  });
  // Each time that the connection stands (again), and before any call that waited for it goes on.
  client.on('ready', () => {
    subscribed = new Map();
    isOwn = false;
    // The marks first: no own message may come before its mark is listened to.
    listen([marks, ...subscribers.keys()]).catch(unlessOutage);
  });
  const timer = setInterval(() => {
    if (listening.stands) listening.run(() => client.ping()).catch(unlessOutage);
  }, silenceMs);
  timer.unref();
  client.once('end', () => clearInterval(timer));

  const send = inBatches<readonly [channel: string, text: string]>((batch) =>
    sending.runScript(publishAll, [], [marks, ...batch.flat()]),
  );
  return {
    publish: async (channel, message) => {
      const text = messageText(channel, message);
      const name = redisChannel(channel);
      deliver(name, text);
      await send([name, text]);
    },
    subscribe: async (channel, onMessage) => {
      checkChannel(channel);
      const name = redisChannel(channel);
      const own: Deliver = (message) => {
        try {
          onMessage(message);
        } catch (error) {
          report(error);
        }
      };
      const present = subscribers.get(name) ?? new Set();
      subscribers.set(name, present.add(own));
      const leave = async () => {
        if (!present.delete(own) || present.size > 0) return;
        subscribers.delete(name);
        // A connection that broke listens no more, which is what was wanted.
        if (!subscribed.delete(name) || !listening.stands) return;
        try {
          await client.unsubscribe(name);
        } catch (error) {
          const failure = asRedisError(error, place);
          if (!isOutage(failure)) throw failure;
        }
      };
      try {
        await listening.run(() => listen([name]), true);
      } catch (error) {
        await leave();
        throw error;
      }
      return { [Symbol.asyncDispose]: leave };
    },
  };
}
