import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { connect } from '../../src/main/cli/lib/client.ts';
import { runCli, startEngine, temporaryHome } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';

const onUnix = process.platform !== 'win32';
if (!onUnix) console.info('skipped: the engine’s Unix socket, because Windows has none');

test.skipIf(!onUnix)(
  'commands reach an engine in the place of whose socket something else lies',
  async () => {
    await using place = await preparedHome();
    const { home } = place;
    await using _engine = await startEngine(home);
    const socket = path.join(home, 'engine.sock');
    const others = [
      () => writeFileSync(socket, ''),
      () => mkdirSync(socket),
      () => symlinkSync('engine.sock', socket),
    ];
    for (const put of others) {
      rmSync(socket, { recursive: true });
      put();
      const { code, stderr } = await runCli(home, ['project', 'list']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
    rmSync(socket, { recursive: true });
  },
);

test.skipIf(!onUnix)(
  'an engine that takes a connection at its socket and says nothing is given up',
  async () => {
    await using place = await temporaryHome();
    const socket = path.join(path.dirname(place.home), 'silent.sock');
    await using server = createServer((taken) => taken.resume());
    await once(server.listen(socket), 'listening');
    server.unref();
    using client = await connect({ url: 'http://127.0.0.1:1', token: '', pid: process.pid, socket });
    await expect(client.api.system.info()).rejects.toMatchObject({ code: 'ENGINE_GONE' });
  },
);

test.skipIf(!onUnix)('what listens at the socket and is no engine is as one that is gone', async () => {
  await using place = await temporaryHome();
  const socket = path.join(path.dirname(place.home), 'other.sock');
  let answer = '';
  await using server = createHttpServer((_request, response) => {
    if (answer === '') response.destroy();
    else response.writeHead(503, { 'content-type': 'application/json' }).end(answer);
  });
  await once(server.listen(socket), 'listening');
  for (answer of ['', '{"error":"Service Unavailable","code":"Service Unavailable"}', 'no JSON', 'null']) {
    using client = await connect({ url: 'http://127.0.0.1:1', token: '', pid: process.pid, socket });
    await expect(client.api.system.info()).rejects.toMatchObject({ code: 'ENGINE_GONE' });
  }
  answer = '{"code":"TOO_MANY_CONNECTIONS","status":503,"message":"Full","data":{"hint":"Wait","place":{}}}';
  using client = await connect({ url: 'http://127.0.0.1:1', token: '', pid: process.pid, socket });
  await expect(client.api.system.info()).rejects.toMatchObject({
    code: 'TOO_MANY_CONNECTIONS',
    hint: 'Wait',
  });
});

test.skipIf(!onUnix).each(['', 'HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\n{}'])(
  'a connection that was closed before it was used, with the answer "%s", is opened anew',
  async (answer) => {
    await using place = await temporaryHome();
    const socket = path.join(path.dirname(place.home), 'impatient.sock');
    const engine = createHttpServer((_request, response) => response.end('{"json":{"version":"7"}}'));
    const closed = Promise.withResolvers<void>();
    let connections = 0;
    await using server = createServer((taken) => {
      connections += 1;
      if (connections > 1) engine.emit('connection', taken);
      else taken.end(answer, closed.resolve);
    });
    await once(server.listen(socket), 'listening');
    server.unref();
    using client = await connect({ url: 'http://127.0.0.1:1', token: '', pid: process.pid, socket });
    await closed.promise;
    // What was written is read by the client in a next turn.
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
    expect(await client.api.system.info()).toEqual({ version: '7' });
  },
);
