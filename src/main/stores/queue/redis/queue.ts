import { randomUUID } from 'node:crypto';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { toJsonText } from '../../../platform/json-text.ts';
import type { RedisConnection, Script } from '../../redis/connection.ts';
import { checkDuration, checkMessageId, checkQueue, invalidMessage } from '../checks.ts';
import type { Queue, QueueMessage, ReceivedMessage } from '../ports.ts';
import { decodeMessage, encodeMessage } from './celery-message.ts';
import type { Doorbell } from './doorbell.ts';
import * as scripts from './scripts.ts';

/** How long a message that cannot be read here is left to others before it comes up again. */
const unreadableMs = 60_000;

interface Held {
  readonly tag: string;
  readonly receipt: string;
  readonly raw: string;
}

/**
 * The queue on a list of Redis, in Celery's message protocol, so that Celery's workers take part. What they have received is theirs:
 * it comes back by their own rules (`unacked`, `visibility_timeout`). A message is as durable as the server's append-only file: with
 * `appendfsync everysec` a power cut may take the last second's, so whoever must not lose one keeps it elsewhere and sends it again.
 * @param bell of a queue's list; the same one each time
 * @param report hears of messages that cannot be read here
 */
export function createQueue(
  connection: RedisConnection,
  bell: (queue: string) => Doorbell,
  report: (error: unknown) => void,
): Queue {
  return new RedisQueue(connection, bell, report);
}

class RedisQueue implements Queue {
  private readonly connection: RedisConnection;
  private readonly bell: (queue: string) => Doorbell;
  private readonly report: (error: unknown) => void;

  constructor(
    connection: RedisConnection,
    bell: (queue: string) => Doorbell,
    report: (error: unknown) => void,
  ) {
    this.connection = connection;
    this.bell = bell;
    this.report = report;
  }

  async send(queue: string, { id, body }: QueueMessage): Promise<void> {
    checkQueue(queue);
    checkMessageId(id);
    const json = toJsonText(body);
    if ('fault' in json) throw invalidMessage(`the body of ${id}: ${json.fault.field} ${json.fault.reason}`);
    await this.call(scripts.send, queue, [id, encodeMessage(queue, id, body, randomUUID())], true);
  }

  async receive(queue: string, visibilityMs: number): Promise<ReceivedMessage | null> {
    checkQueue(queue);
    checkDuration('a visibility time', visibilityMs);
    for (;;) {
      const receipt = randomUUID();
      const taken = await this.call(scripts.receive, queue, [receipt, visibilityMs]);
      if (!Array.isArray(taken)) return null;
      const held: Held = { raw: String(taken[0]), tag: String(taken[1]), receipt };
      const message = decodeMessage(held.raw);
      if (!message) this.report(fault('QUEUE_MESSAGE_UNREADABLE', { tag: held.tag, queue }));
      const now = Date.now();
      if (message?.notAfter != null && message.notAfter <= now) {
        await this.acknowledge(queue, held, message.id);
        continue;
      }
      const putOffMs = message ? (message.notBefore ?? 0) - now : unreadableMs;
      if (!message || putOffMs > 0) {
        await this.call(scripts.postpone, queue, [held.tag, receipt, Math.ceil(putOffMs)]);
        continue;
      }
      return {
        id: message.id,
        body: message.body,
        deliveries: Number(taken[2]),
        acknowledge: () => this.acknowledge(queue, held, message.id),
        release: async () => (await this.call(scripts.release, queue, [held.tag, receipt, held.raw])) === 1,
      };
    }
  }

  async wait(queue: string, timeoutMs: number): Promise<void> {
    checkQueue(queue);
    checkDuration('a wait', timeoutMs);
    const visibleInMs = Number(await this.call(scripts.nextVisible, queue, [], true));
    if (visibleInMs === 0) return;
    let forget = () => {};
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      forget = this.bell(queue).ring(resolve);
      timer = setTimeout(resolve, visibleInMs > 0 ? Math.min(timeoutMs, visibleInMs) : timeoutMs);
    });
    forget();
    clearTimeout(timer);
  }

  async length(queue: string): Promise<number> {
    checkQueue(queue);
    return Number(await this.call(scripts.length, queue, [], true));
  }

  private async acknowledge(queue: string, { tag, receipt, raw }: Held, id: string): Promise<boolean> {
    return (await this.call(scripts.acknowledge, queue, [tag, receipt, id, raw])) === 1;
  }

  private call(
    script: Script,
    queue: string,
    args: readonly (string | number)[],
    isHarmless = false,
  ): Promise<unknown> {
    const beside = ['ids', 'held', 'deadlines', 'received', 'positions'];
    const keys = [queue, ...beside.map((name) => `trainyard:queue:${name}:${queue}`), 'unacked'];
    return this.connection.runScript(script, keys, args, isHarmless);
  }
}
