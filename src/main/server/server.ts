import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { fault } from '../../shared/errors/catalogue.ts';
import { portHints } from '../../shared/errors/engine.ts';
import type { ApiContext } from '../api/implementer.ts';
import { hasCode } from '../platform/error-code.ts';
import { portHolder } from '../platform/listening-ports.ts';
import type { Access } from './access.ts';
import {
  type ConnectionLimits,
  Connections,
  connectionLimits,
  httpLimits,
  idleConnectionMs,
  keepAliveMs,
  limitBodies,
} from './connections.ts';
import type { CallWitnesses } from './contract-interceptors.ts';
import { answerBadBytes, answerErrors, answerExpectations, answerFrameworkErrors } from './error-answers.ts';
import { mountFiles, type ServedFiles } from './files.ts';
import { foreignTrait, repeatedHeader } from './foreign-requests.ts';
import { invalidInput } from './input-fault.ts';
import { listenAtSocket } from './local-socket.ts';
import { mountObservability, type Readiness } from './observability.ts';
import { mountPage } from './page.ts';
import type { Presence } from './presence.ts';
import { notFound, type Refusal, RefusalLog, refusal, refusalOf } from './refusals.ts';
import { RpcSockets } from './rpc-sockets.ts';
import { SignIn } from './sign-in.ts';

interface Options {
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
  readonly limits?: Partial<ConnectionLimits>;
}

/** Paths that anybody on this machine may read: they hold no data. */
const open = /^\/(healthz|readyz|assets\/.*|favicon\.\w+)?$|^\/(?!rpc|api|files|metrics)[\w/-]*$/;

const contentSecurityPolicy = (host: string, scripts: readonly string[]) =>
  [
    "default-src 'none'",
    ["script-src 'self'", ...scripts].join(' '),
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

const unauthorized = refusal('UNAUTHORIZED', {});
const tooManyConnections = refusal('TOO_MANY_CONNECTIONS', {});
const unstorableAddress = refusalOf(
  invalidInput(
    {
      en: 'address: it has NUL (U+0000, "%00"), which cannot be stored',
      ko: '주소: 저장할 수 없는 NUL(U+0000, "%00")이 있음',
    },
    'address',
    { en: 'Remove "%00" from the address', ko: '주소에서 "%00"을 빼고' },
  ),
);

/** What is loaded with the first request that needs it, and again where that failed: the engine listens before. */
function loadedOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | null = null;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}

const withoutSchemas = (): never => {
  throw new Error('No route here has a schema of Fastify’s.');
};

/** Why nobody may send this, whoever they are; null where nothing is wrong with it. */
function improper(request: IncomingMessage): Refusal | null {
  const repeated = repeatedHeader(request);
  if (repeated !== null)
    return refusal('HEADER_REPEATED', { name: repeated }, { place: { field: repeated } });
  const trait = foreignTrait(request);
  if (trait !== null) return refusal('FOREIGN_REQUEST', { trait });
  return /%00/.test(request.url ?? '') ? unstorableAddress : null;
}

/** HTTP and WebSocket on 127.0.0.1: the UI's files, the contract as RPC and as REST, health and metrics. */
export class EngineServer {
  private readonly limits: ConnectionLimits;
  private readonly connections: Connections;
  private readonly refusals: RefusalLog;
  private readonly sockets: RpcSockets;
  private readonly server: FastifyInstance;
  private readonly options: Options;
  private readonly rpc = loadedOnce(async () => {
    const [{ createRpc }, { router }] = await Promise.all([import('./rpc.ts'), import('../api/router.ts')]);
    return createRpc(router, this.witnesses);
  });
  private local: Server | null = null;
  private listeningPort = 0;
  private mounted = false;
  private inlineScripts: readonly string[] = [];

  constructor(options: Options) {
    this.options = options;
    const { context, access, presence, log } = options;
    this.limits = { ...connectionLimits, ...options.limits };
    this.connections = new Connections(this.limits);
    this.refusals = new RefusalLog(log);
    this.sockets = new RpcSockets({
      rpc: this.rpc,
      context,
      presence,
      log,
      refusals: this.refusals,
      limits: this.limits,
      admit: (request) => this.admit(request),
      isProven: (request) => access.isProven(request),
      beginSignIn: () => new SignIn(access, this.listeningPort),
      trust: (socket) => this.connections.trust(socket),
    });
    this.server = Fastify({
      logger: false,
      bodyLimit: 4 * 1024 * 1024,
      forceCloseConnections: true,
      http: httpLimits,
      keepAliveTimeout: keepAliveMs,
      connectionTimeout: idleConnectionMs,
      clientErrorHandler: answerBadBytes(this.refusals),
      frameworkErrors: answerFrameworkErrors(this.refusals),
      // Not Fastify's own compilers: they are large, and the contract checks what comes in.
      schemaController: {
        compilersFactory: { buildValidator: withoutSchemas, buildSerializer: withoutSchemas },
      },
    });
  }

  get port(): number {
    return this.listeningPort;
  }

  get url(): string {
    return `http://127.0.0.1:${this.listeningPort}`;
  }

  private get witnesses(): CallWitnesses {
    const { presence, log } = this.options;
    return { presence, log, refusals: this.refusals };
  }

  /** A link that opens the UI once. Its fragment reaches no server: the page proves with it that it may come in. */
  ticketUrl(): { url: string; expiresAt: Date } {
    const { ticket, expiresAt } = this.options.access.issueTicket();
    return { url: `${this.url}/#ticket=${ticket}`, expiresAt };
  }

  /** Loads what the first call needs, before it comes. */
  async loadCalls(): Promise<void> {
    await this.rpc();
  }

  /** Mounts everything and listens. @throws TrainyardError PORT_TAKEN */
  async listen(port: number): Promise<void> {
    // The port that was wanted may be taken: then this is called again.
    if (!this.mounted) await this.mount();
    this.mounted = true;
    try {
      await this.server.listen({ host: '127.0.0.1', port });
    } catch (error) {
      if (!hasCode(error, 'EADDRINUSE', 'EACCES')) throw error;
      const isClosed = error.code === 'EACCES';
      const holder = isClosed
        ? { en: 'the system (EACCES)', ko: '시스템(EACCES)' }
        : ((await portHolder(port))?.program ?? { en: 'another program', ko: '다른 프로그램' });
      const what = { en: 'the engine', ko: '엔진' };
      const how = isClosed ? portHints.closed : portHints.held;
      throw fault(
        'PORT_TAKEN',
        { port, what, holder, how, command: 'trainyard serve --port 0' },
        { cause: error },
      );
    }
    this.listeningPort = (this.server.server.address() as AddressInfo).port;
  }

  /**
   * Listens at a socket in the state folder as well, for programs of the same user. Whoever is there already is gone: the caller has the
   * folder's lock.
   */
  async listenLocally(file: string): Promise<void> {
    this.local = await listenAtSocket(file, (socket) => {
      this.options.access.trustLocal(socket);
      this.server.server.emit('connection', socket);
    });
  }

  /** Ends every connection; reads that wait end with it and are asked again by whoever waits. */
  async close(): Promise<void> {
    this.sockets.close();
    this.local?.close();
    await this.server.close();
    this.sockets.terminate();
  }

  private async mount(): Promise<void> {
    const { context, version, log, metrics, readiness, files, rendererFolder } = this.options;
    this.connections.watch(this.server.server);
    answerErrors(this.server, log, this.refusals);
    answerExpectations(this.server.server, this.refusals);
    this.guard();
    limitBodies(this.server, this.limits.bodySilenceMs);
    mountObservability(this.server, metrics, readiness);
    await mountFiles(this.server, files);
    const rest = loadedOnce(async () =>
      (await import('./rest.ts')).createRest(context, this.witnesses, version),
    );
    this.server.get('/api/v1/openapi.json', async () => (await rest()).describe());
    this.server.all('/api/v1/*', async (request, reply) => (await rest()).answer(request, reply));
    this.sockets.serve(this.server.server);
    this.inlineScripts = await mountPage(this.server, rendererFolder, (address) => open.test(address));
  }

  private guard(): void {
    this.server.addHook('onRequest', async (request, reply) => {
      const path = request.url.split('?')[0] ?? '/';
      const wrong = improper(request.raw);
      if (wrong) return this.refuse(reply, wrong);
      reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
      reply
        .header('cross-origin-opener-policy', 'same-origin')
        .header('cross-origin-resource-policy', 'same-origin');
      reply.header(
        'content-security-policy',
        contentSecurityPolicy(request.headers.host ?? '', this.inlineScripts),
      );
      const proven = this.options.access.isProven(request.raw);
      if (proven && !this.connections.trust(request.raw.socket))
        return this.refuse(reply, tooManyConnections);
      if (open.test(path)) return;
      if (!proven) return this.refuse(reply, unauthorized);
      this.options.presence.seen();
    });
  }

  private refuse(reply: FastifyReply, answer: Refusal): FastifyReply {
    this.refusals.write({ code: answer.code, why: answer.message });
    return reply.code(answer.status).send(answer);
  }

  /** Why a request may not become a WebSocket; null where it may. */
  private admit(request: IncomingMessage): Refusal | null {
    const path = request.url?.split('?')[0];
    let refused = improper(request);
    if (!refused && path !== '/rpc')
      refused = notFound({ en: 'WebSocket but /rpc', ko: '/rpc가 아닌 WebSocket' });
    const isProven = this.options.access.isProven(request);
    if (!refused && isProven && !this.connections.trust(request.socket)) refused = tooManyConnections;
    if (refused) this.refusals.write({ code: refused.code, why: refused.message });
    return refused;
  }
}
