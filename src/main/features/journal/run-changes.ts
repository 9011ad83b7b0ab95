import { type PubSub, runChannel } from '../../stores/pubsub/ports.ts';

/** How long a channel is listened to after its last reader left: most come back at once for the next page. */
const lingerMs = 5000;

/** What a reader asks of a run's journal: what stands after a number of it. */
export interface ReadingQuery {
  readonly runId: string;
  readonly after: number;
  readonly limit: number;
  /** How long to wait where there is nothing; 0: reads once. */
  readonly waitMs: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
}

class Channel {
  readers = 0;
  /** Counts the messages. */
  messages = 0;
  readonly wake = new Set<() => void>();
  lingering: NodeJS.Timeout | undefined;
  readonly subscription: Promise<AsyncDisposable>;

  constructor(pubSub: PubSub, runId: string) {
    this.subscription = pubSub.subscribe(runChannel(runId), () => {
      this.messages += 1;
      for (const wake of [...this.wake]) wake();
    });
  }

  /** Resolves once there were more messages than these, at the latest after `ms`. */
  after(messages: number, ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.messages !== messages || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.wake.add(done);
      signal?.addEventListener('abort', done);
    });
  }
}

/** Reads that wait for changes of a run. All readers of a run share one subscription. */
export class RunChanges implements AsyncDisposable {
  private readonly pubSub: PubSub;
  private readonly channels = new Map<string, Channel>();
  private closed = false;

  constructor(pubSub: PubSub) {
    this.pubSub = pubSub;
  }

  /** Reads; where that brings nothing new, reads again at every message about the run, and once more when the wait is over. */
  async read<Page>(
    { runId, waitMs, signal }: Pick<ReadingQuery, 'runId' | 'waitMs' | 'signal'>,
    read: () => Promise<Page>,
    isAnswer: (page: Page) => boolean,
  ): Promise<Page> {
    const end = performance.now() + waitMs;
    if (waitMs === 0 || !this.channels.has(runId)) {
      const page = await read();
      if (waitMs === 0 || isAnswer(page)) return page;
    }
    const channel = this.enter(runId);
    try {
      await channel.subscription;
      for (;;) {
        // Before reading: what is published while it reads counts as a change.
        const { messages } = channel;
        const page = await read();
        const leftMs = end - performance.now();
        if (isAnswer(page) || leftMs <= 0 || signal?.aborted || this.closed) return page;
        await channel.after(messages, leftMs, signal);
      }
    } finally {
      this.leave(runId, channel);
    }
  }

  /** Readers that wait get what they have. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    const channels = [...this.channels.values()];
    this.channels.clear();
    for (const channel of channels) {
      clearTimeout(channel.lingering);
      for (const wake of [...channel.wake]) wake();
    }
    await Promise.allSettled(channels.map((channel) => end(channel)));
  }

  private enter(runId: string): Channel {
    let channel = this.channels.get(runId);
    if (!channel) {
      const made = new Channel(this.pubSub, runId);
      // One that could not be had must not stand in the way of the next.
      made.subscription.catch(() => this.forget(runId, made));
      this.channels.set(runId, made);
      channel = made;
    }
    clearTimeout(channel.lingering);
    channel.readers += 1;
    return channel;
  }

  private leave(runId: string, channel: Channel): void {
    channel.readers -= 1;
    if (channel.readers > 0 || this.channels.get(runId) !== channel) return;
    channel.lingering = setTimeout(() => {
      this.forget(runId, channel);
      // A connection that is gone listens no more, which is what was wanted.
      end(channel).catch(() => undefined);
    }, lingerMs);
    channel.lingering.unref();
  }

  private forget(runId: string, channel: Channel): void {
    if (this.channels.get(runId) === channel) this.channels.delete(runId);
  }
}

async function end(channel: Channel): Promise<void> {
  const subscription = await channel.subscription;
  await subscription[Symbol.asyncDispose]();
}
