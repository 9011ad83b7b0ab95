import type { ClientLink, ClientOptions } from '@orpc/client';
import { fault } from '../../shared/errors/catalogue.ts';
import { Listeners } from './listeners.ts';
import { once } from './pause.ts';
import { isRepeatable, writes } from './repeatable.ts';

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
  /** Its `close` event comes at once: a peer that is gone never confirms. */
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
/** As long as a write waits for a connection: what is done minutes later is not what was asked. */
const longestWriteWaitMs = 5000;
/** As long as an engine may take to say that it is there. */
const longestSilenceMs = 15_000;

interface OpenSocket {
  readonly link: ClientLink<Record<never, never>>;
  readonly socket: Socket;
  closed: boolean;
}

/** Milliseconds before the next try: 250 doubled up to 5 s, less up to a third so that many pages do not come at once. */
export function backoff(failures: number, random: number): number {
  const full = Math.min(5000, 250 * 2 ** Math.min(failures - 1, 10));
  return Math.round(full * (1 - random / 3));
}

/**
 * One WebSocket that comes back by itself. A read that was under way when it broke is asked again over the next one: reads go by
 * cursor, so nothing is lost or doubled. A write is never repeated unless its repetition is harmless, and is refused where there is no
 * connection for it within seconds. Its signal ends that wait only; once sent, a write returns its outcome whatever the signal does.
 */
export class Connection<S extends Socket> implements ClientLink<Record<never, never>> {
  private readonly ports: ConnectionPorts<S>;
  private readonly listeners = new Listeners();
  private current: ConnectionState = { phase: 'connecting', failures: 0 };
  private openSocket: OpenSocket | null = null;
  private cancelRetry: (() => void) | null = null;

  constructor(ports: ConnectionPorts<S>) {
    this.ports = ports;
  }

  get state(): ConnectionState {
    return this.current;
  }

  readonly subscribe = this.listeners.subscribe;

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

  /**
   * Gives up a connection that is open and answers nothing: a tunnel that hangs or a machine that slept causes no `close`. It is
   * asked what every engine answers at once, whatever else it does.
   */
  readonly probe = async (): Promise<void> => {
    const { openSocket } = this;
    if (!openSocket) return;
    const cancel = this.ports.schedule(longestSilenceMs, () => {
      if (!openSocket.closed) openSocket.socket.close();
    });
    await openSocket.link
      .call(['system', 'changes'], { after: '', waitMs: 0 }, { context: {} })
      // A refusal is an answer.
      .catch(() => undefined);
    cancel();
  };

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<Record<never, never>>,
  ): Promise<unknown> {
    let broke: { readonly cause: unknown } | null = null;
    // A write that is on its way is done whether its asker still wants it or not: it is waited for.
    const { signal: _unsent, ...others } = options;
    const sent: ClientOptions<Record<never, never>> = writes(path) ? others : options;
    for (;;) {
      const openSocket = await this.openedFor(path, options.signal, broke);
      try {
        return await openSocket.link.call(path, input, sent);
      } catch (error) {
        if (!openSocket.closed || sent.signal?.aborted) throw error;
        if (!isRepeatable(path, input)) throw fault('CONNECTION_LOST', {}, { cause: error });
        broke = { cause: error };
      }
    }
  }

  /** @param broke the end of the connection over which the same was sent already */
  private async openedFor(
    path: readonly string[],
    signal: AbortSignal | undefined,
    broke: { readonly cause: unknown } | null,
  ): Promise<OpenSocket> {
    if (!writes(path)) return this.opened(signal);
    const late = new AbortController();
    const lost = broke && fault('CONNECTION_LOST', {}, broke);
    const cancel = this.ports.schedule(longestWriteWaitMs, () =>
      late.abort(lost ?? fault('NOT_CONNECTED', {})),
    );
    // AbortSignal.any is younger than the oldest browser that the page is built for.
    const abort = () => late.abort(lost ?? signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    try {
      return await this.opened(late.signal);
    } finally {
      signal?.removeEventListener('abort', abort);
      cancel();
    }
  }

  private async opened(signal: AbortSignal | undefined): Promise<OpenSocket> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.openSocket && !this.openSocket.closed) return this.openSocket;
      if (this.current.phase === 'unauthorized') {
        throw fault('UNAUTHORIZED', {});
      }
      await once(this.subscribe, signal);
    }
  }

  private connect(failures: number): void {
    this.cancelRetry?.();
    this.cancelRetry = null;
    // A page that needs a link says so until it has one.
    if (this.current.phase !== 'unauthorized') this.become({ phase: 'connecting', failures });
    const socket = this.ports.open();
    let wasOpen = false;
    // Before the link listens: its calls fail when the socket closes, and must then find the socket closed.
    socket.addEventListener('close', () => {
      openSocket.closed = true;
      if (this.openSocket === openSocket) this.openSocket = null;
      this.recover(wasOpen ? 1 : failures + 1, !wasOpen && socket.refusal === 'unauthorized');
    });
    const openSocket: OpenSocket = { closed: false, socket, link: this.ports.link(socket) };
    socket.addEventListener('open', () => {
      wasOpen = true;
      this.openSocket = openSocket;
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
    this.listeners.notify();
  }
}
