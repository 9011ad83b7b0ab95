import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import type { contract } from '../../shared/contract/contract.ts';
import { Connection } from './connection.ts';
import { StoreWaiter } from './store-waiter.ts';

export type EngineClient = ContractRouterClient<typeof contract>;

/** Whether the engine is there and knows this browser; the WebSocket's own failure does not say. */
async function diagnose(): Promise<'unauthorized' | 'unreachable'> {
  try {
    const answer = await fetch('/api/v1/system', { headers: { accept: 'application/json' } });
    return answer.status === 401 ? 'unauthorized' : 'unreachable';
  } catch (error) {
    // `fetch` rejects with a TypeError where nothing answers.
    if (error instanceof TypeError) return 'unreachable';
    throw error;
  }
}

function schedule(milliseconds: number, action: () => void): () => void {
  const timer = setTimeout(action, milliseconds);
  return () => clearTimeout(timer);
}

/** The page's one connection to the engine that served it. */
export const connection = new Connection({
  open: () => new WebSocket(new URL('/rpc', window.location.href.replace(/^http/, 'ws'))),
  link: (websocket) => new RPCLink({ websocket }),
  diagnose,
  now: () => Date.now(),
  schedule,
  random: () => Math.random(),
});

/** Reads that wait for the stores of the profile in use. */
export const stores = new StoreWaiter(connection, { schedule });

/** The contract, as functions. */
export const engine: EngineClient = createORPCClient(stores);

/** The contract, as queries and mutations. */
export const queries = createTanstackQueryUtils(engine);
