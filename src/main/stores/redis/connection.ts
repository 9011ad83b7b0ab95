import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { RedisAddress } from './address.ts';
import { asRedisError, isOutage } from './errors.ts';

/** How long a call waits for a server that just went away, and how long for its answer. */
const timeoutMs = 4000;
const answerMs = 5000;
const firstPauseMs = 20;
const longestPauseMs = 500;

/** A program that the server runs in one step. */
export interface Script {
  readonly text: string;
  readonly digest: string;
}

export function script(text: string): Script {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

export interface ConnectionParts {
  readonly address: RedisAddress;
  /** What `CLIENT LIST` shows. */
  readonly name: string;
  /** Hears of a connection that broke, once until it stands again. */
  readonly report: (error: unknown) => void;
  /** How long an answer may take; a blocking command's takes longer. */
  readonly answerMs?: number;
}

/**
 * One connection to the server, made again whenever it breaks. Nothing is sent twice by itself, and nothing waits for an absent server
 * longer than a moment: after that calls fail at once until it is there again.
 */
export class RedisConnection implements AsyncDisposable {
  readonly client: Redis;
  readonly place: string;
  private readonly report: (error: unknown) => void;
  private readonly waiting = new Set<() => void>();
  private readonly readyHandlers = new Set<() => void>();
  private fault: unknown = null;
  private stood = false;
  private downSince = 0;
  private isClosed = false;

  constructor({ address, name, report, answerMs: longest = answerMs }: ConnectionParts) {
    this.place = address.place;
    this.report = report;
    const options = {
      ...address.options,
      protocol: 2 as const,
      lazyConnect: true,
      connectionName: name,
      connectTimeout: timeoutMs,
      commandTimeout: longest,
      // What is under way when the connection breaks fails then; whether it may be done again is the caller's to say.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt: number) => Math.min(firstPauseMs * 2 ** Math.min(attempt, 10), longestPauseMs),
    };
    this.client = new Redis(options);
    this.client.on('error', (error: unknown) => {
      this.fault = error;
      // A fault that stays is known without waiting; whoever waits learns it now.
      if (!isOutage(asRedisError(error, this.place))) this.wake();
    });
    this.client.on('ready', () => {
      this.stood = true;
      this.fault = null;
      for (const handler of this.readyHandlers) handler();
      this.wake();
    });
    this.client.on('close', () => {
      if (!this.stood) return;
      this.stood = false;
      this.downSince = performance.now();
      if (!this.isClosed)
        this.report(asRedisError(this.fault ?? new Error('The connection broke.'), this.place));
    });
  }

  get closed(): boolean {
    return this.isClosed;
  }

  get stands(): boolean {
    return this.client.status === 'ready';
  }

  /** Called each time that the connection stands (again), before any call that waited for it goes on. */
  onReady(handler: () => void): void {
    this.readyHandlers.add(handler);
  }

  /**
   * Runs a command once the connection stands.
   * @param isHarmless doing it twice does no harm: it is tried again where the connection broke under it
   * @throws TrainyardError REDIS_UNREACHABLE, REDIS_REFUSED_CREDENTIALS, REDIS_UNTRUSTED, REDIS_REFUSED
   */
  async run<T>(command: (client: Redis) => Promise<T>, isHarmless = false): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await this.standing();
      try {
        return await command(this.client);
      } catch (error) {
        const isSilent = error instanceof Error && error.message === 'Command timed out';
        if (isSilent) this.client.disconnect(true);
        const failure = asRedisError(error, this.place);
        // Silence took all patience already.
        if (!isHarmless || isSilent || attempt === 3 || !isOutage(failure)) throw failure;
      }
    }
  }

  /** Runs a script, by its digest where the server knows it. */
  runScript(
    { text, digest }: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    isHarmless = false,
  ): Promise<unknown> {
    return this.run(async (client) => {
      try {
        return await client.evalsha(digest, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return await client.eval(text, keys.length, ...keys, ...args);
      }
    }, isHarmless);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    this.wake();
    this.client.disconnect();
  }

  /** Resolves when the connection stands. */
  private async standing(): Promise<void> {
    if (this.isClosed) throw asRedisError(new Error('The connection was closed.'), this.place);
    if (this.stands) return;
    if (this.client.status === 'wait') {
      this.downSince = performance.now();
      // Its failure comes as the event `error`, too.
      this.client.connect().catch((error: unknown) => {
        this.fault ??= error;
      });
    }
    const left = this.downSince + timeoutMs - performance.now();
    if (left > 0 && !this.isHopeless()) {
      let late: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve);
        late = setTimeout(() => {
          this.waiting.delete(resolve);
          resolve();
        }, left);
      });
      clearTimeout(late);
    }
    if (!this.stands || this.isClosed) {
      throw asRedisError(this.fault ?? new Error('No answer came.'), this.place);
    }
  }

  /** Whether the last attempt met something that waiting does not fix. */
  private isHopeless(): boolean {
    return this.fault !== null && !isOutage(asRedisError(this.fault, this.place));
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
