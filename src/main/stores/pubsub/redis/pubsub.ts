import { randomUUID } from 'node:crypto';
import { type RedisConnection, script } from '../../redis/connection.ts';
import { checkChannel, messageText, type PubSub } from '../ports.ts';
import { redisChannel } from './channel-name.ts';
import { Subscriptions } from './subscriptions.ts';

interface Pending {
  readonly channel: string;
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The most messages that one script sends. */
const batchSize = 1000;

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
  return new RedisPubSub(sending, listening, report);
}

class RedisPubSub implements PubSub {
  private readonly sending: RedisConnection;
  private readonly subscriptions: Subscriptions;
  private readonly report: (error: unknown) => void;
  private readonly marks = `trainyard:own:${randomUUID()}`;
  private pending: Pending[] = [];
  private isSending = false;

  constructor(sending: RedisConnection, listening: RedisConnection, report: (error: unknown) => void) {
    this.sending = sending;
    this.report = report;
    this.subscriptions = new Subscriptions(listening, this.marks, report);
  }

  async publish(channel: string, message: unknown): Promise<void> {
    const text = messageText(channel, message);
    const name = redisChannel(channel);
    this.subscriptions.deliver(name, text);
    await new Promise<void>((resolve, reject) => {
      this.pending.push({ channel: name, text, resolve, reject });
      if (!this.isSending) void this.send();
    });
  }

  async subscribe(channel: string, listener: (message: unknown) => void): Promise<AsyncDisposable> {
    checkChannel(channel);
    return this.subscriptions.add(redisChannel(channel), (message) => {
      try {
        listener(message);
      } catch (error) {
        this.report(error);
      }
    });
  }

  private async send(): Promise<void> {
    this.isSending = true;
    // What else is published in this turn goes along.
    await Promise.resolve();
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0, batchSize);
      try {
        const messages = batch.flatMap(({ channel, text }) => [channel, text]);
        await this.sending.runScript(publishAll, [], [this.marks, ...messages]);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.isSending = false;
  }
}
