import { type ClientLink, type ClientOptions, ORPCError } from '@orpc/client';
import { Listeners } from './listeners.ts';
import { once } from './pause.ts';
import { writes } from './repeatable.ts';

/** What the engine says while the stores of its profile are not there, or not yet. */
const awayCodes = ['STORES_NOT_READY', 'STORES_STARTING', 'DATABASE_UNAVAILABLE'];
/** A notification says when the stores are back; this is for one that got lost. */
const retryMs = 3000;
/** A read that was asked again and is not refused within this time has reached the stores: it may only be waiting for changes. */
const graceMs = 400;

export interface StoreWaiterPorts {
  schedule(milliseconds: number, action: () => void): () => void;
}

/**
 * Keeps reads that came while the stores were away and asks them again, as the connection does with those that broke: a page that waits
 * for a stopped stack goes on where it was once the stack is up. Writes are answered with the error.
 */
export class StoreWaiter implements ClientLink<Record<never, never>> {
  private readonly inner: ClientLink<Record<never, never>>;
  private readonly ports: StoreWaiterPorts;
  private readonly listeners = new Listeners();
  private readonly sleepers = new Listeners();
  private held = 0;
  private refusal: Error | null = null;
  private cancelRelief: (() => void) | null = null;

  constructor(inner: ClientLink<Record<never, never>>, ports: StoreWaiterPorts) {
    this.inner = inner;
    this.ports = ports;
  }

  readonly subscribe = this.listeners.subscribe;

  /** Why reads wait: the engine's last refusal; null while none does. */
  readonly snapshot = (): Error | null => this.refusal;

  /** Asks again at once: the stores may be back. */
  readonly wake = (): void => this.sleepers.notify();

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<Record<never, never>>,
  ): Promise<unknown> {
    const hold = { counted: false };
    try {
      for (;;) {
        const cancelGrace = hold.counted ? this.ports.schedule(graceMs, () => this.release(hold)) : null;
        try {
          return await this.inner.call(path, input, options);
        } catch (error) {
          const refused = error instanceof ORPCError && awayCodes.includes(error.code);
          if (!refused || writes(path) || options.signal?.aborted) throw error;
          cancelGrace?.();
          this.keep(hold, error);
        } finally {
          cancelGrace?.();
        }
        await this.sleep(options.signal);
        options.signal?.throwIfAborted();
      }
    } finally {
      this.release(hold);
    }
  }

  private keep(hold: { counted: boolean }, refusal: Error): void {
    if (!hold.counted) this.held += 1;
    hold.counted = true;
    this.cancelRelief?.();
    this.cancelRelief = null;
    this.become(refusal);
  }

  private release(hold: { counted: boolean }): void {
    if (!hold.counted) return;
    hold.counted = false;
    this.held -= 1;
    if (this.held > 0) return;
    // Reads that are cancelled and asked anew must not let the page flash in between.
    this.cancelRelief?.();
    this.cancelRelief = this.ports.schedule(graceMs / 2, () => {
      if (this.held === 0) this.become(null);
    });
  }

  private become(refusal: Error | null): void {
    if (this.refusal?.message === refusal?.message) return;
    this.refusal = refusal;
    this.listeners.notify();
  }

  private sleep(signal: AbortSignal | undefined): Promise<void> {
    return once((end) => {
      const cancel = this.ports.schedule(retryMs, end);
      const stop = this.sleepers.subscribe(end);
      return () => {
        cancel();
        stop();
      };
    }, signal);
  }
}
