import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningEngine, startEngine } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { requestText, say } from '../support/raw-http.ts';
import { rest } from '../support/rest.ts';

let place: Awaited<ReturnType<typeof preparedHome>>;
let engine: RunningEngine;

beforeAll(async () => {
  place = await preparedHome();
  engine = await startEngine(place.home);
});

afterAll(async () => {
  await engine.stop();
  await place[Symbol.asyncDispose]();
});

const port = () => new URL(engine.url).port;
const bearer = () => ['Authorization', `Bearer ${engine.token}`] as const;
const ask = (
  headers: readonly (readonly [string, string])[],
  { method = 'GET', target = '/api/v1/projects', body = '' } = {},
) => say(engine, requestText(method, target, headers, body));

describe('whose requests are served', () => {
  test.each(['localhost:9999', '127.0.0.1:9999', '[::1]:9999', 'localhost', 'LOCALHOST:1'])(
    'a tunnel that is reached as %s is served, also with its own Origin',
    async (host) => {
      expect((await ask([['Host', host], bearer()])).status).toBe(200);
      expect((await ask([['Host', host], ['Origin', `http://${host}`], bearer()])).status).toBe(200);
    },
  );

  test.each([
    ['a foreign name', [['Host', 'example.org']]],
    ['a name that begins like ours', [['Host', 'localhost.example.org']]],
    [
      'a page of another port',
      [
        ['Host', 'localhost:9999'],
        ['Origin', 'http://localhost:3000'],
      ],
    ],
    [
      'the other loopback name in Origin',
      [
        ['Host', '127.0.0.1:9999'],
        ['Origin', 'http://localhost:9999'],
      ],
    ],
    [
      'a page without an origin',
      [
        ['Host', '127.0.0.1:1'],
        ['Origin', 'null'],
      ],
    ],
    [
      'another site',
      [
        ['Host', 'localhost:1'],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
    ],
    [
      'another port of the same site',
      [
        ['Host', 'localhost:1'],
        ['Sec-Fetch-Site', 'same-site'],
      ],
    ],
  ] as const)('%s is refused, token or not', async (_what, headers) => {
    const answer = await ask([...headers, bearer()]);
    expect({ status: answer.status, code: JSON.parse(answer.body).code }).toEqual({
      status: 403,
      code: 'FOREIGN_REQUEST',
    });
  });

  test('a navigation from another site may read a page, and write nothing', async () => {
    const from = [
      ['Host', `127.0.0.1:${port()}`],
      ['Sec-Fetch-Site', 'cross-site'],
      ['Sec-Fetch-Mode', 'navigate'],
      bearer(),
    ] as const;
    expect((await ask(from, { target: '/runs' })).status).toBe(200);
    const body = JSON.stringify({ name: 'from-elsewhere' });
    expect((await ask(from, { method: 'POST', body })).status).toBe(403);
    const { projects } = await rest<{ projects: { name: string }[] }>(engine, 'GET', '/projects');
    expect(projects.map(({ name }) => name)).not.toContain('from-elsewhere');
  });

  test.each(['Host', 'Authorization', 'Origin', 'Sec-Fetch-Site'])(
    'a request with two %s headers is refused',
    async (name) => {
      const host = `127.0.0.1:${port()}`;
      const values: Record<string, string> = {
        Host: host,
        Authorization: `Bearer ${engine.token}`,
        Origin: `http://${host}`,
        'Sec-Fetch-Site': 'same-origin',
      };
      const once = Object.entries(values);
      expect((await ask(once)).status).toBe(200);
      const answer = await ask([...once, [name, values[name] ?? '']]);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body)).toMatchObject({
        code: 'HEADER_REPEATED',
        data: { place: { field: name.toLowerCase() } },
      });
    },
  );
});

describe('text that no store can keep', () => {
  const post = async (body: unknown) => {
    const answer = await ask([['Host', `127.0.0.1:${port()}`], bearer()], {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return { status: answer.status, ...JSON.parse(answer.body) };
  };

  test.each([
    ['name', { name: 'a\0b' }],
    ['description', { name: 'nul', description: '한\0글' }],
    ['tags.1', { name: 'nul', tags: ['x', '\0'] }],
    ['description', { name: 'half', description: 'x\ud800y' }],
    ['tags.0', { name: 'half', tags: ['\udc00'] }],
    ['b\u{FFFD}d', { name: 'key', 'b\0d': 1 }],
  ])('in %s is refused with the field and a hint', async (field, body) => {
    expect(await post(body)).toMatchObject({
      status: 400,
      code: 'INVALID_INPUT',
      message: expect.stringContaining(field),
      data: { hint: expect.stringMatching(/./), place: { field } },
    });
  });

  test('whole surrogate pairs, other control characters and U+FFFD stay what they are', async () => {
    const description = '🙂 \u0001\u007f\u{FFFD} 한';
    const made = await rest<{ id: string; description: string }>(engine, 'POST', '/projects', {
      name: 'odd but fine',
      description,
    });
    expect((await rest<{ description: string }>(engine, 'GET', `/projects/${made.id}`)).description).toBe(
      description,
    );
  });

  test.each(['/api/v1/projects?search=%00', '/api/v1/projects/a%00b', '/files/uploads?name=%00', '/%00'])(
    'in the address %s is refused',
    async (target) => {
      const answer = await ask([['Host', `127.0.0.1:${port()}`], bearer()], { target });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body)).toMatchObject({
        code: 'INVALID_INPUT',
        data: {
          place: { field: 'address' },
          hint: 'Remove "%00" from the address and try again.',
        },
      });
    },
  );

  test('nested a hundred thousand deep is refused, and the engine goes on', async () => {
    const deep = `{"name":"deep","description":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const answer = await ask([['Host', `127.0.0.1:${port()}`], bearer()], { method: 'POST', body: deep });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('over WebSocket is refused in the same way', async () => {
    const socket = new WebSocket(`${engine.url.replace('http', 'ws')}/rpc`, {
      headers: { authorization: `Bearer ${engine.token}` },
    });
    const said = new Promise<string>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data) => resolve(String(data)));
    });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ i: '1', p: { u: '/projects/create', b: { json: { name: 'a\0b' } } } }));
    expect(JSON.parse(await said)).toMatchObject({
      p: { s: 400, b: { json: { code: 'INVALID_INPUT', data: { place: { field: 'name' } } } } },
    });
    socket.close();
  });
});

test.each(['null', 'true', '7', '"text"', '[1]'])(
  'a body that is %s where an object is wanted is refused with a place and a hint',
  async (body) => {
    for (const [method, target] of [
      ['PATCH', '/api/v1/projects/any'],
      ['POST', '/api/v1/datasets/any/verify'],
      ['POST', '/api/v1/stack/down'],
    ] as const) {
      const answer = await ask([['Host', `127.0.0.1:${port()}`], bearer()], { method, target, body });
      expect(JSON.parse(answer.body)).toMatchObject({
        status: 400,
        code: 'INVALID_INPUT',
        message: 'body: must be of the type object',
        data: { place: { field: 'body' }, hint: 'Correct the named field and try again.' },
      });
    }
  },
);

test('an empty body is none, whatever type it is said to have', async () => {
  const answer = await fetch(`${engine.url}/api/v1/system/tickets`, {
    method: 'POST',
    body: '',
    headers: Object.fromEntries([bearer()]),
  });
  expect(answer.status).toBe(200);
});

test('where nothing is at an address, or not by this method, an unfit body does not hide it', async () => {
  const send = (method: string, target: string) =>
    ask([['Host', `127.0.0.1:${port()}`], bearer()], { method, target, body: 'null' });
  expect((await send('POST', '/api/v1/nonsense')).status).toBe(404);
  expect((await send('PUT', '/api/v1/projects')).status).toBe(405);
});

test('an expectation that nobody knows is answered in the product’s own form', async () => {
  const answer = await ask([['Host', `127.0.0.1:${port()}`], ['Expect', 'bogus'], bearer()]);
  expect(answer.status).toBe(417);
  expect(JSON.parse(answer.body)).toMatchObject({
    code: 'EXPECTATION_FAILED',
    data: { place: { field: 'Expect' } },
  });
});

test('a peer with the token that sends rubbish over WebSockets fills no log', async () => {
  const logged = async () =>
    (await readFile(path.join(place.home, 'logs', 'engine.log'), 'utf8')).split('\n').length;
  const before = await logged();
  for (let count = 0; count < 100; count += 1) {
    const socket = new WebSocket(`ws://127.0.0.1:${port()}/rpc`, {
      headers: { authorization: `Bearer ${engine.token}` },
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.once('open', () => socket.send('{"rubbish":'));
    await closed;
  }
  expect((await logged()) - before).toBeLessThan(40);
});

test.each(['two\nlines', 'bell\u0007', 'turned\u202eemag', 'line\u2028separator', 'isolate\u2066d'])(
  'a name such as %j is refused with its field, for every noun',
  async (name) => {
    const target = { path: '/nowhere', project: 'any' };
    for (const [address, body] of [
      ['/projects', { name }],
      ['/projects', { name: 'fine', tags: [name] }],
      ['/datasets/import', { ...target, name }],
    ] as const) {
      const refused = await rest(engine, 'POST', address, body).catch((error: Error) => error.message);
      expect(refused).toContain('INVALID_INPUT');
      expect(refused).toMatch(/"field":"(name|tags\.0)"/);
    }
  },
);
