import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { cliJson, engineOf, runCli, startEngine, temporaryHome, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';

/** The account `nobody` on Linux: another user of the machine. */
const stranger = 65_534;
const asStranger = process.platform === 'linux' && process.getuid?.() === 0;
if (!asStranger)
  console.info('skipped: what another user of the machine sees, because only root on Linux can act as one');

/** A server of another user that says yes to everything, and keeps all that it hears. */
const thief = `
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
const keep = (text) => process.stdout.write(JSON.stringify(text) + '\\n');
const server = createServer((request, response) => {
  keep(request.method + ' ' + request.url + ' ' + JSON.stringify(request.headers));
  request.on('data', (chunk) => keep(String(chunk)));
  response.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' }).end('{"ok":true}');
});
server.on('upgrade', (request, socket) => {
  keep('upgrade ' + request.url + ' ' + JSON.stringify(request.headers));
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    // A frame of a client is masked.
    const at = (chunk[1] & 127) === 126 ? 4 : 2;
    socket.write(Buffer.from([0x81, 3, ...Buffer.from('yes')]));
    keep(String(Buffer.from(chunk.subarray(at + 4).map((byte, index) => byte ^ chunk[at + (index % 4)]))));
  });
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
});
server.listen(Number(process.argv[1]), '127.0.0.1', () => keep('listening ' + server.address().port));
`;

async function startThief(port: number) {
  // From a folder that anybody may read: the checkout may be closed to others.
  const child = spawn(process.execPath, ['--input-type=module', '-e', thief, String(port)], {
    cwd: '/',
    uid: stranger,
    gid: stranger,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let heard = '';
  child.stdout.on('data', (chunk: Buffer) => (heard += chunk.toString('utf8')));
  child.once('error', (error) => (heard += `could not start: ${error.message}`));
  await waitFor('the thief to listen', async () => heard.includes('listening'));
  return {
    port: Number(/listening (\d+)/.exec(heard)?.[1]),
    heard: () => heard,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

// One for all: each test starts engines of its own, and to make a database anew for each would take most of the time.
let place: Awaited<ReturnType<typeof preparedHome>>;
beforeAll(async () => {
  place = await preparedHome();
});
afterAll(() => place[Symbol.asyncDispose]());

async function killed(home: string) {
  const engine = await startEngine(home);
  const ended = once(engine.process, 'exit');
  engine.process.kill('SIGKILL');
  await ended;
  return engine;
}

test.skipIf(!asStranger)(
  'a command neither believes nor tells anything to whoever has the port of an engine that was killed',
  async () => {
    const { home } = place;
    const dead = await killed(home);
    const left = await engineOf(home);
    await using stolen = await startThief(Number(new URL(dead.url).port));
    // A process with the dead engine's number is easily had; here it is the test's own.
    await writeFile(path.join(home, 'engine.json'), JSON.stringify({ ...left, pid: process.pid }));

    expect(await cliJson(home, ['project', 'list'])).toEqual({ projects: [], total: 0 });
    const now = await engineOf(home);
    expect(now.url).not.toBe(dead.url);
    expect(now.token).not.toBe(dead.token);
    expect(stolen.heard()).not.toContain(dead.token);
    expect(stolen.heard().trim().split('\n')).toHaveLength(1);
    // What scripts sent to the dead engine's port is of no use with the next one.
    const answer = await fetch(`${now.url}/api/v1/projects`, {
      headers: { authorization: `Bearer ${dead.token}` },
    });
    expect(answer.status).toBe(401);
    const { code } = await runCli(home, ['doctor', '--json']);
    expect(code).toBeTypeOf('number');
    process.kill(JSON.parse(await readFile(path.join(home, 'engine.json'), 'utf8')).pid, 'SIGTERM');
    await waitFor('the engine to go', async () => !existsSync(path.join(home, 'engine.json')));
  },
);

test.skipIf(!asStranger)('without a socket, a command asks for proof before it uses the token', async () => {
  await using around = await temporaryHome();
  // Too long a path for a socket's address.
  const home = path.join(around.home, 'a'.repeat(120));
  await mkdir(around.home, { mode: 0o711 });
  await using engine = await startEngine(home);
  expect(await cliJson(home, ['project', 'list'])).toEqual({ projects: [], total: 0 });
  await using stolen = await startThief(0);
  const left = await engineOf(home);
  // The lock is held, and what it says leads elsewhere: as if the port had been taken in between.
  await writeFile(
    path.join(home, 'engine.json'),
    JSON.stringify({ ...left, url: `http://127.0.0.1:${stolen.port}` }),
  );
  const { code, stderr } = await runCli(home, ['project', 'list']);
  expect(code).toBe(1);
  expect(stderr).toContain('could not prove');
  expect(stolen.heard()).toContain('upgrade /rpc');
  expect(stolen.heard()).toContain('hello');
  expect(stolen.heard()).not.toContain(engine.token);
});

test.skipIf(!asStranger)(
  'another user can neither connect to the socket nor read what lies beside it',
  async () => {
    const { home } = place;
    await using _engine = await startEngine(home);
    const socket = path.join(home, 'engine.sock');
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    // Even where the folder lets others through, as root's does for the database's account.
    await chmod(home, 0o711);
    const script = `import('node:net').then(({ connect }) => connect(${JSON.stringify(socket)}).on('error', (e) => console.log(e.code)).on('connect', () => { console.log('connected'); process.exit() }));
    for (const name of ['engine.json', 'secrets.json', 'settings.sqlite']) try { require('node:fs').readFileSync(${JSON.stringify(home)} + '/' + name); console.log('read ' + name) } catch (e) { console.log(e.code) }`;
    const child = spawn(process.execPath, ['-e', script], { cwd: '/', uid: stranger, gid: stranger });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    await once(child, 'close');
    expect(said.trim().split('\n')).toEqual(['EACCES', 'EACCES', 'EACCES', 'EACCES']);
    const own = connect(socket);
    await once(own, 'connect');
    own.destroy();
  },
);

test.skipIf(!asStranger)(
  'a browser sends another port nothing, and an open page that meets a thief comes back to its engine by itself',
  async () => {
    const { home } = place;
    await using opened = await openBrowser();
    const context = await opened.browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    const first = await startEngine(home);
    const port = Number(new URL(first.url).port);
    await page.goto(first.ticketUrl);
    await page.getByRole('link', { name: 'Runs' }).waitFor();
    const status = page.locator('[data-phase]');
    await expect.poll(() => status.getAttribute('data-phase')).toBe('open');

    await using elsewhere = await startThief(0);
    const other = await context.newPage();
    await other.goto(`http://127.0.0.1:${elsewhere.port}/`);
    expect(elsewhere.heard()).not.toMatch(/cookie|authorization|ticket/i);

    const ended = once(first.process, 'exit');
    first.process.kill('SIGKILL');
    await ended;
    {
      await using stolen = await startThief(port);
      await waitFor('the page to ask the thief', async () => stolen.heard().includes('hello'));
      const said = stolen.heard();
      expect(said).not.toMatch(/cookie|authorization|"proof"/i);
      for (const secret of [first.token, new URL(first.ticketUrl).hash.slice(8)])
        expect(said).not.toContain(secret);
    }
    await using _next = await startEngine(home, ['--no-sample', '--port', String(port)]);
    await expect.poll(() => status.getAttribute('data-phase'), { timeout: 40_000 }).toBe('open');
    await page.reload();
    await expect.poll(() => status.getAttribute('data-phase')).toBe('open');
  },
  120_000,
);

test('a new token makes the old one and every page’s key worthless; a clean end keeps both', async () => {
  const { home } = place;
  const tokens: string[] = [];
  for (const args of [[], [], ['--new-token']]) {
    const engine = await startEngine(home, ['--no-sample', ...args]);
    tokens.push(engine.token);
    expect(await engine.stop()).toBe(0);
  }
  expect(tokens[1]).toBe(tokens[0]);
  expect(tokens[2]).not.toBe(tokens[0]);
});
