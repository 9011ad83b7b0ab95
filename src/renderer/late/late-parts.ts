import { Listeners } from '../rpc/listeners.ts';

type PartState<T> =
  | { readonly at: 'unasked' }
  | { readonly at: 'coming' }
  | { readonly at: 'there'; readonly value: T }
  | { readonly at: 'failed'; readonly error: unknown };

interface AnyPart {
  readonly snapshot: () => PartState<unknown>;
  readonly fetched: () => Promise<void>;
}

const parts = new Set<AnyPart>();

/** Something that is fetched once it is needed, and tells how that goes. */
export class LatePart<T> {
  private readonly load: () => Promise<T>;
  private readonly listeners = new Listeners();
  private state: PartState<T> = { at: 'unasked' };
  private coming: Promise<void> | null = null;

  constructor(load: () => Promise<T>) {
    this.load = load;
    parts.add(this);
  }

  readonly subscribe = this.listeners.subscribe;

  readonly snapshot = (): PartState<T> => this.state;

  /** Fetches it, where it is not there or on its way. */
  readonly fetch = (): void => void this.fetched();

  /** Resolves once it is there or has failed. */
  readonly fetched = (): Promise<void> => {
    if (this.state.at !== 'there') this.coming ??= this.run();
    return this.coming ?? Promise.resolve();
  };

  private async run(): Promise<void> {
    this.become({ at: 'coming' });
    try {
      this.become({ at: 'there', value: await this.load() });
    } catch (error) {
      this.become({ at: 'failed', error });
    } finally {
      this.coming = null;
    }
  }

  private become(state: PartState<T>): void {
    this.state = state;
    this.listeners.notify();
  }
}

/** Fetches again what failed. */
export function refetchFailedParts(): void {
  for (const part of parts) if (part.snapshot().at === 'failed') void part.fetched();
}

const idle = () =>
  new Promise<void>((resolve) => {
    // Safari has no such callback.
    if (!('requestIdleCallback' in globalThis)) setTimeout(resolve, 500);
    else requestIdleCallback(() => resolve(), { timeout: 2000 });
  });

/** Fetches every part, one after another, whenever the browser has nothing to do: then none needs the network when it is wanted. */
export async function fetchPartsWhenIdle(): Promise<void> {
  for (;;) {
    // Parts may bring further ones.
    const next = [...parts].find((part) => part.snapshot().at === 'unasked');
    if (!next) return;
    await idle();
    await next.fetched();
  }
}
