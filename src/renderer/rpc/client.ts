import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { QueryClient } from '@tanstack/react-query';
import type { contract } from '../../shared/contract/contract.ts';
import { Connection } from './connection.ts';
import { setFileKey } from './files.ts';
import { PageKeys } from './page-keys.ts';
import { PageSocket } from './page-socket.ts';
import { schedule } from './pause.ts';
import { StoreWaiter } from './store-waiter.ts';

export type EngineClient = ContractRouterClient<typeof contract>;

const keys = new PageKeys(sessionStorage);
keys.takeTicket(window.location, window.history);
// A link that is opened in the page's own tab loads nothing anew.
window.addEventListener('hashchange', () => {
  if (keys.takeTicket(window.location, window.history)) connection.retryNow();
});

/** The page's one connection to the engine that served it. */
export const connection: Connection<PageSocket> = new Connection({
  open: () => {
    const socket = new WebSocket(new URL('/rpc', window.location.href.replace(/^http/, 'ws')));
    return new PageSocket(socket, keys, setFileKey);
  },
  link: (websocket) => new RPCLink({ websocket }),
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

/** Reads stay true by notifications, not by time; the connection repeats what broke, so that an error here is an answer. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 0, retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});
