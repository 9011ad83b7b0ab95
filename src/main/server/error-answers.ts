import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { codeOf } from '../platform/error-code.ts';
import { notFound, type Refusal, type RefusalLog, refusal, refuseOnSocket } from './refusals.ts';

const unread = (en: string, ko: string, status = 400) =>
  refusal('MALFORMED_REQUEST', { fault: { en, ko } }, { status });

/** What the framework says of a request that it could not take, in our words; the codes are Fastify's and Node's. */
const known: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: unread('its body is not valid JSON', '본문이 올바른 JSON이 아님'),
  FST_ERR_CTP_EMPTY_JSON_BODY: unread(
    'its body is empty, where its content type says JSON',
    '콘텐츠 형식은 JSON인데 본문이 비어 있음',
  ),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: refusal('MEDIA_TYPE_UNSUPPORTED', {}),
  FST_ERR_CTP_BODY_TOO_LARGE: refusal('BODY_TOO_LARGE', {}),
  FST_ERR_BAD_URL: refusal('ADDRESS_INVALID', {}),
  FST_ERR_MAX_PARAM_LENGTH: notFound({
    en: 'address with a part of this length',
    ko: '이만큼 긴 부분이 든 주소',
  }),
  HPE_HEADER_OVERFLOW: refusal('HEADERS_TOO_LARGE', {}),
  ERR_HTTP_REQUEST_TIMEOUT: refusal('REQUEST_TIMEOUT', {}),
};

const malformed = unread('this is no HTTP request', 'HTTP 요청이 아님');

function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}

/** The answer to an error that anything on the way of a request threw. */
async function answerOf(error: unknown, log: Logger, refusals: RefusalLog): Promise<Refusal> {
  const ours = known[codeOf(error)];
  const status = statusOf(error);
  if (ours || status < 500) {
    refusals.write({ code: codeOf(error), status });
    if (ours) return ours;
    return unread('it is not valid', '요청이 올바르지 않음', status);
  }
  // With the contract, which is loaded with the first call or here.
  const { toContractError } = await import('./errors.ts');
  return toContractError(error, log, refusals).toJSON() as Refusal;
}

/** Whether the client went away before its request was complete: nobody receives an answer, and nothing is wrong here. */
function hasLeft({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete;
}

/** Every error of every route in the product's form. To be called before routes are mounted: scopes keep the handler of their making. */
export function answerErrors(server: FastifyInstance, log: Logger, refusals: RefusalLog): void {
  server.setErrorHandler(async (error, request, reply) => {
    if (hasLeft(request))
      log.info({ err: error, url: request.url }, 'a client left before its request was whole');
    const answer = hasLeft(request) ? malformed : await answerOf(error, log, refusals);
    // The route may have said what it was about to send.
    for (const name of ['cache-control', 'content-disposition', 'content-length', 'connection'])
      reply.removeHeader(name);
    // Closed with the body unread, the connection would be reset and the answer lost: it closes behind the body (connections.ts).
    if (!request.raw.complete) reply.header('connection', 'keep-alive');
    return reply.code(answer.status).type('application/json; charset=utf-8').send(answer);
  });
  server.addHook('onSend', async (request, _reply, payload) => {
    if (payload instanceof Readable) {
      payload.on('error', (error) => log.warn({ err: error, url: request.url }, 'an answer broke off'));
    }
    return payload;
  });
}

/** Answers what the framework refuses before it looks for a route. */
export function answerFrameworkErrors(refusals: RefusalLog) {
  return (error: Error, _request: FastifyRequest, reply: FastifyReply): void => {
    refusals.write({ code: codeOf(error) });
    const answer = known[codeOf(error)] ?? malformed;
    void reply.code(answer.status).send(answer);
  };
}

const expectationFailed = refusal('EXPECTATION_FAILED', {});

/** Answers what Node refuses by itself before there is a request for the framework: an expectation other than `100-continue`. */
export function answerExpectations(server: Server, refusals: RefusalLog): void {
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    refusals.write({ code: expectationFailed.code });
    const body = JSON.stringify(expectationFailed);
    response
      .writeHead(expectationFailed.status, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      })
      .end(body);
  });
}

/** Answers bytes that are no request. */
export function answerBadBytes(refusals: RefusalLog) {
  return (error: Error, socket: Socket): void => {
    if (codeOf(error) === 'ECONNRESET' || socket.destroyed) {
      socket.destroy();
      return;
    }
    refusals.write({ code: codeOf(error) });
    refuseOnSocket(socket, known[codeOf(error)] ?? malformed);
  };
}
