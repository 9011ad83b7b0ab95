import type { RequestListener } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { ApiContext } from '../api/implementer.ts';
import { loadedOnce } from '../platform/loaded-once.ts';
import type { Access } from './access.ts';
import { type ConnectionLimits, type Connections, limitBodies } from './connections.ts';
import type { CallWitnesses } from './contract-interceptors.ts';
import { answerErrors, answerFrameworkErrors } from './error-answers.ts';
import { mountFiles, type ServedFiles } from './files.ts';
import { improper } from './foreign-requests.ts';
import { mountMetrics } from './metrics.ts';
import { mountPage } from './page.ts';
import { answerHeaders } from './probes.ts';
import { type Refusal, refusal, tooManyConnections } from './refusals.ts';
import type { Rpc } from './rpc.ts';
import { mountRpc } from './rpc-requests.ts';

interface Options {
  /** What answers the contract's calls, loaded for the first of them. */
  readonly rpc: () => Promise<Rpc>;
  readonly context: ApiContext;
  readonly access: Access;
  readonly files: ServedFiles;
  /** The built renderer; without it the API still serves. */
  readonly rendererFolder: string;
  readonly version: string;
  readonly log: Logger;
}

/** Paths that anybody on this machine may read: they hold no data. */
const open = /^\/(assets\/.*|favicon\.\w+)?$|^\/(?!rpc|api|files|metrics)[\w/-]*$/;

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

const withoutSchemas = (): never => {
  throw new Error('No route here has a schema of Fastify’s.');
};

/** What answers requests over HTTP: the UI's files, the contract as REST, files, and metrics. */
export async function createRoutes(
  { rpc, context, access, files, rendererFolder, version, log }: Options,
  witnesses: CallWitnesses,
  connections: Connections,
  limits: ConnectionLimits,
): Promise<RequestListener> {
  const { presence, refusals } = witnesses;
  const server: FastifyInstance = Fastify({
    logger: false,
    bodyLimit: 4 * 1024 * 1024,
    frameworkErrors: answerFrameworkErrors(refusals),
    // Not Fastify's own compilers: they are large, and the contract checks what comes in.
    schemaController: {
      compilersFactory: { buildValidator: withoutSchemas, buildSerializer: withoutSchemas },
    },
  });
  const refuse = (reply: FastifyReply, answer: Refusal) => {
    refusals.write({ code: answer.code, why: answer.message });
    return reply.code(answer.status).send(answer);
  };
  answerErrors(server, log, refusals);
  let inlineScripts: readonly string[] = [];
  server.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    const wrong = improper(request.raw);
    if (wrong) return refuse(reply, wrong);
    reply.headers(answerHeaders);
    reply.header('content-security-policy', contentSecurityPolicy(request.headers.host ?? '', inlineScripts));
    const proven = access.isProven(request.raw);
    if (proven && !connections.trust(request.raw.socket)) return refuse(reply, tooManyConnections);
    if (open.test(path)) return;
    if (!proven) return refuse(reply, unauthorized);
    // A download may take longer than the engine stays without anybody.
    reply.raw.once('close', presence.enter());
  });
  limitBodies(server, limits.bodySilenceMs);
  mountMetrics(server);
  await mountRpc(server, { rpc, context, presence });
  await mountFiles(server, files);
  const rest = loadedOnce(async () => (await import('./rest.ts')).createRest(context, witnesses, version));
  server.get('/api/v1/openapi.json', async () => (await rest()).describe());
  server.all('/api/v1/*', async (request, reply) => (await rest()).answer(request, reply));
  inlineScripts = await mountPage(server, rendererFolder, (address) => open.test(address));
  await server.ready();
  return (request, response) => server.routing(request, response);
}
