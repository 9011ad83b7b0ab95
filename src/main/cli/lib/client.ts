import { on } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { type ClientLink, createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import type { contract } from '../../../shared/contract/contract.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { EngineAddress } from '../../platform/find-engine.ts';
import { retry } from '../../platform/waiting.ts';
import { remark } from './output.ts';

export type Api = ContractRouterClient<typeof contract>;

export interface Client extends Disposable {
  readonly api: Api;
  /** What the calls go by. */
  readonly link: ClientLink<object>;
  readonly engine: EngineAddress;
  /** Resolves once the connection is gone. */
  readonly closed: Promise<void>;
}

const handshakeMs = 10_000;
const signInMs = 10_000;

/** The engine ended, or the connection to it did, or another program has its port by now: the same call may succeed on the engine that comes next. */
export function isEngineGone(error: unknown): boolean {
  return error instanceof TrainyardError && /^ENGINE_(GONE|NOT_PROVEN)$/.test(error.code);
}

const gone = ({ url }: EngineAddress, cause: unknown) => fault('ENGINE_GONE', { url }, { cause });

/** An error as the engine meant it. */
async function fromEngine(error: unknown): Promise<unknown> {
  if (!(error instanceof ORPCError)) return error;
  // Loaded where it is needed, as every command waits for what is loaded with this file.
  const { errorData } = await import('../../../shared/contract/common.ts');
  const { code, message, status } = error;
  const data = errorData.safeParse(error.data).data ?? { hint: '' };
  return TrainyardError.from({ code, message, ...data }, { status, cause: error });
}

/**
 * A WebSocket to the engine that nobody else can be behind: by the socket in the state folder, which identifies each side to the other, else by
 * its port, where the engine proves itself before the token is used, and the token is not sent.
 */
async function open(engine: EngineAddress): Promise<WebSocket> {
  const timeout = { handshakeTimeout: handshakeMs };
  const file = engine.socket;
  if (file !== null) {
    // The handshake's limit is kept by the connection's own, which whoever makes the connection has to set.
    const createConnection: typeof connectSocket = () => connectSocket({ path: file, timeout: handshakeMs });
    return opened(engine, new WebSocket('ws://localhost/rpc', { ...timeout, createConnection }));
  }
  const { port } = new URL(engine.url);
  const socket = await opened(engine, new WebSocket(`ws://127.0.0.1:${port}/rpc`, timeout));
  const [{ importKey }, { signIn }] = await Promise.all([
    import('../../../shared/model/sign-in.ts'),
    import('../../../shared/model/sign-in-client.ts'),
  ]);
  const messages = on(socket, 'message', { close: ['close'], signal: AbortSignal.timeout(signInMs) });
  try {
    const key = await importKey(new TextEncoder().encode(engine.token));
    await signIn(
      { kind: 'token', id: '', audience: port, key },
      {
        send: (text) => socket.send(text),
        receive: async () => {
          const { value, done } = await messages.next();
          if (done) throw gone(engine, new Error('The connection was closed.'));
          return String(value[0]);
        },
      },
    );
    return socket;
  } catch (error) {
    socket.terminate();
    if (error instanceof Error && error.name === 'AbortError') throw gone(engine, error);
    throw error;
  } finally {
    await messages.return?.();
  }
}

function opened(engine: EngineAddress, socket: WebSocket): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(gone(engine, error));
    socket.on('error', fail);
    socket.once('open', () => {
      socket.off('error', fail);
      // What breaks from now on closes the socket too, and every call under way ends with that.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/** The socket as the link wants it: with a browser's events, which `ws` has under types of its own. */
function asBrowserSocket(socket: WebSocket): ConstructorParameters<typeof RPCLink>[0]['websocket'] {
  const events = new EventTarget();
  socket.on('message', (data, isBinary) => {
    // No MessageEvent: that name loads undici.
    events.dispatchEvent(Object.assign(new Event('message'), { data: isBinary ? data : data.toString() }));
  });
  socket.on('close', () => events.dispatchEvent(new Event('close')));
  return {
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    send: (message) => {
      if (message instanceof Blob) throw new TypeError('The CLI sends no blobs.');
      socket.send(message);
    },
    get readyState() {
      return socket.readyState;
    },
  };
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

/**
 * One WebSocket to an engine. Calls throw what the engine threw, as TrainyardError.
 * @throws TrainyardError ENGINE_GONE if nothing takes the connection, ENGINE_NOT_PROVEN where another program does
 */
export async function connect(engine: EngineAddress): Promise<Client> {
  const socket = await open(engine);
  const link = new RPCLink({
    websocket: asBrowserSocket(socket),
    interceptors: [
      async ({ next }) => {
        try {
          return await askAgain(next, untilStoresAreThere);
        } catch (error) {
          if (socket.readyState !== WebSocket.OPEN && !(error instanceof ORPCError))
            throw gone(engine, error);
          throw await fromEngine(error);
        }
      },
    ],
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { api: createORPCClient<Api>(link), link, engine, closed, [Symbol.dispose]: () => socket.close() };
}
