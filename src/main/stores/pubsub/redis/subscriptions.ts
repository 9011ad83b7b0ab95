import type { Redis } from 'ioredis';
import type { RedisConnection } from '../../redis/connection.ts';
import { asRedisError, isOutage } from '../../redis/errors.ts';

type Deliver = (message: unknown) => void;

/** A connection that hears nothing for so long is asked whether the server is there: one that lost it silently hears nothing either. */
const silenceMs = 20_000;

/** What this process listens to, over one connection that does nothing else. A connection made anew listens to the same. */
export class Subscriptions {
  private readonly connection: RedisConnection;
  private readonly marks: string;
  private readonly report: (error: unknown) => void;
  private readonly subscribers = new Map<string, Set<Deliver>>();
  /** What the connection that stands now listens to, or is about to. */
  private listening = new Map<string, Promise<unknown>>();
  private isOwn = false;

  constructor(connection: RedisConnection, marks: string, report: (error: unknown) => void) {
    this.connection = connection;
    this.marks = marks;
    this.report = report;
    connection.onReady(() => this.listenAgain());
    connection.client.on('message', (channel: string, text: string) => {
      if (channel === marks) this.isOwn = text === 'begin';
      else if (!this.isOwn) this.deliver(channel, text);
    });
    const timer = setInterval(() => this.ask(), silenceMs);
    timer.unref();
    connection.client.once('end', () => clearInterval(timer));
  }

  /** Tells the channel's listeners, each with a value of its own. */
  deliver(channel: string, text: string): void {
    for (const deliver of this.subscribers.get(channel) ?? []) {
      let message: unknown;
      try {
        message = JSON.parse(text);
      } catch (error) {
        this.report(error);
        return;
      }
      deliver(message);
    }
  }

  /** Resolves once messages published from now on are delivered. */
  async add(channel: string, deliver: Deliver): Promise<AsyncDisposable> {
    const present = this.subscribers.get(channel) ?? new Set();
    this.subscribers.set(channel, present.add(deliver));
    const leave = () => this.leave(channel, deliver);
    try {
      await this.connection.run((client) => this.listen(client, [channel]), true);
    } catch (error) {
      await leave();
      throw error;
    }
    return { [Symbol.asyncDispose]: leave };
  }

  private async leave(channel: string, deliver: Deliver): Promise<void> {
    const present = this.subscribers.get(channel);
    if (!present?.delete(deliver) || present.size > 0) return;
    this.subscribers.delete(channel);
    // A connection that broke listens no more, which is what was wanted.
    if (!this.listening.delete(channel) || !this.connection.stands) return;
    try {
      await this.connection.client.unsubscribe(channel);
    } catch (error) {
      const failure = asRedisError(error, this.connection.place);
      if (!isOutage(failure)) throw failure;
    }
  }

  private async listen(client: Redis, channels: readonly string[]): Promise<void> {
    const fresh = channels.filter((channel) => !this.listening.has(channel));
    if (fresh.length > 0) {
      const begun = client.subscribe(...fresh);
      for (const channel of fresh) this.listening.set(channel, begun);
    }
    await Promise.all(channels.map((channel) => this.listening.get(channel)));
  }

  private listenAgain(): void {
    this.listening = new Map();
    this.isOwn = false;
    // The marks first: no own message may come before its mark is listened to.
    this.listen(this.connection.client, [this.marks, ...this.subscribers.keys()]).catch((error: unknown) => {
      const failure = asRedisError(error, this.connection.place);
      if (!isOutage(failure)) this.report(failure);
    });
  }

  private ask(): void {
    if (!this.connection.stands) return;
    this.connection
      .run((client) => client.ping())
      .catch((error: unknown) => {
        if (!isOutage(error)) this.report(error);
      });
  }
}
