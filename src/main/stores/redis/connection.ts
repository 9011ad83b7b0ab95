import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { Wakeups } from '../../platform/wakeups.ts';
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

/** A Lua script with its SHA-1 digest, by which Redis runs it once it is loaded. */
export function script(text: string): Script {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

/**
 * One connection to the server, made again whenever it breaks. Nothing is sent twice by itself, and nothing waits for an absent server
 * longer than a moment: after that calls fail at once until it is there again.
 */
export class RedisConnection implements AsyncDisposable {
  readonly client: Redis;
  readonly place: string;
  private readonly wakeups = new Wakeups();
  private fault: unknown = null;
  private stood = false;
  private downSince = 0;
  closed = false;

  /**
   * @param name what `CLIENT LIST` shows
   * @param report receives the error of a broken connection, once until it is back
   * @param commandTimeout how long an answer may take, in milliseconds; a blocking command's takes longer
   */
  constructor(
    address: RedisAddress,
    name: string,
    report: (error: unknown) => void,
    commandTimeout = answerMs,
  ) {
    this.place = address.place;
    this.client = new Redis({
      ...address.options,
      protocol: 2,
      lazyConnect: true,
      connectionName: name,
      connectTimeout: timeoutMs,
      commandTimeout,
      // What is under way when the connection breaks fails then; whether it may be done again is the caller's to say.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt: number) => Math.min(firstPauseMs * 2 ** Math.min(attempt, 10), longestPauseMs),
    });
    this.client.on('error', (error: unknown) => {
      this.fault = error;
      // A fault that stays is known without waiting; whoever waits learns it now.
      if (!isOutage(asRedisError(error, this.place))) this.wakeups.wake();
    });
    this.client.on('ready', () => {
      this.stood = true;
      this.fault = null;
      this.wakeups.wake();
    });
    this.client.on('close', () => {
      if (!this.stood) return;
      this.stood = false;
      this.downSince = performance.now();
      if (!this.closed) report(asRedisError(this.fault ?? new Error('The connection broke.'), this.place));
    });
  }

  get stands(): boolean {
    return this.client.status === 'ready';
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
    this.closed = true;
    this.wakeups.wake();
    this.client.disconnect();
  }

  /** Resolves when the connection stands. */
  private async standing(): Promise<void> {
    if (this.closed) throw asRedisError(new Error('The connection was closed.'), this.place);
    if (this.stands) return;
    if (this.client.status === 'wait') {
      this.downSince = performance.now();
      // Its failure comes as the event `error`, too.
      this.client.connect().catch((error: unknown) => {
        this.fault ??= error;
      });
    }
    const left = this.downSince + timeoutMs - performance.now();
    // What waiting does not fix is not waited for.
    const isHopeless = this.fault !== null && !isOutage(asRedisError(this.fault, this.place));
    if (left > 0 && !isHopeless) await this.wakeups.wait(left);
    if (!this.stands || this.closed) {
      throw asRedisError(this.fault ?? new Error('No answer came.'), this.place);
    }
  }
}
