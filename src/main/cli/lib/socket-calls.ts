import { on } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { LinkWebsocketClient } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import type { EngineAddress } from '../../platform/find-engine.ts';
import { gone } from './engine-gone.ts';
import type { Calls } from './http-calls.ts';

const handshakeMs = 10_000;
const signInMs = 10_000;

/**
 * A WebSocket to the engine that nobody else can be behind: by the socket in the state folder, which identifies each side to the other, else by
 * its port, where the engine proves itself before the token is used, and the token is not sent.
 */
async function open(engine: EngineAddress): Promise<{ socket: WebSocket; fileKey: string }> {
  const timeout = { handshakeTimeout: handshakeMs };
  const file = engine.socket;
  if (file !== null) {
    // The handshake's limit is kept by the connection's own, which whoever makes the connection has to set.
    const createConnection: typeof connectSocket = () => connectSocket({ path: file, timeout: handshakeMs });
    const local = new WebSocket('ws://localhost/rpc', { ...timeout, createConnection });
    return { socket: await opened(engine, local), fileKey: '' };
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
    const { welcome } = await signIn(
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
    return { socket, fileKey: welcome.fileKey };
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
function asBrowserSocket(
  socket: WebSocket,
): ConstructorParameters<typeof LinkWebsocketClient>[0]['websocket'] {
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

/**
 * Calls over one WebSocket, and what reports when it is gone. `fileKey` opens `/files/…` over the port; over the socket none is needed.
 * @throws TrainyardError ENGINE_GONE if nothing takes the connection, ENGINE_NOT_PROVEN where another program does
 */
export async function openSocketCalls(
  engine: EngineAddress,
): Promise<Calls & { readonly closed: Promise<void>; readonly fileKey: string }> {
  const { socket, fileKey } = await open(engine);
  const client = new LinkWebsocketClient<object>({ websocket: asBrowserSocket(socket) });
  return {
    call: async (...question) => {
      try {
        return await client.call(...question);
      } catch (error) {
        throw socket.readyState === WebSocket.OPEN ? error : gone(engine, error);
      }
    },
    fileKey,
    closed: new Promise<void>((resolve) => socket.once('close', () => resolve())),
    [Symbol.dispose]: () => socket.close(),
  };
}
