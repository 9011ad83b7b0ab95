import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { inBatches } from '../batches.ts';
import { postgresChannel } from '../channel-names.ts';
import { checkChannel, messageText, type PubSub } from '../ports.ts';
import type { Listener } from './listener.ts';

/** A message on its way: its channel and its JSON text. */
interface Outgoing {
  readonly channel: string;
  readonly text: string;
}

/** PostgreSQL refuses payloads of 8,000 bytes and more; the head takes some. */
const largestPackBytes = 7900;

/** Messages of a channel together in few payloads, each a JSON array, in their order. */
function pack(messages: readonly Outgoing[]): { readonly channel: string; readonly payload: string }[] {
  const packs: { channel: string; texts: string[]; bytes: number }[] = [];
  const currentPacks = new Map<string, (typeof packs)[number]>();
  for (const { channel, text } of messages) {
    const bytes = Buffer.byteLength(text) + 1;
    let current = currentPacks.get(channel);
    if (!current || current.bytes + bytes > largestPackBytes) {
      current = { channel, texts: [], bytes: 1 };
      currentPacks.set(channel, current);
      packs.push(current);
    }
    current.texts.push(text);
    current.bytes += bytes;
  }
  return packs.map(({ channel, texts }) => ({ channel, payload: `[${texts.join()}]` }));
}

type Deliver = (message: unknown) => void;

/**
 * Pub/sub by LISTEN and NOTIFY.
 * @param report receives what a subscriber's listener throws
 */
export function createPubSub(pool: Pool, listener: Listener, report: (error: unknown) => void): PubSub {
  const subscribers = new Map<string, Set<Deliver>>();
  /** Marks own notifications, which were delivered when they were published already. */
  const instance = randomUUID();
  let payloads = 0;
  const send = inBatches<Outgoing>(async (batch) => {
    const packs = pack(batch);
    // Numbered, because PostgreSQL sends equal payloads of one transaction only once.
    const numbered = packs.map(({ payload }) => `${instance}:${payloads++}:${payload}`);
    await pool.query(
      'SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS sent (channel, payload)',
      [packs.map(({ channel }) => channel), numbered],
    );
  });
  /** A payload is `instance:number:[message, …]`; whoever notifies by hand may send anything else. */
  const receive = (payload: string, deliver: Deliver) => {
    const parts = /^([0-9a-f-]{36}):\d+:(\[.*\])$/s.exec(payload);
    if (!parts?.[2] || parts[1] === instance) return;
    try {
      const messages: unknown[] = JSON.parse(parts[2]);
      for (const message of messages) deliver(message);
    } catch (error) {
      report(error);
    }
  };
  return {
    publish: async (channel, message) => {
      const text = messageText(channel, message);
      for (const deliver of subscribers.get(channel) ?? []) deliver(JSON.parse(text));
      await send({ channel: postgresChannel(channel), text });
    },
    subscribe: async (channel, onMessage) => {
      checkChannel(channel);
      const deliver: Deliver = (message) => {
        try {
          onMessage(message);
        } catch (error) {
          report(error);
        }
      };
      const local = subscribers.get(channel) ?? new Set();
      subscribers.set(channel, local.add(deliver));
      const leave = () => {
        if (local.delete(deliver) && local.size === 0) subscribers.delete(channel);
      };
      try {
        const listening = await listener.listen(postgresChannel(channel), (payload) => {
          if (payload !== null) receive(payload, deliver);
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
    },
  };
}
