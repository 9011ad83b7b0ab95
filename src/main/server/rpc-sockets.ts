import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/websocket';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { contract } from '../../shared/contract/contract.ts';
import type { ApiContext } from '../api/implementer.ts';
import type { ConnectionLimits } from './connections.ts';
import type { ContractInterceptors } from './contract-interceptors.ts';
import { namesKept } from './metric-names.ts';
import type { Presence } from './presence.ts';
import { type Refusal, refusal, refuseOnSocket } from './refusals.ts';

/** A message: the contract's largest input is a configuration. */
const largestMessageBytes = 4 * 1024 * 1024;
/** Answers that a peer asked for and does not fetch. */
const largestBacklogBytes = 64 * 1024 * 1024;

interface CallContext extends ApiContext {
  /** Too many calls of the same connection are under way. */
  readonly crowded: boolean;
}

const tooManyCalls = refusal(
  'TOO_MANY_REQUESTS',
  'Too many requests of this connection are under way',
  'Wait for answers before asking again.',
  429,
);

const noSuchCall = refusal('NOT_FOUND', 'The contract has no such call', 'Update the client.', 404);

/** A refusal as an answer of the RPC protocol. */
function told(answer: Refusal) {
  const response = { status: answer.status, headers: {}, body: { json: answer, meta: [] } };
  return { matched: true as const, response };
}

export interface RpcSocketsOptions {
  readonly router: Router<typeof contract, ApiContext>;
  readonly context: ApiContext;
  readonly presence: Presence;
  readonly interceptors: ContractInterceptors;
  readonly log: Logger;
  readonly limits: ConnectionLimits;
  /** Why a request may not be upgraded; null where it may. */
  readonly admit: (request: IncomingMessage) => Refusal | null;
}

/** The contract over WebSocket at `/rpc`. */
export class RpcSockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessageBytes,
    perMessageDeflate: false,
  });
  private readonly handler: RPCHandler<CallContext>;
  private readonly options: RpcSocketsOptions;
  private readonly silent = new Set<WebSocket>();
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(options: RpcSocketsOptions) {
    this.options = options;
    this.handler = new RPCHandler<CallContext>(options.router, {
      ...options.interceptors,
      customJsonSerializers: [namesKept],
      rootInterceptors: [
        async ({ next, context }) => {
          if (context.crowded) return told(tooManyCalls);
          const result = await next();
          return result.matched ? result : told(noSuchCall);
        },
      ],
    });
  }

  /** Takes the upgrades of a server, and answers those that it refuses. */
  serve(server: Server): void {
    this.heartbeat = setInterval(() => this.beat(), this.options.limits.heartbeatMs).unref();
    server.on('upgrade', (request, socket: Duplex, head) => {
      const refused = this.options.admit(request);
      if (refused) refuseOnSocket(socket, refused);
      else this.server.handleUpgrade(request, socket, head, (connection) => this.take(connection));
    });
    this.server.on('wsClientError', (_error, socket) =>
      refuseOnSocket(
        socket,
        refusal('UPGRADE_INVALID', 'This is no WebSocket handshake', 'Use a WebSocket client.', 400),
      ),
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

  private take(connection: WebSocket): void {
    const { context, presence, log, limits } = this.options;
    const left = presence.enter();
    let calls = 0;
    const events = new EventTarget();
    const peer = {
      addEventListener: events.addEventListener.bind(events),
      send: (message: string | ArrayBufferLike | Blob | ArrayBufferView) => {
        if (message instanceof Blob) throw new TypeError('The contract has no blobs.');
        connection.send(message);
      },
    };
    connection.on('close', () => {
      left();
      this.silent.delete(connection);
      this.handler.close(peer);
    });
    connection.on('error', (error) => log.warn({ err: error }, 'a connection broke'));
    connection.on('pong', () => this.silent.delete(connection));
    connection.binaryType = 'arraybuffer';
    connection.on('message', (data, isBinary) => {
      this.silent.delete(connection);
      if (connection.bufferedAmount > largestBacklogBytes) {
        log.warn({ bytes: connection.bufferedAmount }, 'a peer asks, and does not read the answers');
        connection.terminate();
        return;
      }
      calls += 1;
      const message = isBinary && data instanceof ArrayBuffer ? data : String(data);
      this.handler
        .message(peer, message, { context: { ...context, crowded: calls > limits.callsAtOnce } })
        .catch((error: unknown) => {
          if (connection.readyState !== connection.OPEN) return;
          log.warn({ err: error }, 'a message was not understood');
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
