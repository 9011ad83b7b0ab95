import type { ClientLink, ClientOptions } from '@orpc/client';
import { TrainyardError } from '../../shared/model/errors.ts';
import { isRepeatable } from './repeatable.ts';

/** How the page stands with the engine. `waiting` means: tried, failed, tries again at `retryAt` (milliseconds, epoch). */
export type ConnectionState =
  | { readonly phase: 'connecting'; readonly failures: number }
  | { readonly phase: 'open' }
  | { readonly phase: 'waiting'; readonly failures: number; readonly retryAt: number }
  | { readonly phase: 'unauthorized' };

/** The part of a socket that this file needs. */
export interface Socket {
  /** Once it is closed without having been open: whether the page needs a link, or it may pass by itself. */
  readonly refusal: 'unauthorized' | 'unreachable';
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  close(): void;
}

export interface ConnectionPorts<S extends Socket> {
  open(): S;
  /** The calls over one socket; when it closes, those under way fail. */
  link(socket: S): ClientLink<Record<never, never>>;
  now(): number;
  schedule(milliseconds: number, action: () => void): () => void;
  random(): number;
}

const unknownRetryMs = 15_000;

interface Session {
  readonly link: ClientLink<Record<never, never>>;
  closed: boolean;
}

/** Milliseconds before the next try: 250 doubled up to 5 s, less up to a third so that many pages do not come at once. */
export function backoff(failures: number, random: number): number {
  const full = Math.min(5000, 250 * 2 ** Math.min(failures - 1, 10));
  return Math.round(full * (1 - random / 3));
}

/**
 * One WebSocket that comes back by itself. A read that was under way when it broke is asked again over the next one: reads go by
 * cursor, so nothing is lost or doubled. A write is never repeated unless its repetition is harmless.
 */
export class Connection<S extends Socket> implements ClientLink<Record<never, never>> {
  private readonly ports: ConnectionPorts<S>;
  private readonly listeners = new Set<() => void>();
  private readonly waiters = new Set<() => void>();
  private current: ConnectionState = { phase: 'connecting', failures: 0 };
  private session: Session | null = null;
  private cancelRetry: (() => void) | null = null;

  constructor(ports: ConnectionPorts<S>) {
    this.ports = ports;
  }

  get state(): ConnectionState {
    return this.current;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): ConnectionState => this.current;

  /** Opens the first socket. */
  start(): void {
    this.connect(0);
  }

  /** Tries at once where it waits: a person asked, or the page came back to the front. */
  readonly retryNow = (): void => {
    if (this.current.phase !== 'waiting' && this.current.phase !== 'unauthorized') return;
    this.connect('failures' in this.current ? this.current.failures : 0);
  };

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<Record<never, never>>,
  ): Promise<unknown> {
    for (;;) {
      const session = await this.opened(options.signal);
      try {
        return await session.link.call(path, input, options);
      } catch (error) {
        if (!session.closed || options.signal?.aborted) throw error;
        if (!isRepeatable(path, input)) {
          throw new TrainyardError(
            'CONNECTION_LOST',
            'The connection to the engine broke while it was at work',
            'See whether it was done, and ask again if it was not.',
            { cause: error, status: 503 },
          );
        }
      }
    }
  }

  private async opened(signal: AbortSignal | undefined): Promise<Session> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.session && !this.session.closed) return this.session;
      if (this.current.phase === 'unauthorized') {
        throw new TrainyardError(
          'UNAUTHORIZED',
          'This browser has no session with the engine',
          'Open the link that the engine prints.',
          {
            status: 401,
          },
        );
      }
      await new Promise<void>((resolve) => {
        const settle = () => {
          this.waiters.delete(settle);
          signal?.removeEventListener('abort', settle);
          resolve();
        };
        this.waiters.add(settle);
        signal?.addEventListener('abort', settle);
      });
    }
  }

  private connect(failures: number): void {
    this.cancelRetry?.();
    this.cancelRetry = null;
    // A page that needs a link says so until it has one.
    if (this.current.phase !== 'unauthorized') this.become({ phase: 'connecting', failures });
    const socket = this.ports.open();
    let wasOpen = false;
    // Before the link listens: its calls fail when the socket closes, and must then find the session closed.
    socket.addEventListener('close', () => {
      session.closed = true;
      if (this.session === session) this.session = null;
      this.recover(wasOpen ? 1 : failures + 1, !wasOpen && socket.refusal === 'unauthorized');
    });
    const session: Session = { closed: false, link: this.ports.link(socket) };
    socket.addEventListener('open', () => {
      wasOpen = true;
      this.session = session;
      this.become({ phase: 'open' });
    });
  }

  private recover(failures: number, isUnknown: boolean): void {
    if (isUnknown) {
      this.become({ phase: 'unauthorized' });
      // Whoever refused has proved nothing: it may have had the port of an engine that comes back.
      this.cancelRetry = this.ports.schedule(unknownRetryMs, () => this.connect(failures));
      return;
    }
    const delay = backoff(failures, this.ports.random());
    this.become({ phase: 'waiting', failures, retryAt: this.ports.now() + delay });
    this.cancelRetry = this.ports.schedule(delay, () => this.connect(failures));
  }

  private become(state: ConnectionState): void {
    this.current = state;
    if (state.phase === 'open' || state.phase === 'unauthorized')
      for (const wake of [...this.waiters]) wake();
    for (const listener of [...this.listeners]) listener();
  }
}
