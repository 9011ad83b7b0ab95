import type { ServerEndpoint } from '../../platform/endpoints.ts';
import type { Cache } from '../cache/ports.ts';
import { createCache } from '../cache/redis-cache.ts';
import type { PubSub } from '../pubsub/ports.ts';
import { createPubSub } from '../pubsub/redis/pubsub.ts';
import type { Queue, WorkerLink } from '../queue/ports.ts';
import { createDoorbell, type Doorbell, questionMs } from '../queue/redis/doorbell.ts';
import { createQueue } from '../queue/redis/queue.ts';
import { callWaitMs, createWorkerLink } from '../queue/redis/worker-link.ts';
import { readAddress } from './address.ts';
import { RedisConnection } from './connection.ts';
import { createKeys, type RedisKeys } from './keys.ts';

export interface RedisStores extends AsyncDisposable {
  readonly cache: Cache;
  readonly pubSub: PubSub;
  readonly queue: Queue;
  readonly workers: WorkerLink;
  readonly keys: RedisKeys;
}

/**
 * Cache, pub/sub and queue on a Redis server (7 or newer, or what speaks its protocol and runs its scripts). It reconnects by itself;
 * while the server is away, calls fail after a moment.
 * @param report receives the errors of broken connections, what listeners throw, and messages that cannot be read
 * @throws TrainyardError REDIS_URL_INVALID, REDIS_UNREACHABLE, REDIS_REFUSED_CREDENTIALS, REDIS_UNTRUSTED
 */
export async function openRedis(
  endpoint: ServerEndpoint,
  report: (error: unknown) => void,
): Promise<RedisStores> {
  const address = readAddress(endpoint);
  await using opening = new AsyncDisposableStack();
  const bells = new Map<string, Doorbell>();
  let isClosed = false;
  opening.defer(async () => {
    isClosed = true;
    for (const bell of bells.values()) await bell[Symbol.asyncDispose]();
  });
  const commands = opening.use(new RedisConnection(address, 'trainyard', report));
  const listening = opening.use(new RedisConnection(address, 'trainyard-listening', () => {}));
  await commands.run((client) => client.ping());
  // The connection for commands reports an outage; once is enough.
  const waiting = (longestMs: number) =>
    new RedisConnection(address, 'trainyard-waiting', () => {}, longestMs + 3000);
  const bell = (queue: string) => {
    const present = bells.get(queue);
    if (present) return present;
    const connection = waiting(questionMs);
    // Whoever was about to wait while all was closed.
    if (isClosed) void connection[Symbol.asyncDispose]();
    const made = createDoorbell(connection, queue, report);
    bells.set(queue, made);
    return made;
  };
  const stores = {
    cache: createCache(commands),
    pubSub: createPubSub(commands, listening, report),
    queue: createQueue(commands, bell, report),
    keys: createKeys(commands),
    workers: createWorkerLink(commands, () => waiting(callWaitMs), report),
  };
  const opened = opening.move();
  return { ...stores, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
