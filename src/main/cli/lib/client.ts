import { type ClientLink, createORPCClient, ORPCError } from '@orpc/client';
import { StandardRPCLink } from '@orpc/client/standard';
import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from '../../../shared/contract/contract.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { EngineAddress } from '../../platform/find-engine.ts';
import { retry } from '../../platform/waiting.ts';
import { type Calls, openHttpCalls } from './http-calls.ts';
import { remark } from './output.ts';

export type Api = ContractRouterClient<typeof contract>;

export interface Client extends Disposable {
  readonly api: Api;
  /** What the calls go by. */
  readonly link: ClientLink<object>;
  readonly engine: EngineAddress;
}

/** An error as the engine meant it. */
async function fromEngine(error: unknown): Promise<unknown> {
  if (!(error instanceof ORPCError)) return error;
  // Loaded where it is needed, as every command waits for what is loaded with this file.
  const { errorData } = await import('../../../shared/contract/common.ts');
  const { code, message, status } = error;
  const data = errorData.safeParse(error.data).data ?? { hint: '' };
  return TrainyardError.from({ code, message, ...data }, { status, cause: error });
}

/** Asks again while the answer is an error that passes by itself, and says once what is waited for. */
export function askAgain<T>(
  ask: () => Promise<T>,
  wait: Pick<Parameters<typeof retry>[1], 'isPassing' | 'firstMs' | 'timeoutMs'> & {
    readonly remark: Bilingual;
  },
): Promise<T> {
  let isRemarked = false;
  return retry(ask, {
    ...wait,
    onRetry: () => {
      if (!isRemarked) remark(wait.remark.en, wait.remark.ko);
      isRemarked = true;
    },
  });
}

/** The engine is opening its stores: nothing was done yet. */
const untilStoresAreThere = {
  isPassing: (error: unknown) => error instanceof ORPCError && error.code === 'STORES_STARTING',
  firstMs: 200,
  timeoutMs: 180_000,
  remark: { en: 'Waiting for the stores to start.', ko: '저장소가 시작되기를 기다립니다.' },
};

function clientOf(engine: EngineAddress, calls: Calls): Client {
  const link = new StandardRPCLink(calls, {
    // Only its path is used.
    url: 'http://engine',
    interceptors: [
      async ({ next }) => {
        try {
          return await askAgain(next, untilStoresAreThere);
        } catch (error) {
          throw await fromEngine(error);
        }
      },
    ],
  });
  return { api: createORPCClient<Api>(link), link, engine, [Symbol.dispose]: () => calls[Symbol.dispose]() };
}

/**
 * A client of an engine. Calls throw what the engine threw, as TrainyardError.
 * @throws TrainyardError ENGINE_GONE if nothing takes the connection, ENGINE_NOT_PROVEN where another program does
 */
export async function connect(engine: EngineAddress): Promise<Client> {
  return engine.socket === null
    ? stayConnected(engine)
    : clientOf(engine, await openHttpCalls(engine, engine.socket));
}

/** The same by one connection, which stays: the engine knows that somebody is there, and `closed` resolves once it is gone. */
export async function stayConnected(
  engine: EngineAddress,
): Promise<Client & { readonly closed: Promise<void> }> {
  const { openSocketCalls } = await import('./socket-calls.ts');
  const calls = await openSocketCalls(engine);
  return { ...clientOf(engine, calls), closed: calls.closed };
}
