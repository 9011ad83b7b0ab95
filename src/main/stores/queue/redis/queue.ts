import { randomUUID } from 'node:crypto';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { RedisConnection, Script } from '../../redis/connection.ts';
import type { Queue } from '../ports.ts';
import { decodeMessage, encodeMessage } from './celery-message.ts';
import type { Doorbell } from './doorbell.ts';
import * as scripts from './scripts.ts';

/** How long a message that cannot be read here is left to others before it comes up again. */
const unreadableMs = 60_000;

/**
 * The queue on a list of Redis, in Celery's message protocol, so that Celery's workers take part. What they have received is theirs:
 * it comes back by their own rules (`unacked`, `visibility_timeout`). A message is as durable as the server's append-only file: with
 * `appendfsync everysec` a power cut may take the last second's, so whoever must not lose one keeps it elsewhere and sends it again.
 * @param bell of a queue's list; the same one each time
 * @param report receives the errors of messages that cannot be read here
 */
export function createQueue(
  connection: RedisConnection,
  bell: (queue: string) => Doorbell,
  report: (error: unknown) => void,
): Queue {
  const call = (
    script: Script,
    queue: string,
    args: readonly (string | number)[],
    isHarmless = false,
  ): Promise<unknown> => {
    const beside = ['ids', 'held', 'deadlines', 'received', 'positions'];
    const keys = [queue, ...beside.map((name) => `trainyard:queue:${name}:${queue}`), 'unacked'];
    return connection.runScript(script, keys, args, isHarmless);
  };
  return {
    send: async (queue, { id, body }) => {
      await call(scripts.send, queue, [id, encodeMessage(queue, id, body, randomUUID())], true);
    },
    receive: async (queue, visibilityMs) => {
      for (;;) {
        const receipt = randomUUID();
        const taken = await call(scripts.receive, queue, [receipt, visibilityMs]);
        if (!Array.isArray(taken)) return null;
        const [raw, tag] = [String(taken[0]), String(taken[1])];
        const message = decodeMessage(raw);
        if (!message) report(fault('QUEUE_MESSAGE_UNREADABLE', { tag, queue }));
        const acknowledge = async (id: string) =>
          (await call(scripts.acknowledge, queue, [tag, receipt, id, raw])) === 1;
        const now = Date.now();
        if (message?.notAfter != null && message.notAfter <= now) {
          await acknowledge(message.id);
          continue;
        }
        const putOffMs = message ? (message.notBefore ?? 0) - now : unreadableMs;
        if (!message || putOffMs > 0) {
          await call(scripts.postpone, queue, [tag, receipt, Math.ceil(putOffMs)]);
          continue;
        }
        return {
          id: message.id,
          body: message.body,
          acknowledge: () => acknowledge(message.id),
        };
      }
    },
    wait: async (queue, timeoutMs) => {
      const visibleInMs = Number(await call(scripts.nextVisible, queue, [], true));
      if (visibleInMs === 0) return;
      const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
      const forget = bell(queue).ring(wake);
      const timer = setTimeout(wake, visibleInMs > 0 ? Math.min(timeoutMs, visibleInMs) : timeoutMs);
      await woken;
      forget();
      clearTimeout(timer);
    },
  };
}
