import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Server as SocketServer } from 'node:net';
import type { Logger } from 'pino';
import { fault } from '../../shared/errors/catalogue.ts';
import { portHints } from '../../shared/errors/engine.ts';
import type { ApiContext } from '../api/implementer.ts';
import { hasCode } from '../platform/error-code.ts';
import { portHolder } from '../platform/listening-ports.ts';
import { loadedOnce } from '../platform/loaded-once.ts';
import type { Access } from './access.ts';
import {
  type ConnectionLimits,
  Connections,
  connectionLimits,
  httpLimits,
  idleConnectionMs,
} from './connections.ts';
import type { CallWitnesses } from './contract-interceptors.ts';
import { answerBadBytes, answerExpectations } from './error-answers.ts';
import type { ServedFiles } from './files.ts';
import { improper } from './foreign-requests.ts';
import { listenAtSocket } from './local-socket.ts';
import type { Presence } from './presence.ts';
import { answerHowItIs, asksHowItIs, type Readiness } from './probes.ts';
import { notFound, type Refusal, RefusalLog, tooManyConnections } from './refusals.ts';
import { RpcSockets } from './rpc-sockets.ts';
import { SignIn } from './sign-in.ts';

interface Options {
  readonly context: ApiContext;
  readonly access: Access;
  readonly presence: Presence;
  readonly files: ServedFiles;
  readonly readiness: () => Promise<Readiness>;
  /** The built renderer; without it the API still serves. */
  readonly rendererFolder: string;
  readonly version: string;
  readonly log: Logger;
  readonly limits?: Partial<ConnectionLimits>;
}

/**
 * HTTP and WebSocket on 127.0.0.1: the UI's files, the contract as RPC and as REST, health and metrics. It listens before it has loaded what
 * answers all of that: only whether the engine is ready can be said without.
 */
export class EngineServer {
  private readonly connections: Connections;
  private readonly refusals: RefusalLog;
  private readonly sockets: RpcSockets;
  private readonly server: Server;
  private readonly options: Options;
  private readonly rpc = loadedOnce(async () => {
    const [{ createRpc }, { router }] = await Promise.all([import('./rpc.ts'), import('../api/router.ts')]);
    return createRpc(router, this.witnesses);
  });
  private readonly routes = loadedOnce(async () => {
    const { createRoutes } = await import('./routes.ts');
    return createRoutes({ ...this.options, rpc: this.rpc }, this.witnesses, this.connections, this.limits);
  });
  private readonly limits: ConnectionLimits;
  private local: SocketServer | null = null;
  private listeningPort = 0;

  constructor(options: Options) {
    this.options = options;
    const { context, access, presence, log } = options;
    this.limits = { ...connectionLimits, ...options.limits };
    this.connections = new Connections(this.limits);
    this.refusals = new RefusalLog(log);
    this.sockets = new RpcSockets({
      rpc: async () => (await this.rpc()).sockets,
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
    this.server = createServer(httpLimits, (request, response) => this.answer(request, response));
    this.server.setTimeout(idleConnectionMs);
    this.server.on('clientError', answerBadBytes(this.refusals));
    answerExpectations(this.server, this.refusals);
    this.connections.watch(this.server);
    this.sockets.serve(this.server);
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

  /** Loads what the first call and the first request need, before they come. */
  async loadAnswers(): Promise<void> {
    await this.rpc();
    await this.routes();
  }

  /** @throws TrainyardError PORT_TAKEN: it may be called again, with another port */
  async listen(port: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.server.on('error', reject).on('listening', resolve).listen({ host: '127.0.0.1', port });
    try {
      await promise;
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
    } finally {
      this.server.off('error', reject).off('listening', resolve);
    }
    // A connection that could not be taken is its client's trouble; the others are served.
    this.server.on('error', () => {});
    this.listeningPort = (this.server.address() as AddressInfo).port;
  }

  /**
   * Listens at a socket in the state folder as well, for programs of the same user. Whoever is there already is gone: the caller has the
   * folder's lock.
   */
  async listenLocally(file: string): Promise<void> {
    this.local = await listenAtSocket(file, (socket) => {
      this.options.access.trustLocal(socket);
      this.server.emit('connection', socket);
    });
  }

  /** Ends every connection; reads that wait end with it and are asked again by whoever waits. */
  async close(): Promise<void> {
    this.sockets.close();
    this.local?.close();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
    this.sockets.terminate();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { log, readiness } = this.options;
    const answered =
      asksHowItIs(request) && this.isWelcome(request)
        ? answerHowItIs(request, response, readiness)
        : this.routes().then((answer) => answer(request, response));
    answered.catch((error: unknown) => {
      log.error({ err: error, url: request.url }, 'a request could not be answered');
      response.destroy();
    });
  }

  /** Whether nothing is wrong with a request that needs no proof. What is wrong with others the routes say. */
  private isWelcome(request: IncomingMessage): boolean {
    if (improper(request)) return false;
    return !this.options.access.isProven(request) || this.connections.trust(request.socket);
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
