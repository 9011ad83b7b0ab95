import { ORPCError } from '@orpc/server';
import type { StandardHandlerOptions } from '@orpc/server/standard';
import type { Logger } from 'pino';
import { fault } from '../../shared/errors/catalogue.ts';
import type { ApiContext } from '../api/implementer.ts';
import { toContractError } from './errors.ts';
import { checkStorable } from './input-text.ts';
import type { Presence } from './presence.ts';
import type { RefusalLog } from './refusals.ts';

type ContractInterceptors = Required<
  Pick<StandardHandlerOptions<ApiContext>, 'interceptors' | 'clientInterceptors'>
>;

/** Who gets to know of calls, and of those that fail. */
export interface CallWitnesses {
  readonly presence: Presence;
  readonly log: Logger;
  readonly refusals: RefusalLog;
}

/** Whoever asked left, and the work ended for that: nobody reads the answer, and nothing is wrong. */
const hasLeft = (error: unknown, signal: AbortSignal | undefined) =>
  signal?.aborted === true &&
  (error === signal.reason || (error instanceof Error && error.name === 'AbortError'));

const unreadable = { fault: { en: 'it is not what the contract describes', ko: '계약에 있는 형식이 아님' } };

/** What stands around every call of the contract, by REST and by RPC: input that can be stored, errors in the contract's form. */
export function contractInterceptors({ presence, log, refusals }: CallWitnesses): ContractInterceptors {
  // A call and its request share their signal.
  const called = new WeakSet<AbortSignal>();
  return {
    clientInterceptors: [
      async ({ next, input, signal }) => {
        if (signal) called.add(signal);
        presence.seen();
        try {
          checkStorable(input);
          return await next();
        } catch (error) {
          if (hasLeft(error, signal)) throw new ORPCError('CLIENT_CLOSED_REQUEST', { status: 499 });
          throw toContractError(error, log, refusals);
        }
      },
    ],
    interceptors: [
      async ({ next, request }) => {
        try {
          return await next();
        } catch (error) {
          // Translated already: errors of 500 and more would become unexpected ones.
          if (error instanceof ORPCError) throw error;
          const isRead = request.signal !== undefined && called.has(request.signal);
          throw toContractError(
            isRead ? error : fault('MALFORMED_REQUEST', unreadable, { cause: error }),
            log,
            refusals,
          );
        }
      },
    ],
  };
}
