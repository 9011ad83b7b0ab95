import { pause } from '../../../platform/waiting.ts';
import type { RedisConnection } from '../../redis/connection.ts';
import { isOutage } from '../../redis/errors.ts';

/** How long the server holds the question, and the pause before the next one where it could not be asked. */
export const questionMs = 5000;
const pauseMs = 250;

/**
 * Tells when a list has an element, whoever put it there. It asks by moving the oldest element to where it is, which waits for one
 * and changes nothing; one question for all who wait.
 */
export class Doorbell implements AsyncDisposable {
  private readonly connection: RedisConnection;
  private readonly list: string;
  private readonly report: (error: unknown) => void;
  private readonly waiting = new Set<() => void>();
  private isAsking = false;

  /** @param connection of its own: a question keeps every later command waiting; its answers may take `questionMs` and more */
  constructor(connection: RedisConnection, list: string, report: (error: unknown) => void) {
    this.connection = connection;
    this.list = list;
    this.report = report;
  }

  /** Calls back once, as soon as the list has an element, or the connection is closed. Answers what forgets the call. */
  ring(callback: () => void): () => void {
    if (this.connection.closed) callback();
    else this.waiting.add(callback);
    if (!this.isAsking) void this.ask();
    return () => this.waiting.delete(callback);
  }

  /** Whoever waits is called now. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection[Symbol.asyncDispose]();
    this.wake();
  }

  private async ask(): Promise<void> {
    this.isAsking = true;
    while (this.waiting.size > 0 && !this.connection.closed) {
      try {
        const found = await this.connection.run((client) =>
          client.blmove(this.list, this.list, 'RIGHT', 'RIGHT', questionMs / 1000),
        );
        if (found !== null) this.wake();
      } catch (error) {
        // The connection tells of its outage itself.
        if (!isOutage(error)) this.report(error);
        await pause(pauseMs);
      }
    }
    this.isAsking = false;
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const callback of waiting) callback();
  }
}
