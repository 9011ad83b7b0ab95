import type { PubSub } from '../../../../src/main/stores/pubsub/ports.ts';

/** Pub/sub within a process. */
export class MemoryPubSub implements PubSub {
  private readonly listeners = new Map<string, Set<(message: unknown) => void>>();

  async publish(channel: string, message: unknown): Promise<void> {
    for (const listener of this.listeners.get(channel) ?? []) queueMicrotask(() => listener(message));
  }

  async subscribe(channel: string, listener: (message: unknown) => void): Promise<AsyncDisposable> {
    const all = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, all.add(listener));
    return { [Symbol.asyncDispose]: async () => void all.delete(listener) };
  }
}
