import { randomUUID } from 'node:crypto';
import { type RedisConnection, script } from '../../redis/connection.ts';
import { inBatches } from '../batches.ts';
import { redisChannel } from '../channel-names.ts';
import { checkChannel, messageText, type PubSub } from '../ports.ts';
import { Subscriptions } from './subscriptions.ts';

/** A channel that this process alone hears: between `begin` and `end` come the messages that it published itself. */
const publishAll = script(`
  redis.call('PUBLISH', ARGV[1], 'begin')
  for at = 2, #ARGV, 2 do redis.call('PUBLISH', ARGV[at], ARGV[at + 1]) end
  redis.call('PUBLISH', ARGV[1], 'end')`);

/**
 * Pub/sub on Redis: a message is its JSON text, as anybody else's who publishes there. Own messages are heard when they are published;
 * their echo is known by where it stands between two marks, which one script sends with them: the connection that listens hears all of it
 * or nothing.
 * @param sending sends; @param listening listens and does nothing else
 * @param report hears what a subscriber's listener throws, and messages that are no JSON
 */
export function createPubSub(
  sending: RedisConnection,
  listening: RedisConnection,
  report: (error: unknown) => void,
): PubSub {
  const marks = `trainyard:own:${randomUUID()}`;
  const subscriptions = new Subscriptions(listening, marks, report);
  const send = inBatches<readonly [channel: string, text: string]>((batch) =>
    sending.runScript(publishAll, [], [marks, ...batch.flat()]),
  );
  return {
    publish: async (channel, message) => {
      const text = messageText(channel, message);
      const name = redisChannel(channel);
      subscriptions.deliver(name, text);
      await send([name, text]);
    },
    subscribe: async (channel, onMessage) => {
      checkChannel(channel);
      return subscriptions.add(redisChannel(channel), (message) => {
        try {
          onMessage(message);
        } catch (error) {
          report(error);
        }
      });
    },
  };
}
