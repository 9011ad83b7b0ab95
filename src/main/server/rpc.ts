import type { Router } from '@orpc/server';
import { FastifyHandler } from '@orpc/server/fastify';
import { StandardRPCHandler } from '@orpc/server/standard';
import { WebsocketHandler } from '@orpc/server/websocket';
import type { contract } from '../../shared/contract/contract.ts';
import type { ApiContext } from '../api/implementer.ts';
import { type CallWitnesses, contractInterceptors } from './contract-interceptors.ts';
import { namesKept } from './metric-names.ts';
import { noSuchCall, type Refusal, refusal } from './refusals.ts';

export interface CallContext extends ApiContext {
  /** Too many calls of the same connection are under way. */
  readonly crowded: boolean;
}

const tooManyCalls = refusal('TOO_MANY_REQUESTS', {});

/** A refusal as an answer of the RPC protocol, whose clients take only what has `defined` for an error of the server's. */
function answerWith(answer: Refusal) {
  const body = { json: { defined: false, ...answer }, meta: [] };
  const response = { status: answer.status, headers: {}, body };
  return { matched: true as const, response };
}

/** Answers the contract's calls: those of a WebSocket, and those that are a request each. */
export interface Rpc {
  readonly sockets: Pick<WebsocketHandler<CallContext>, 'message' | 'close'>;
  readonly requests: Pick<FastifyHandler<CallContext>, 'handle'>;
}

/** The contract as RPC. */
export function createRpc(router: Router<typeof contract, ApiContext>, witnesses: CallWitnesses): Rpc {
  const handler = new StandardRPCHandler<CallContext>(router, {
    ...contractInterceptors(witnesses),
    customJsonSerializers: [namesKept],
    rootInterceptors: [
      async ({ next, context }) => {
        if (context.crowded) return answerWith(tooManyCalls);
        const result = await next();
        return result.matched ? result : answerWith(noSuchCall);
      },
    ],
  });
  return { sockets: new WebsocketHandler(handler), requests: new FastifyHandler(handler) };
}
