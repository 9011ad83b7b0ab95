import { fault } from '../../../shared/errors/catalogue.ts';
import { errorSentence, type TrainyardError } from '../../../shared/errors/error.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import { pause } from '../../platform/waiting.ts';
import { Wakeups } from '../../platform/wakeups.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { FoundDrop, FoundDrops } from './drops.ts';

/** The bucket that is the inbox. */
export interface InboxBucket {
  readonly name: string;
  /** `host:port`, for people. */
  readonly place: string;
  /** All that lies in it. @throws TrainyardError INBOX_BUCKET_MISSING, the S3 errors */
  read(signal?: AbortSignal): Promise<FoundDrops>;
  /** One drop by its very name. @throws as `read` */
  find(name: string): Promise<FoundDrop | undefined>;
  /**
   * Calls `onChange` for whatever is put there or removed, and `onEnd` once where the server has no notifications or the connection broke.
   * Nothing is called after it was disposed of. @throws where it can't listen at all: the inbox is read all the same
   */
  listen(onChange: () => void, onEnd: () => void): Promise<Disposable>;
}

/** What the last look found, and why the newest one failed. */
export interface Look {
  readonly found: FoundDrops | null;
  readonly failure: TrainyardError | null;
}

/** How long each thing takes; all in milliseconds. */
export interface InboxPauses {
  /** A drop to which nothing came for so long has arrived. */
  readonly settleMs: number;
  /**
   * Between looks if nothing is notified of. The same where the server has notifications: since October 2025 MinIO and its forks have had
   * releases that keep them back until some KB are together (https://github.com/pgsty/silo/pull/34), and a connection may go silent.
   */
  readonly pollMs: number;
  /** Two looks begin at least so far apart. */
  readonly apartMs: number;
  /** After the last reader the watch goes on for so long. */
  readonly lingerMs: number;
}

export const inboxPauses: InboxPauses = {
  settleMs: 10_000,
  pollMs: 5000,
  apartMs: 1000,
  lingerMs: 60_000,
};

/** A look costs a page of a listing for each thousand objects: of all time it takes a tenth at most. */
const shareOfTime = 10;
const longestPollMs = 5 * 60_000;

interface Watching {
  readonly stop: AbortController;
  readonly end: Promise<void>;
}

/** Looks at the inbox for as long as somebody asks: by and by, and at once where the server notifies of a change. Nobody asks: nothing is done. */
export class InboxWatch {
  private readonly bucket: InboxBucket;
  private readonly onChange: () => void;
  private readonly log: WorkLog;
  private readonly pauses: InboxPauses;
  private readonly looked = new Wakeups();
  private readonly wanted = new Wakeups();
  private watching: Watching | null = null;
  private linger: NodeJS.Timeout | undefined;
  private last: Look | null = null;
  /** By name: the fingerprint, and when it was first seen. */
  private seen = new Map<string, { readonly fingerprint: string; readonly at: number }>();
  private isChanged = false;
  /** What readers were shown last. */
  private shown = '';

  /** @param onChange called whenever what lies there is not what it was */
  constructor(bucket: InboxBucket, onChange: () => void, log: WorkLog, pauses = inboxPauses) {
    this.bucket = bucket;
    this.onChange = onChange;
    this.log = log;
    this.pauses = pauses;
  }

  /** What lies there, as known by the watch, which begins with this where it is not under way. */
  async look(): Promise<Look> {
    if (!this.watching) this.start();
    clearTimeout(this.linger);
    this.linger = setTimeout(() => void this.close(), this.pauses.lingerMs).unref();
    while (!this.last && this.watching) await this.looked.wait(this.pauses.lingerMs);
    return this.last ?? { found: null, failure: null };
  }

  /** Whether something was put there a moment ago, by the server's clock and by what was seen: clocks differ. */
  isArriving(name: string): boolean {
    const drop = this.last?.found?.drops.get(name);
    const first = this.seen.get(name);
    const { settleMs } = this.pauses;
    return (
      drop !== undefined &&
      first !== undefined &&
      Date.now() - drop.changedAt.getTime() < settleMs &&
      performance.now() - first.at < settleMs
    );
  }

  /** Ends the watch; the next look begins another. */
  async close(): Promise<void> {
    clearTimeout(this.linger);
    const { watching } = this;
    this.watching = null;
    this.last = null;
    watching?.stop.abort();
    this.looked.wake();
    await watching?.end;
  }

  private start(): void {
    const stop = new AbortController();
    this.watching = { stop, end: this.watch(stop.signal) };
  }

  private async watch(signal: AbortSignal): Promise<void> {
    let listening: Disposable | null = null;
    let listenAt = 0;
    let listenPauseMs = this.pauses.pollMs;
    const changed = () => {
      this.isChanged = true;
      this.wanted.wake();
    };
    const notified = () => {
      listenPauseMs = this.pauses.pollMs;
      changed();
    };
    const ended = () => {
      listening?.[Symbol.dispose]();
      listening = null;
      listenAt = performance.now() + listenPauseMs;
      listenPauseMs = Math.min(listenPauseMs * 2, longestPollMs);
      changed();
    };
    try {
      while (!signal.aborted) {
        // Before the look: what comes meanwhile is notified of.
        if (!listening && performance.now() >= listenAt)
          listening = await this.bucket.listen(notified, ended).catch((error: unknown) => {
            // The client of the notifications does not take every address and name that servers have.
            this.log.warn({ err: error }, 'the inbox is looked at without notifications');
            ended();
            return null;
          });
        const startedAt = performance.now();
        this.isChanged = false;
        await this.lookNow(signal);
        const tookMs = performance.now() - startedAt;
        await pause(Math.max(this.pauses.apartMs, tookMs * shareOfTime), signal);
        if (!this.isChanged) await this.wanted.wait(this.pauses.pollMs, signal);
      }
    } finally {
      // Typed wider than what the callbacks above left.
      (listening as Disposable | null)?.[Symbol.dispose]();
    }
  }

  private async lookNow(signal: AbortSignal): Promise<void> {
    let look: Look;
    try {
      look = { found: await this.bucket.read(signal), failure: null };
    } catch (error) {
      if (signal.aborted) return;
      this.log.warn({ err: error }, 'the inbox could not be looked at');
      const failure = systemFault(error) ?? fault('INBOX_UNREADABLE', { cause: errorSentence(error) });
      // What lay there a moment ago most likely lies there still.
      look = { found: failure.status === 503 ? (this.last?.found ?? null) : null, failure };
    }
    if (signal.aborted) return;
    const now = performance.now();
    this.seen = new Map(
      [...(look.found?.drops ?? [])].map(([name, { fingerprint }]) => {
        const known = this.seen.get(name);
        return [name, known?.fingerprint === fingerprint ? known : { fingerprint, at: now }];
      }),
    );
    this.last = look;
    this.looked.wake();
    const shown = this.shownOf(look);
    if (shown !== this.shown) this.onChange();
    this.shown = shown;
  }

  /** What readers see of a look. */
  private shownOf(look: Look): string {
    const drops = [...(look.found?.drops.values() ?? [])].map(({ name, fingerprint }) => [
      name,
      fingerprint,
      this.isArriving(name),
    ]);
    return JSON.stringify([look.failure?.code, look.found?.leftOut, drops]);
  }
}
