import { Client, escapeIdentifier, type PoolConfig } from 'pg';

/** One connection that listens. Statements go one after the other: the driver no longer takes several at once. */
export class ListeningConnection {
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
    // Whoever asked for the statement hears of its failure; the next one goes on all the same.
    this.last = done.catch(() => undefined);
    return done;
  }
}
