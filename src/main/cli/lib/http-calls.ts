import { type IncomingMessage, request as startRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { StandardLinkClient } from '@orpc/client/standard';
import type { EngineAddress } from '../../platform/find-engine.ts';
import { gone } from './engine-gone.ts';

/** How a link sends its calls. They throw ENGINE_GONE where the connection ends. */
export interface Calls extends StandardLinkClient<object>, Disposable {}

/** Whoever listens at the socket wants the body within this time; the answer may take as long as it needs. */
const acceptMs = 10_000;

function opened(file: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(file, () => resolve(socket));
    // It stays: without a listener, what breaks before the socket is used would end the command.
    socket.on('error', reject);
  });
}

/** Whether a connection waits for a request. One that brings none for long is answered so by the engine, and closed. */
const isUnused = (socket: Socket): boolean => !socket.destroyed && socket.readableLength === 0;

/** Sends a request, its body once the server wants it. */
function send(socket: Socket, path: string, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: 'localhost',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    };
    const request = startRequest({ method: 'POST', path, headers, createConnection: () => socket });
    const giveUp = () => {
      const error = new Error('It did not take the request.');
      request.destroy(error);
      // Of a connection that was closed before the request had it, the request says nothing.
      reject(error);
    };
    const timer = setTimeout(giveUp, acceptMs);
    request.once('continue', () => {
      clearTimeout(timer);
      request.end(body);
    });
    request.once('response', resolve);
    request.on('error', reject);
    request.once('close', () => clearTimeout(timer));
    request.flushHeaders();
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text;
}

/** An answer of the RPC protocol. What the server says of a request that is no call for it has the form of REST's errors. */
function bodyOf(text: string): unknown {
  const body: unknown = JSON.parse(text);
  if (typeof body !== 'object' || body === null) throw new TypeError('The answer is no object.');
  if (!('code' in body)) return body;
  // A server that is no engine may say something of the kind in its own words.
  if (!('data' in body)) throw new TypeError(`The answer is none of the engine's: ${text}`);
  return { json: { defined: false, ...body } };
}

/**
 * Calls over the engine's socket: a request and a connection for each, so that none goes to a connection that is about to be closed.
 * No WebSocket, because its client brings TLS and all of `crypto`, which take as long to load as the rest of a command.
 * @throws TrainyardError ENGINE_GONE if nobody listens there
 */
export async function openHttpCalls(engine: EngineAddress, file: string): Promise<Calls> {
  const orGone = <T>(work: Promise<T>) =>
    work.catch((error: unknown) => {
      throw gone(engine, error);
    });
  let next: Socket | null = await orGone(opened(file));
  const ask = async (path: string, body: string) => {
    const early = next;
    next = null;
    const isReady = early !== null && isUnused(early);
    if (!isReady) early?.destroy();
    const socket = isReady ? early : await opened(file);
    const response = await send(socket, path, body);
    const answer = bodyOf(await textOf(response));
    const { statusCode = 500, headers } = response;
    return { status: statusCode, headers, body: async () => answer };
  };
  return {
    call: ({ url, body }) => orGone(ask(`/rpc${url.pathname}`, JSON.stringify(body))),
    [Symbol.dispose]: () => next?.destroy(),
  };
}
