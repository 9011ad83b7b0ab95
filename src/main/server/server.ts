import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import fastifyStatic from '@fastify/static';
import { OpenAPIGenerator } from '@orpc/openapi';
import { OpenAPIHandler } from '@orpc/openapi/fastify';
import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { WebSocketServer } from 'ws';
import type { contract } from '../../shared/contract/contract.ts';
import { TrainyardError } from '../../shared/model/errors.ts';
import type { ApiContext } from '../api/implementer.ts';
import { type Access, isForeign } from './access.ts';
import { toContractError } from './errors.ts';
import { mountFiles, type ServedFiles } from './files.ts';
import { mountObservability, type Readiness } from './observability.ts';
import type { Presence } from './presence.ts';

export interface ServerOptions {
  readonly router: Router<typeof contract, ApiContext>;
  readonly context: ApiContext;
  readonly access: Access;
  readonly presence: Presence;
  readonly files: ServedFiles;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: Registry;
  /** The built renderer; without it the API still serves. */
  readonly rendererFolder: string;
  readonly version: string;
  readonly log: Logger;
}

/** Paths that anybody on this machine may read: they hold no data. */
const open = /^\/(healthz|readyz|assets\/.*|favicon\.\w+)?$|^\/(?!rpc|api|files|metrics)[\w/-]*$/;

const contentSecurityPolicy = (host: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ws://${host}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

function refuse(code: string, message: string, mend: string, status: number) {
  return { code, status, message, data: { mend, place: {} } };
}

const unauthorized = refuse(
  'UNAUTHORIZED',
  'This engine answers only to those with its token',
  'Open the link that "npm start" or "trainyard open" prints, or send the token of engine.json as "Authorization: Bearer …".',
  401,
);

/** HTTP and WebSocket on 127.0.0.1: the UI's files, the contract as RPC and as REST, health and metrics. */
export class EngineServer {
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: 4 * 1024 * 1024 });
  private readonly server: FastifyInstance;
  private readonly options: ServerOptions;
  private listeningPort = 0;
  private mounted = false;

  constructor(options: ServerOptions) {
    this.options = options;
    this.server = Fastify({ logger: false, bodyLimit: 4 * 1024 * 1024, forceCloseConnections: true });
  }

  get port(): number {
    return this.listeningPort;
  }

  get url(): string {
    return `http://127.0.0.1:${this.listeningPort}`;
  }

  /** A link that opens the UI once. */
  ticketUrl(): { url: string; expiresAt: Date } {
    const { ticket, expiresAt } = this.options.access.issueTicket();
    return { url: `${this.url}/?token=${ticket}`, expiresAt };
  }

  /** Mounts everything and listens. @throws TrainyardError PORT_TAKEN */
  async listen(port: number): Promise<void> {
    // The port that was wanted may be taken: then this is called again.
    if (!this.mounted) await this.mount();
    this.mounted = true;
    try {
      await this.server.listen({ host: '127.0.0.1', port });
    } catch (error) {
      if (
        !(
          error instanceof Error &&
          'code' in error &&
          (error.code === 'EADDRINUSE' || error.code === 'EACCES')
        )
      )
        throw error;
      throw new TrainyardError(
        'PORT_TAKEN',
        `Port ${port} on 127.0.0.1 can't be had (${error.code})`,
        'Choose another with --port, or 0 for a free one.',
        { cause: error, status: 409 },
      );
    }
    this.listeningPort = (this.server.server.address() as AddressInfo).port;
  }

  /** Ends every connection; reads that wait end with it and are asked again by whoever waits. */
  async close(): Promise<void> {
    for (const socket of this.sockets.clients) socket.close(1001, 'the engine is stopping');
    await this.server.close();
    for (const socket of this.sockets.clients) socket.terminate();
  }

  private async mount(): Promise<void> {
    this.guard();
    mountObservability(this.server, this.options.metrics, this.options.readiness);
    await mountFiles(this.server, this.options.files);
    await this.mountRest();
    this.mountRpc();
    await this.mountRenderer();
    this.server.setErrorHandler((error, _request, reply) => {
      const answer = toContractError(error, this.options.log);
      return reply.code(answer.status).send(answer.toJSON());
    });
  }

  private guard(): void {
    this.server.addHook('onRequest', async (request, reply) => {
      const path = request.url.split('?')[0] ?? '/';
      const foreign = isForeign(request.headers, this.listeningPort);
      if (foreign) {
        return reply
          .code(403)
          .send(
            refuse(
              'FOREIGN_REQUEST',
              `This engine does not serve ${foreign}`,
              'Use its own address, http://127.0.0.1 with its port.',
              403,
            ),
          );
      }
      reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
      reply
        .header('cross-origin-opener-policy', 'same-origin')
        .header('cross-origin-resource-policy', 'same-origin');
      reply.header('content-security-policy', contentSecurityPolicy(request.headers.host ?? ''));
      const secret = (request.query as { token?: unknown }).token;
      if (request.method === 'GET' && path === '/' && typeof secret === 'string') {
        const cookie = this.options.access.redeem(secret);
        // A link that was used already still leads to the UI, which says what to do where there is no session.
        if (cookie) reply.header('set-cookie', cookie);
        return reply.header('cache-control', 'no-store').redirect('/', 303);
      }
      if (open.test(path)) return;
      if (!this.options.access.proofOf(request.headers)) return reply.code(401).send(unauthorized);
      this.options.presence.seen();
    });
  }

  private async mountRest(): Promise<void> {
    const { router, context, log, version } = this.options;
    const handler = new OpenAPIHandler(router, { clientInterceptors: [this.translateErrors(log)] });
    const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
    let specification: Promise<unknown> | null = null;
    this.server.get('/api/v1/openapi.json', async () => {
      specification ??= generator.generate(router, {
        info: {
          title: 'Trainyard',
          version,
          description: 'The same contract that the window, the browser and the CLI speak.',
        },
        servers: [{ url: '/api/v1' }],
        components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
        security: [{ token: [] }],
      });
      return specification;
    });
    this.server.all('/api/v1/*', async (request, reply) => {
      const { matched } = await handler.handle(request, reply, { prefix: '/api/v1', context });
      if (!matched) {
        return reply
          .code(404)
          .send(
            refuse(
              'NOT_FOUND',
              `Nothing answers ${request.method} ${request.url.split('?')[0]}`,
              'See /api/v1/openapi.json for what there is.',
              404,
            ),
          );
      }
      return reply;
    });
  }

  private mountRpc(): void {
    const { router, context, access, presence, log } = this.options;
    const handler = new RPCHandler(router, { clientInterceptors: [this.translateErrors(log)] });
    this.server.server.on('upgrade', (request, socket, head) => {
      const path = request.url?.split('?')[0];
      const proof = access.proofOf(request.headers);
      // A browser always sends Origin with an upgrade; a cookie without one is not a browser's.
      const fromPage = proof === 'token' || (proof === 'cookie' && request.headers.origin !== undefined);
      if (path !== '/rpc' || !fromPage || isForeign(request.headers, this.listeningPort)) {
        socket.end(
          `HTTP/1.1 ${path === '/rpc' ? '401 Unauthorized' : '404 Not Found'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        );
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (connection) => {
        const left = presence.enter();
        connection.on('close', left);
        connection.on('error', (error) => log.warn({ err: error }, 'a connection broke'));
        void handler.upgrade(connection, { context });
      });
    });
  }

  private async mountRenderer(): Promise<void> {
    const { rendererFolder } = this.options;
    if (!existsSync(rendererFolder)) {
      this.server.setNotFoundHandler((_request, reply) =>
        reply.code(404).send(refuse('UI_NOT_BUILT', 'The UI is not built', 'Run "npm run build".', 404)),
      );
      return;
    }
    await this.server.register(fastifyStatic, {
      root: rendererFolder,
      wildcard: false,
      cacheControl: false,
      setHeaders: (response, file) => {
        const hashed = /[\\/]assets[\\/]/.test(file);
        response.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
    // Addresses like /runs/… are the UI's own: it reads them itself.
    this.server.setNotFoundHandler((request, reply) => {
      const path = request.url.split('?')[0] ?? '';
      const isPage = request.method === 'GET' && !/\.\w+$/.test(path) && open.test(path);
      return isPage
        ? reply.header('cache-control', 'no-cache').sendFile('index.html')
        : reply.code(404).send(refuse('NOT_FOUND', `There is no ${path}`, 'Check the address.', 404));
    });
  }

  private translateErrors(log: Logger) {
    return async <T>({ next }: { next: () => Promise<T> }): Promise<T> => {
      this.options.presence.seen();
      try {
        return await next();
      } catch (error) {
        throw toContractError(error, log);
      }
    };
  }
}
