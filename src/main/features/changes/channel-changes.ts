import { Wakeups } from '../../platform/wakeups.ts';
import type { Db } from '../../postgres/db.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import type { PubSub } from '../../stores/pubsub/ports.ts';

/** How long a channel is listened to after its last reader left: most come back at once for the next page. */
const lingerMs = 5000;

/** Where what trainers wrote is read. */
export interface RunReadings {
  readonly db: Db;
  readonly documents: Pick<DocumentStore, 'getMany'>;
  readonly changes: ChannelChanges;
}

/** A request for the entries of a run's journal after a number. */
export interface ReadingQuery {
  readonly runId: string;
  readonly after: number;
  readonly limit: number;
  /** How long to wait where there is nothing; 0: reads once. */
  readonly waitMs: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

class Channel {
  readers = 0;
  /** Counts the messages. */
  messages = 0;
  readonly wakeups = new Wakeups();
  lingering: NodeJS.Timeout | undefined;
  readonly subscription: Promise<AsyncDisposable>;

  constructor(pubSub: PubSub, name: string) {
    this.subscription = pubSub.subscribe(name, () => {
      this.messages += 1;
      this.wakeups.wake();
    });
  }
}

/** Reads that wait for messages on a channel. All readers of a channel share one subscription. */
export class ChannelChanges implements AsyncDisposable {
  private readonly pubSub: PubSub;
  private readonly channels = new Map<string, Channel>();
  private closed = false;

  constructor(pubSub: PubSub) {
    this.pubSub = pubSub;
  }

  /** Reads; where that brings nothing new, reads again at every message on the channel, and once more when the wait is over. */
  async read<Page>(
    name: string,
    { waitMs, signal }: Pick<ReadingQuery, 'waitMs' | 'signal'>,
    read: () => Promise<Page>,
    isAnswer: (page: Page) => boolean,
  ): Promise<Page> {
    const end = performance.now() + waitMs;
    if (waitMs === 0 || !this.channels.has(name)) {
      const page = await read();
      if (waitMs === 0 || isAnswer(page)) return page;
    }
    const channel = this.enter(name);
    try {
      await channel.subscription;
      for (;;) {
        // Before reading: what is published while it reads counts as a change.
        const { messages } = channel;
        const page = await read();
        const leftMs = end - performance.now();
        if (isAnswer(page) || leftMs <= 0 || signal?.aborted || this.closed) return page;
        if (channel.messages === messages) await channel.wakeups.wait(leftMs, signal);
      }
    } finally {
      this.leave(name, channel);
    }
  }

  /** Readers that wait get what they have. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    const channels = [...this.channels.values()];
    this.channels.clear();
    for (const channel of channels) {
      clearTimeout(channel.lingering);
      channel.wakeups.wake();
    }
    await Promise.allSettled(channels.map((channel) => end(channel)));
  }

  private enter(name: string): Channel {
    let channel = this.channels.get(name);
    if (!channel) {
      const made = new Channel(this.pubSub, name);
      // One that could not be had must not stand in the way of the next.
      made.subscription.catch(() => this.forget(name, made));
      this.channels.set(name, made);
      channel = made;
    }
    clearTimeout(channel.lingering);
    channel.readers += 1;
    return channel;
  }

  private leave(name: string, channel: Channel): void {
    channel.readers -= 1;
    if (channel.readers > 0 || this.channels.get(name) !== channel) return;
    channel.lingering = setTimeout(() => {
      this.forget(name, channel);
      // A connection that is gone listens no more, which is what was wanted.
      end(channel).catch(() => undefined);
    }, lingerMs);
    channel.lingering.unref();
  }

  private forget(name: string, channel: Channel): void {
    if (this.channels.get(name) === channel) this.channels.delete(name);
  }
}

async function end(channel: Channel): Promise<void> {
  const subscription = await channel.subscription;
  await subscription[Symbol.asyncDispose]();
}
