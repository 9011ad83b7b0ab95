import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { ApiContext } from '../api/implementer.ts';
import type { ConnectionLimits } from './connections.ts';
import type { Presence } from './presence.ts';
import { type Refusal, type RefusalLog, refusal, refuseOnSocket } from './refusals.ts';
import type { Rpc } from './rpc.ts';
import { refuseSignIn, type SignIn } from './sign-in.ts';

/** A message: the contract's largest input is a configuration. */
const largestMessageBytes = 4 * 1024 * 1024;
/** Answers that a peer asked for and does not fetch. */
const largestBacklogBytes = 64 * 1024 * 1024;

const signInMs = 10_000;
const largestSignInLength = 1024;

interface Options {
  /** What answers calls, loaded for the first of them. */
  readonly rpc: () => Promise<Rpc['sockets']>;
  readonly context: ApiContext;
  readonly presence: Presence;
  readonly log: Logger;
  readonly refusals: RefusalLog;
  readonly limits: ConnectionLimits;
  /** Why a request may not be upgraded; null where it may. */
  readonly admit: (request: IncomingMessage) => Refusal | null;
  /** Whether the request proved itself before the upgrade. */
  readonly isProven: (request: IncomingMessage) => boolean;
  /** A sign-in for a peer that has not. */
  readonly beginSignIn: () => SignIn;
  /** The peer of this connection has signed in. Answers false where there are too many of those. */
  readonly trust: (socket: Socket) => boolean;
}

/** The contract over WebSocket at `/rpc`. */
export class RpcSockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessageBytes,
    perMessageDeflate: false,
  });
  private readonly options: Options;
  private readonly silent = new Set<WebSocket>();
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.options = options;
  }

  /** Takes the upgrades of a server, and answers those that it refuses. */
  serve(server: Server): void {
    this.heartbeat = setInterval(() => this.beat(), this.options.limits.heartbeatMs).unref();
    server.on('upgrade', (request, socket: Duplex, head) => {
      const refused = this.options.admit(request);
      if (refused) refuseOnSocket(socket, refused);
      else {
        this.server.handleUpgrade(request, socket, head, (connection) => {
          connection.on('error', (error) => this.options.refusals.write({ err: error }));
          if (this.options.isProven(request)) this.take(connection);
          else this.signIn(connection, request.socket);
        });
      }
    });
    this.server.on('wsClientError', (_error, socket) =>
      refuseOnSocket(socket, refusal('UPGRADE_INVALID', {})),
    );
  }

  /** Asks everybody to go. */
  close(): void {
    clearInterval(this.heartbeat);
    for (const connection of this.server.clients) connection.close(1001, 'the engine is stopping');
  }

  /** Ends whoever is still there. */
  terminate(): void {
    for (const connection of this.server.clients) connection.terminate();
  }

  /** Has a peer prove itself before it may ask anything; it has a few seconds for two short messages. */
  private signIn(connection: WebSocket, socket: Socket): void {
    const attempt = this.options.beginSignIn();
    const deadline = setTimeout(() => connection.terminate(), signInMs);
    connection.once('close', () => clearTimeout(deadline));
    let isAnswering = false;
    const answer = async (text: string) => {
      const answered = await attempt.receive(text);
      if (connection.readyState !== connection.OPEN) return;
      const isFull = answered.type === 'welcome' && !this.options.trust(socket);
      connection.send(JSON.stringify(isFull ? refuseSignIn('TOO_MANY_CONNECTIONS') : answered));
      if (answered.type === 'challenge') return;
      clearTimeout(deadline);
      connection.off('message', onMessage);
      if (answered.type === 'welcome' && !isFull) this.take(connection);
      else connection.close(4401, 'not signed in');
    };
    const onMessage = (data: RawData) => {
      const text = String(data);
      // A peer that does not wait for its answer is none of ours.
      if (isAnswering || text.length > largestSignInLength) return connection.terminate();
      isAnswering = true;
      answer(text)
        .catch((error: unknown) => {
          this.options.log.error({ err: error }, 'a sign-in failed');
          connection.terminate();
        })
        .finally(() => {
          isAnswering = false;
        });
    };
    connection.on('message', onMessage);
  }

  private take(connection: WebSocket): void {
    const { rpc, context, presence, refusals, limits } = this.options;
    const left = presence.enter();
    let calls = 0;
    const peer = {
      // The handler gets every message and the close by calls, not by events.
      addEventListener: () => {},
      send: (message: string | ArrayBufferLike | Blob | ArrayBufferView) => {
        if (message instanceof Blob) throw new TypeError('The contract has no blobs.');
        connection.send(message);
      },
    };
    connection.on('close', () => {
      left();
      this.silent.delete(connection);
      // After the messages that came before.
      rpc().then(
        (handler) => handler.close(peer),
        () => {},
      );
    });
    connection.on('pong', () => this.silent.delete(connection));
    connection.binaryType = 'arraybuffer';
    connection.on('message', (data, isBinary) => {
      this.silent.delete(connection);
      if (connection.bufferedAmount > largestBacklogBytes) {
        refusals.write({ code: 'ANSWERS_UNREAD', bytes: connection.bufferedAmount });
        connection.terminate();
        return;
      }
      calls += 1;
      const message = isBinary && data instanceof ArrayBuffer ? data : String(data);
      const crowded = calls > limits.callsAtOnce;
      rpc()
        .then((handler) => handler.message(peer, message, { context: { ...context, crowded } }))
        .catch((error: unknown) => {
          if (connection.readyState !== connection.OPEN) return;
          refusals.write({ code: 'MESSAGE_INVALID', err: error });
          connection.close(1007, 'not understood');
        })
        .finally(() => {
          calls -= 1;
        });
    });
  }

  /** Ends those that have not answered since the last time, and asks the others whether they are there. */
  private beat(): void {
    for (const connection of this.server.clients) {
      if (this.silent.has(connection)) {
        connection.terminate();
        continue;
      }
      this.silent.add(connection);
      connection.ping();
    }
  }
}
