import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { checkChannel, messageText, type PubSub } from '../ports.ts';
import { postgresChannel } from './channel-name.ts';
import type { Listener } from './listener.ts';
import { type Outgoing, pack } from './packs.ts';

interface Pending extends Outgoing {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

type Deliver = (message: unknown) => void;

/** The most messages that one statement sends. */
const batchSize = 1000;

/**
 * Pub/sub by LISTEN and NOTIFY. What is published while a statement is under way waits for the next one, which takes all of it:
 * one round trip at a time, however many messages there are.
 * @param report hears what a subscriber's listener throws
 */
export function createPubSub(pool: Pool, listener: Listener, report: (error: unknown) => void): PubSub {
  return new PostgresPubSub(pool, listener, report);
}

class PostgresPubSub implements PubSub {
  private readonly pool: Pool;
  private readonly listener: Listener;
  private readonly report: (error: unknown) => void;
  private readonly subscribers = new Map<string, Set<Deliver>>();
  /** Tells own notifications, which were delivered when they were published, from others'. */
  private readonly instance = randomUUID();
  private payloads = 0;
  private pending: Pending[] = [];
  private sending = false;

  constructor(pool: Pool, listener: Listener, report: (error: unknown) => void) {
    this.pool = pool;
    this.listener = listener;
    this.report = report;
  }

  async publish(channel: string, message: unknown): Promise<void> {
    const text = messageText(channel, message);
    for (const deliver of this.subscribers.get(channel) ?? []) deliver(JSON.parse(text));
    await new Promise<void>((resolve, reject) => {
      this.pending.push({ channel: postgresChannel(channel), text, resolve, reject });
      if (!this.sending) void this.send();
    });
  }

  async subscribe(channel: string, listener: (message: unknown) => void): Promise<AsyncDisposable> {
    checkChannel(channel);
    const deliver: Deliver = (message) => {
      try {
        listener(message);
      } catch (error) {
        this.report(error);
      }
    };
    const local = this.subscribers.get(channel) ?? new Set();
    this.subscribers.set(channel, local.add(deliver));
    const leave = () => {
      if (local.delete(deliver) && local.size === 0) this.subscribers.delete(channel);
    };
    try {
      const listening = await this.listener.listen(postgresChannel(channel), (payload) => {
        if (payload !== null) this.deliver(payload, deliver);
      });
      return {
        [Symbol.asyncDispose]: () => {
          leave();
          return listening[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** A payload is `instance:number:[message, …]`; whoever notifies by hand may send anything else. */
  private deliver(payload: string, deliver: Deliver): void {
    const parts = /^([0-9a-f-]{36}):\d+:(\[.*\])$/s.exec(payload);
    if (!parts?.[2] || parts[1] === this.instance) return;
    try {
      const messages: unknown[] = JSON.parse(parts[2]);
      for (const message of messages) deliver(message);
    } catch (error) {
      this.report(error);
    }
  }

  private async send(): Promise<void> {
    this.sending = true;
    // What else is published in this turn goes along.
    await Promise.resolve();
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0, batchSize);
      try {
        await this.notify(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.sending = false;
  }

  private async notify(batch: readonly Pending[]): Promise<void> {
    const packs = pack(batch);
    // Numbered, because PostgreSQL sends equal payloads of one transaction only once.
    const payloads = packs.map(({ payload }) => `${this.instance}:${this.payloads++}:${payload}`);
    await this.pool.query(
      'SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS sent (channel, payload)',
      [packs.map(({ channel }) => channel), payloads],
    );
  }
}
