import { pause } from '../../../platform/waiting.ts';
import type { RedisConnection } from '../../redis/connection.ts';
import { isOutage } from '../../redis/errors.ts';

/** How long the server holds the question, and the pause before the next one where it could not be asked. */
export const questionMs = 5000;
const pauseMs = 250;

/**
 * Notifies when a list has an element, whoever put it there. It asks by moving the oldest element to where it is, which waits for one
 * and changes nothing; all waiters share one such command.
 */
export interface Doorbell extends AsyncDisposable {
  /** Calls back once, as soon as the list has an element, or the connection is closed. Returns what forgets the call. */
  ring(callback: () => void): () => void;
}

/** @param connection of its own: a question keeps every later command waiting; its answers may take `questionMs` and more */
export function createDoorbell(
  connection: RedisConnection,
  list: string,
  report: (error: unknown) => void,
): Doorbell {
  const waiting = new Set<() => void>();
  let isAsking = false;
  const wake = () => {
    const callbacks = [...waiting];
    waiting.clear();
    for (const callback of callbacks) callback();
  };
  const ask = async () => {
    isAsking = true;
    while (waiting.size > 0 && !connection.closed) {
      try {
        const found = await connection.run((client) =>
          client.blmove(list, list, 'RIGHT', 'RIGHT', questionMs / 1000),
        );
        if (found !== null) wake();
      } catch (error) {
        // The connection reports its outage itself.
        if (!isOutage(error)) report(error);
        await pause(pauseMs);
      }
    }
    isAsking = false;
  };
  return {
    ring: (callback) => {
      if (connection.closed) callback();
      else waiting.add(callback);
      if (!isAsking) void ask();
      return () => waiting.delete(callback);
    },
    // Whoever waits is called now.
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]();
      wake();
    },
  };
}
