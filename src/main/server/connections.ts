import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * All peers are on loopback, so addresses distinguish nobody; proof does. Peers that have not proved themselves get few connections
 * that are short; those that have may stay.
 */
export const connectionLimits = {
  /** Connections of peers that have not proved themselves: of more the oldest goes. */
  anonymous: 256,
  anonymousLifeMs: 60_000,
  proven: 1024,
  /** Nothing came of a body for so long: the sender is gone, or means to keep the connection. */
  bodySilenceMs: 60_000,
  /** A WebSocket peer that answers no ping for two of these is gone: its cable, its tunnel or its machine. */
  heartbeatMs: 30_000,
  /** Calls under way of one WebSocket; a page has fewer than ten. */
  callsAtOnce: 128,
};
export type ConnectionLimits = Readonly<typeof connectionLimits>;

/** Options for Node's HTTP server. No limit on a whole request: an upload may take hours. */
export const httpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 0,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 * 1024,
  /** Between two requests of one connection. */
  keepAliveTimeout: 15_000,
} as const;
/** A connection on which no byte moves in either direction; waiting reads answer within half a minute. */
export const idleConnectionMs = 3_600_000;

/** Every connection of the server, from the first byte to the last, upgraded ones included. */
export class Connections {
  /** Those that have not proved themselves, oldest first, with the end of their time. */
  private readonly anonymous = new Map<Socket, NodeJS.Timeout>();
  private readonly proven = new Set<Socket>();
  private readonly limits: ConnectionLimits;

  constructor(limits: ConnectionLimits) {
    this.limits = limits;
  }

  /** Watches a server's connections; to be called once, before it listens. */
  watch(server: Server): void {
    // Whatever happens, descriptors are left for files and stores.
    server.maxConnections = 2 * (this.limits.anonymous + this.limits.proven);
    server.on('connection', (socket: Socket) => {
      // Node takes its own listener off when a connection is upgraded; a reset without one would end the engine.
      socket.on('error', () => socket.destroy());
      this.anonymous.set(socket, setTimeout(() => socket.destroy(), this.limits.anonymousLifeMs).unref());
      socket.once('close', () => this.forget(socket));
      // The oldest goes: a peer that means to ask something has done so in less time than a flood takes.
      for (const [oldest] of this.anonymous) {
        if (this.anonymous.size <= this.limits.anonymous) break;
        this.drop(oldest);
      }
    });
  }

  /** The peer of this connection has proved itself. Answers false where there are too many of those. */
  trust(socket: Socket): boolean {
    if (this.proven.has(socket)) return true;
    if (this.proven.size >= this.limits.proven) return false;
    this.proven.add(socket);
    clearTimeout(this.anonymous.get(socket));
    this.anonymous.delete(socket);
    // It may have closed while it was asked.
    if (socket.destroyed) this.proven.delete(socket);
    return true;
  }

  private forget(socket: Socket): void {
    clearTimeout(this.anonymous.get(socket));
    this.anonymous.delete(socket);
    this.proven.delete(socket);
  }

  private drop(socket: Socket): void {
    this.forget(socket);
    socket.destroy();
  }
}

/** A request that was answered before its body was complete has this long to receive the answer: closed at once, the connection would lose it. */
const lingerMs = 5000;

/** Ends requests whose body stops coming, or goes on behind its answer; one that is being read may take as long as it needs. */
export function limitBodies(server: FastifyInstance, silenceMs: number): void {
  server.addHook('onRequest', async ({ raw }: FastifyRequest) => {
    const hasBody =
      raw.headers['transfer-encoding'] !== undefined || Number(raw.headers['content-length']) > 0;
    if (!hasBody) return;
    raw.socket.setTimeout(silenceMs);
    raw.once('end', () => raw.socket.setTimeout(idleConnectionMs));
  });
  server.addHook('onResponse', async ({ raw }: FastifyRequest) => {
    if (raw.complete || raw.destroyed) return;
    const timer = setTimeout(() => raw.socket.destroy(), lingerMs);
    raw.once('close', () => clearTimeout(timer));
    raw.once('end', () => raw.socket.destroySoon());
  });
}
