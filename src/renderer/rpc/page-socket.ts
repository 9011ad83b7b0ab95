import { TrainyardError } from '../../shared/errors/error.ts';
import { type Credential, signIn } from '../../shared/model/sign-in-client.ts';
import type { PageKeys } from './page-keys.ts';

/** Why a socket was closed before it was open: the page needs a link, or it may pass by itself. */
export type Refusal = 'unauthorized' | 'unreachable';

/** What an engine refuses with that does not know what the page has. */
const unknownCodes = ['TICKET_USED', 'PAGE_UNKNOWN'];

const signInMs = 15_000;

/**
 * A WebSocket that is open once the page has signed in. To whoever speaks the contract over it, it looks like a browser's own; it keeps
 * the messages of the sign-in to itself.
 */
export class PageSocket extends EventTarget {
  refusal: Refusal = 'unreachable';
  private readonly socket: WebSocket;
  private readonly closing = new AbortController();
  private isSignedIn = false;
  /** Done once `refusal` is true to what the engine refused. */
  private judged: Promise<void> = Promise.resolve();

  /** @param onFileKey gets what opens `/files/…` of this engine */
  constructor(socket: WebSocket, keys: PageKeys, onFileKey: (key: string) => void) {
    super();
    this.socket = socket;
    const givenUp = new Promise((resolve) =>
      this.closing.signal.addEventListener('abort', resolve, { once: true }),
    );
    const closed = Promise.race([this.next('close'), givenUp]);
    const deadline = setTimeout(() => this.close(), signInMs);
    this.addEventListener('open', () => clearTimeout(deadline));
    void Promise.race([this.next('open').then(() => this.enter(keys, onFileKey)), closed])
      // Another program may have the engine's port, or the connection broke: the engine may come back.
      .catch((error: unknown) => {
        if (!(error instanceof TrainyardError)) reportError(error);
        this.close();
      })
      .then(() => closed)
      // An engine closes as soon as it has refused; what else the browser keeps is known later, if its storage is slow.
      .then(() => Promise.race([this.judged, givenUp]))
      .finally(() => clearTimeout(deadline))
      .then(() => this.dispatchEvent(new Event('close')));
  }

  get readyState(): WebSocket['readyState'] {
    const { readyState } = this.socket;
    return readyState === WebSocket.OPEN && !this.isSignedIn ? WebSocket.CONNECTING : readyState;
  }

  send(message: Parameters<WebSocket['send']>[0]): void {
    this.socket.send(message);
  }

  /** A browser waits a minute for a peer that is gone to confirm; the page does not. */
  close(): void {
    this.socket.close();
    this.closing.abort();
  }

  private async enter(keys: PageKeys, onFileKey: (key: string) => void): Promise<void> {
    const credential = await keys.credential();
    if (!credential) {
      this.refusal = 'unauthorized';
      this.close();
      return;
    }
    try {
      const channel = {
        send: (text: string) => this.socket.send(text),
        receive: async () => String((await this.next('message')).data),
      };
      const { welcome } = await signIn(credential, channel, (page) => keys.keep(page));
      keys.welcomed();
      onFileKey(welcome.fileKey);
    } catch (error) {
      const isUnknown = error instanceof TrainyardError && unknownCodes.includes(error.code);
      if (isUnknown) this.judged = this.judge(keys, credential);
      await this.judged;
      throw error;
    }
    this.socket.addEventListener('message', ({ data }) =>
      this.dispatchEvent(new MessageEvent('message', { data })),
    );
    this.isSignedIn = true;
    this.dispatchEvent(new Event('open'));
  }

  private async judge(keys: PageKeys, credential: Credential): Promise<void> {
    if (!(await keys.refused(credential))) this.refusal = 'unauthorized';
  }

  /** The next event of a kind; never comes once the socket is closed. */
  private next<Kind extends keyof WebSocketEventMap>(kind: Kind): Promise<WebSocketEventMap[Kind]> {
    return new Promise((resolve) => this.socket.addEventListener(kind, resolve, { once: true }));
  }
}
