import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import Fastify from 'fastify';
import pino from 'pino';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Connections, connectionLimits, limitBodies } from '../../src/main/server/connections.ts';
import { answerErrors } from '../../src/main/server/error-answers.ts';
import { mountFiles, type ServedFiles } from '../../src/main/server/files.ts';
import { Presence } from '../../src/main/server/presence.ts';
import { RefusalLog } from '../../src/main/server/refusals.ts';
import { createRpc } from '../../src/main/server/rpc.ts';
import { RpcSockets } from '../../src/main/server/rpc-sockets.ts';
import { apiContext } from '../support/api-context.ts';
import { waitFor } from '../support/engine.ts';
import { dial, say } from '../support/raw-http.ts';
import { fixtureRouter } from '../ui/fixture-router.ts';
import { makeStory } from '../ui/fixture-story.ts';

const log = pino({ level: 'silent' });
const addressOf = (server: Server) => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

/** A listening server, closed with all of its connections when disposed. */
async function listening(server: Server): Promise<{ url: string } & AsyncDisposable> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dispose = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { ...addressOf(server), [Symbol.asyncDispose]: dispose };
}

test('of too many peers that proved nothing the oldest goes; those that proved themselves stay', async () => {
  const connections = new Connections({
    ...connectionLimits,
    anonymous: 3,
    anonymousLifeMs: 1500,
    proven: 1,
  });
  const server = createServer((request, response) => {
    response.end(String(connections.trust(request.socket)));
  });
  connections.watch(server);
  await using place = await listening(server);
  const ask = async () => {
    const socket = await dial(place);
    const answered = once(socket, 'data');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return { socket, trusted: String((await answered)[0]).endsWith('true') };
  };
  const first = await ask();
  expect(first.trusted).toBe(true);
  expect((await ask()).trusted).toBe(false);
  const others = [await dial(place), await dial(place), await dial(place), await dial(place)];
  await once(others[0] ?? first.socket, 'close');
  expect(first.socket.destroyed).toBe(false);
  await waitFor('the others’ time to be over', async () => others.every(({ destroyed }) => destroyed));
  expect(first.socket.destroyed).toBe(false);
  first.socket.destroy();
  await waitFor('the place to be free', async () => (await ask()).trusted);
});

test('a body that stops coming ends its connection; one that goes on may take longer than that', async () => {
  const server = Fastify();
  limitBodies(server, 1000);
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  server.post('/', async (request) => {
    let size = 0;
    for await (const chunk of request.body as Readable) size += (chunk as Buffer).length;
    return { size };
  });
  await server.ready();
  await using place = await listening(server.server);
  const head =
    'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: a/b\r\nContent-Length: 10\r\n\r\n';
  expect(await say(place, `${head}abc`)).toMatchObject({ status: 0 });

  const steady = await dial(place);
  const answered = once(steady, 'data');
  steady.write(head);
  // Slower in all than the limit, and never silent for as long: the pace itself is the subject.
  for (let sent = 0; sent < 10; sent += 1) {
    await new Promise((resolve) => setTimeout(resolve, 120));
    steady.write('x');
  }
  expect(String((await answered)[0])).toContain('{"size":10}');
});

test.each([
  ['모델/그림', 'application/octet-stream'],
  ['text/plain\r\nX-Evil: 1', 'application/octet-stream'],
  ['', 'application/octet-stream'],
  ['image/svg+xml; charset=utf-8', 'image/svg+xml; charset=utf-8'],
])('an artifact of media type %j and of a strange name downloads as %s', async (mediaType, sent) => {
  const name = '혼동 행렬 "x"\r\n\ud800.json';
  const nowhere = () => Promise.reject(new Error('not asked here'));
  const files: ServedFiles = {
    readImage: nowhere,
    readExport: nowhere,
    readLog: nowhere,
    storeUpload: nowhere,
    readArtifact: async () => ({ body: Readable.from([Buffer.from('abc')]), mediaType, name, size: 3 }),
  };
  const server = Fastify();
  answerErrors(server, log, new RefusalLog(log));
  await mountFiles(server, files);
  await server.ready();
  await using place = await listening(server.server);
  const id = '00000000-0000-4000-8000-000000000000';
  const answer = await fetch(`${place.url}/files/runs/${id}/artifacts/${id}`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('abc');
  expect(answer.headers.get('content-type')).toBe(sent);
  expect(answer.headers.get('x-evil')).toBeNull();
  expect(answer.headers.get('content-disposition')).toMatch(
    /^attachment; filename\*=UTF-8''%ED%98%BC[\w%.-]*\.json$/,
  );
});

test('what is asked for without its body is not read', async () => {
  const nowhere = () => Promise.reject(new Error('not asked here'));
  let pieces = 0;
  const body = Readable.from(
    (function* () {
      for (; pieces < 1000; pieces += 1) yield Buffer.alloc(1024);
    })(),
  );
  const files: ServedFiles = {
    readImage: nowhere,
    readExport: async () => ({ body, name: 'a.tar', size: 1e12 }),
    readLog: nowhere,
    storeUpload: nowhere,
    readArtifact: nowhere,
  };
  const server = Fastify();
  await mountFiles(server, files);
  await server.ready();
  await using place = await listening(server.server);
  const id = '00000000-0000-4000-8000-000000000000';
  const url = `${place.url}/files/datasets/${id}/1/export?format=coco`;
  const answer = await fetch(url, { method: 'HEAD' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-length')).toBe('1000000000000');
  if (!body.closed) await once(body, 'close');
  expect(pieces).toBeLessThan(10);
});

/** The contract in memory behind real WebSockets, with a heartbeat of a tenth of a second and two calls at once. */
async function rpcSockets(): Promise<{ url: string } & AsyncDisposable> {
  const presence = new Presence();
  const refusals = new RefusalLog(log);
  const rpc = createRpc(fixtureRouter(makeStory().state), { presence, log, refusals });
  const sockets = new RpcSockets({
    rpc: async () => rpc.sockets,
    context: apiContext(),
    presence,
    log,
    refusals,
    limits: { ...connectionLimits, heartbeatMs: 100, callsAtOnce: 2 },
    admit: () => null,
    isProven: () => true,
    beginSignIn: () => {
      throw new Error('everybody is proven here');
    },
    trust: () => true,
  });
  const server = createServer();
  sockets.serve(server);
  const place = await listening(server);
  const dispose = async () => {
    sockets.close();
    sockets.terminate();
    await place[Symbol.asyncDispose]();
  };
  return { url: place.url, [Symbol.asyncDispose]: dispose };
}

async function open(url: string, options: { autoPong: boolean }): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`, options);
  await once(socket, 'open');
  return socket;
}

test('a WebSocket peer that answers no ping is dropped, one that does stays', async () => {
  await using place = await rpcSockets();
  const living = await open(place.url, { autoPong: true });
  const dead = await open(place.url, { autoPong: false });
  let pings = 0;
  living.on('ping', () => (pings += 1));
  await once(dead, 'close');
  const before = pings;
  await waitFor('further pings', async () => pings > before + 3);
  expect(living.readyState).toBe(WebSocket.OPEN);
  living.terminate();
});

test('more calls at once than a connection may have are refused, each for itself', async () => {
  await using place = await rpcSockets();
  const socket = await open(place.url, { autoPong: true });
  const statuses = new Map<string, number>();
  socket.on('message', (data) => {
    const { i, p } = JSON.parse(String(data)) as { i: string; p: { s?: number } };
    statuses.set(i, p.s ?? 200);
  });
  const changes = (waitMs: number) => ({ u: '/system/changes', b: { json: { after: '', waitMs } } });
  for (const i of ['1', '2', '3', '4']) socket.send(JSON.stringify({ i, p: changes(0) }));
  await waitFor('all answers', async () => statuses.size === 4);
  expect([...statuses.values()].filter((status) => status === 429).length).toBe(2);
  socket.send(JSON.stringify({ i: '5', p: changes(0) }));
  await waitFor('the next answer', async () => statuses.get('5') === 200);
  socket.send('no message of the protocol');
  expect((await once(socket, 'close'))[0]).toBe(1007);
});
