import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier, type Pool, type PoolConfig } from 'pg';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { BackOff, pause } from '../../../platform/waiting.ts';

/** Receives a notification's payload; null if some may have been missed, or none will come any more. */
type Handler = (payload: string | null) => void;

/** How long `listen` waits for a connection, and the pauses between attempts to get one. */
const timeoutMs = 10_000;
const firstPauseMs = 50;
const longestPauseMs = 5000;

/**
 * Notifications of one database over one connection of its own, which is made when first needed and again when it breaks. It takes no
 * connection out of the pool.
 */
export class Listener implements AsyncDisposable {
  private readonly pool: Pool;
  private readonly report: (error: unknown) => void;
  private readonly handlers = new Map<string, Set<Handler>>();
  private connection: ListeningConnection | null = null;
  private connecting: Promise<void> | null = null;
  private readonly closing = new AbortController();

  /** @param report receives the error of a broken connection (once, until it is back); listening goes on by itself */
  constructor(pool: Pool, report: (error: unknown) => void) {
    this.pool = pool;
    this.report = report;
  }

  /**
   * Resolves once notifications sent from now on reach the handler. Disposing ends it.
   * @param channel as `postgresChannel` names it
   * @throws TrainyardError MESSAGING_UNREACHABLE
   */
  async listen(channel: string, handler: Handler): Promise<AsyncDisposable> {
    const handlers = this.handlers.get(channel) ?? new Set();
    handlers.add(handler);
    this.handlers.set(channel, handlers);
    const end = () => this.end(channel, handler);
    try {
      await this.established(channel);
    } catch (error) {
      await end();
      throw error;
    }
    return { [Symbol.asyncDispose]: end };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort();
    this.wakeAll();
    await this.connecting;
    const connection = this.connection;
    this.connection = null;
    await connection?.close();
  }

  private async established(channel: string): Promise<void> {
    const timeout = new AbortController();
    const late = sleep(timeoutMs, true, { signal: timeout.signal }).catch(() => true);
    try {
      for (;;) {
        if (this.closing.signal.aborted) throw fault('MESSAGING_UNREACHABLE', {});
        const connection = this.connection;
        if (connection) {
          if (await this.listensOn(connection, channel)) return;
        } else if (await Promise.race([this.connect(false).then(() => false), late])) {
          throw fault('MESSAGING_UNREACHABLE', {});
        }
      }
    } finally {
      timeout.abort();
    }
  }

  /** False if the connection broke meanwhile: the next one is to be tried. */
  private async listensOn(connection: ListeningConnection, channel: string): Promise<boolean> {
    try {
      await connection.listen(channel);
      return !connection.broken;
    } catch (error) {
      if (connection.broken) return false;
      throw error;
    }
  }

  private async end(channel: string, handler: Handler): Promise<void> {
    const handlers = this.handlers.get(channel);
    if (!handlers?.delete(handler) || handlers.size > 0) return;
    this.handlers.delete(channel);
    const connection = this.connection;
    try {
      await connection?.unlisten(channel);
    } catch (error) {
      // A broken connection listens no more, which is what was wanted.
      if (!connection?.broken) throw error;
    }
  }

  private deliver(channel: string, payload: string): void {
    for (const handler of this.handlers.get(channel) ?? []) handler(payload);
  }

  private wakeAll(): void {
    for (const handlers of this.handlers.values()) for (const handler of handlers) handler(null);
  }

  private lost(connection: ListeningConnection, error: Error): void {
    if (this.connection !== connection) return;
    this.connection = null;
    if (this.closing.signal.aborted) return;
    this.report(error);
    void this.connect(true);
  }

  /** One attempt after the other, as long as somebody wants to listen. Never rejects. */
  private connect(again: boolean): Promise<void> {
    this.connecting ??= this.keepConnecting(again).finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }

  private async keepConnecting(again: boolean): Promise<void> {
    let reported = again;
    const backOff = new BackOff(firstPauseMs, longestPauseMs);
    while (!this.closing.signal.aborted && this.handlers.size > 0) {
      try {
        this.connection = await this.connected();
        if (again) this.wakeAll();
        return;
      } catch (error) {
        if (!reported) this.report(error);
        reported = true;
        await pause(backOff.next(), this.closing.signal);
      }
    }
  }

  /** A connection that listens on every channel that has a handler, and on no other. */
  private async connected(): Promise<ListeningConnection> {
    const connection = new ListeningConnection(
      this.pool.options,
      (channel, payload) => this.deliver(channel, payload),
      (lost, error) => this.lost(lost, error),
    );
    try {
      await connection.open();
      for (const channel of [...this.handlers.keys()]) await connection.listen(channel);
      for (const channel of connection.listening)
        if (!this.handlers.has(channel)) await connection.unlisten(channel);
      if (connection.broken) throw fault('MESSAGING_UNREACHABLE', {});
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
}

/** One connection that listens. Statements go one after the other: the driver no longer takes several at once. */
class ListeningConnection {
  /** The server or the network ended it, or `close` did. */
  broken = false;
  private readonly client: Client;
  private readonly channels = new Map<string, Promise<void>>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    options: PoolConfig,
    deliver: (channel: string, payload: string) => void,
    lost: (connection: ListeningConnection, error: Error) => void,
  ) {
    this.client = new Client(options);
    const end = (error: Error) => {
      if (this.broken) return;
      this.broken = true;
      lost(this, error);
    };
    this.client.on('error', end);
    this.client.on('end', () => end(new Error('The connection that listens was closed by the server.')));
    this.client.on('notification', ({ channel, payload }) => deliver(channel, payload ?? ''));
  }

  async open(): Promise<void> {
    await this.client.connect();
  }

  /** Channels that it listens on, or is about to. */
  get listening(): readonly string[] {
    return [...this.channels.keys()];
  }

  listen(channel: string): Promise<void> {
    const present = this.channels.get(channel);
    if (present) return present;
    const started = this.run(`LISTEN ${escapeIdentifier(channel)}`);
    this.channels.set(channel, started);
    return started;
  }

  async unlisten(channel: string): Promise<void> {
    if (this.channels.delete(channel)) await this.run(`UNLISTEN ${escapeIdentifier(channel)}`);
  }

  async close(): Promise<void> {
    this.broken = true;
    await this.last;
    await this.client.end();
  }

  private run(statement: string): Promise<void> {
    const done = this.last.then(async () => {
      await this.client.query(statement);
    });
    // The caller of the statement gets its failure; the next one runs all the same.
    this.last = done.catch(() => undefined);
    return done;
  }
}
