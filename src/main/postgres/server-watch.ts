import { Socket } from 'node:net';
import pg from 'pg';
import { pause } from '../platform/waiting.ts';
import { clientConfig, type PostgresAddress } from './pool.ts';

/** A pause between two questions; each comes over a connection of its own, since a server may answer old ones and take no new ones. */
const pauseMs = 2000;
const tickMs = 1000;
/** As long as a machine that swaps may take for a connection. */
const silentAfterTicks = 8;

interface WatchLog {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Whether the driver waits for this connection's answer. */
const isAsking = (client: pg.PoolClient) => 'readyForQuery' in client && client.readyForQuery === false;

const processOf = (client: pg.PoolClient): number | null =>
  'processID' in client && typeof client.processID === 'number' ? client.processID : null;

const silence = () =>
  Object.assign(new Error(`The database has not answered for ${(silentAfterTicks * tickMs) / 1000} s`), {
    code: '08006',
  });

/**
 * Distinguishes a slow server from one that does not answer though its connections are open: it was stopped, its machine froze, or the
 * network drops packets. Then every connection of the pool is broken, and none is made until it answers again: queries fail as
 * they do when a server ends, and durable steps are begun anew. How long a statement takes says nothing; the server is
 * asked something small meanwhile. While nobody waits for the server nothing is asked and no timer runs: each question is a process of
 * the server's.
 */
export class ServerWatch implements AsyncDisposable {
  private readonly address: PostgresAddress;
  private readonly log: WatchLog;
  private readonly sockets = new Set<Socket>();
  /** Connections that ask, and since how many ticks. */
  private readonly asking = new Map<pg.PoolClient, number>();
  private readonly clients = new Set<pg.PoolClient>();
  private readonly over = new AbortController();
  private pool: pg.Pool | null = null;
  /** While somebody may wait for the server. */
  private timer: NodeJS.Timeout | null = null;
  /** While it is asked. */
  private questions: Promise<void> | null = null;
  /** The connection of the question that is not answered yet. */
  private probe: Socket | null = null;
  private waited = 0;
  private silent = false;
  /** Everything is being closed. */
  private closing = false;

  constructor(address: PostgresAddress, log: WatchLog) {
    this.address = address;
    this.log = log;
  }

  /** A connection's socket, for the pool: it breaks at once while the server is silent. */
  readonly socket = (): Socket => {
    const socket = new Socket();
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    this.begin();
    if (this.silent) process.nextTick(() => socket.destroy(silence()));
    return socket;
  };

  /** Looks after the pool's connections one by one, too: one may hang alone. */
  follow(pool: pg.Pool): void {
    this.pool = pool;
    pool.on('acquire', () => this.begin());
    pool.on('connect', (client) => this.clients.add(client));
    pool.on('remove', (client) => {
      this.clients.delete(client);
      this.asking.delete(client);
    });
  }

  /** From now on it is asked whoever waits: a connection that is closed, or is not the pool's, waits for the server unseen. */
  expectEnd(): void {
    this.closing = true;
    this.begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over.abort();
    this.end();
    this.probe?.destroy();
    await this.questions;
  }

  private begin(): void {
    if (this.timer || this.over.signal.aborted) return;
    // Counted, not measured: a process that was busy or halted itself has not listened meanwhile.
    this.timer = setInterval(() => this.tick(), tickMs).unref();
  }

  private end(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    for (const client of this.clients) {
      if (isAsking(client)) this.asking.set(client, (this.asking.get(client) ?? 0) + 1);
      else this.asking.delete(client);
    }
    if (this.isNeeded())
      this.questions ??= this.ask().finally(() => {
        this.questions = null;
      });
    else if (!this.questions && !this.isInUse()) this.end();
    if (this.probe === null) return;
    this.waited += 1;
    if (this.silent || this.waited < silentAfterTicks) return;
    this.silent = true;
    this.log.error({ connections: this.sockets.size }, 'the database does not answer');
    this.breakAll();
  }

  private async ask(): Promise<void> {
    while (this.isNeeded() && !this.over.signal.aborted) {
      const socket = new Socket();
      const client = new pg.Client({
        ...clientConfig(this.address),
        stream: () => socket,
        application_name: 'trainyard watch',
        // It waits as long as it takes: its answer ends the silence.
        connectionTimeoutMillis: 0,
      });
      client.on('error', () => {});
      this.probe = socket;
      this.waited = 0;
      try {
        await client.connect();
        await this.endHanging(client);
      } catch (error) {
        // A server that refuses or ends is not silent: its callers get the error.
        if (!(error instanceof Error)) throw error;
      }
      this.probe = null;
      this.hasAnswered();
      await client.end();
      await pause(pauseMs, this.over.signal);
    }
  }

  /** Whether somebody has a connection, and may ask something over it at any time. */
  private isInUse(): boolean {
    return this.pool !== null && this.pool.idleCount < this.pool.totalCount;
  }

  /** Whether somebody waits for an answer, or for a connection: the server has not said a word on that yet. */
  private isNeeded(): boolean {
    return this.closing || this.asking.size > 0 || [...this.sockets].some(({ bytesRead }) => bytesRead === 0);
  }

  private hasAnswered(): void {
    if (!this.silent) return;
    this.silent = false;
    if (!this.over.signal.aborted) this.log.info({}, 'the database answers again');
  }

  /**
   * Whether a connection waits for an answer to what its server process, idle for as long, has not even read, or that has no process any
   * more. Others may be as dead, and nobody knows before they are used: all of them are made anew.
   */
  private async endHanging(probe: pg.Client): Promise<void> {
    const waiting = [...this.asking]
      .filter(([client, ticks]) => ticks >= silentAfterTicks && processOf(client) !== null)
      .map(([client]) => client);
    const { rows } = await probe.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE pid = ANY ($1)
       AND (state LIKE 'idle%' IS NOT TRUE OR state_change > clock_timestamp() - make_interval(secs => $2))`,
      [waiting.map(processOf), (silentAfterTicks * tickMs) / 1000],
    );
    const working = new Set(rows.map(({ pid }) => pid));
    const hanging = waiting.filter(
      (client) => this.asking.has(client) && !working.has(processOf(client) ?? 0),
    );
    if (hanging.length === 0) return;
    this.log.error({ processes: hanging.map(processOf) }, 'connections to the database hang');
    this.breakAll();
  }

  private breakAll(): void {
    for (const socket of this.sockets) socket.destroy(silence());
  }
}
