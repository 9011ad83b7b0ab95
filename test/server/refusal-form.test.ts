import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningEngine, startEngine, temporaryHome } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { dial, say } from '../support/raw-http.ts';
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
describe('whatever is refused is answered in the product’s own form', () => {
  const json = 'Content-Type: application/json\r\n';
  const cases: [what: string, status: number, code: string, bytes: (head: string) => string][] = [
    [
      'malformed JSON',
      400,
      'MALFORMED_REQUEST',
      (head) => `POST /api/v1/projects HTTP/1.1\r\n${head}${json}Content-Length: 9\r\n\r\n{"secret"`,
    ],
    [
      'an empty JSON body',
      400,
      'MALFORMED_REQUEST',
      (head) => `POST /api/v1/projects HTTP/1.1\r\n${head}${json}Content-Length: 0\r\n\r\n`,
    ],
    [
      'another content type',
      415,
      'MEDIA_TYPE_UNSUPPORTED',
      (head) => `POST /api/v1/projects HTTP/1.1\r\n${head}Content-Type: a/b\r\nContent-Length: 2\r\n\r\n{}`,
    ],
    [
      'a body of 5 MB',
      413,
      'BODY_TOO_LARGE',
      (head) =>
        `POST /api/v1/projects HTTP/1.1\r\n${head}${json}Content-Length: 5000000\r\n\r\n${'x'.repeat(5_000_000)}`,
    ],
    [
      'an escape that is no UTF-8',
      400,
      'ADDRESS_INVALID',
      (head) => `GET /api/v1/projects/%zz HTTP/1.1\r\n${head}\r\n`,
    ],
    ['an unknown REST path', 404, 'NOT_FOUND', (head) => `GET /api/v1/nothing HTTP/1.1\r\n${head}\r\n`],
    ['an unknown file', 404, 'NOT_FOUND', (head) => `GET /files/nothing HTTP/1.1\r\n${head}\r\n`],
    [
      'a method that REST has not there',
      405,
      'METHOD_NOT_ALLOWED',
      (head) => `PUT /api/v1/projects HTTP/1.1\r\n${head}\r\n`,
    ],
    ['a page that is written to', 405, 'METHOD_NOT_ALLOWED', (head) => `POST /runs HTTP/1.1\r\n${head}\r\n`],
    [
      'a dataset that is no id',
      400,
      'INVALID_INPUT',
      (head) => `GET /files/datasets/x/1/images/y HTTP/1.1\r\n${head}\r\n`,
    ],
    [
      'a run that is not there',
      404,
      'RUN_NOT_FOUND',
      (head) => `GET /files/runs/00000000-0000-4000-8000-000000000000/log HTTP/1.1\r\n${head}\r\n`,
    ],
    [
      'an upload without a name',
      400,
      'INVALID_INPUT',
      (head) => `POST /files/uploads HTTP/1.1\r\n${head}Content-Length: 1\r\n\r\nx`,
    ],
    [
      'a limit that is no number',
      400,
      'INVALID_INPUT',
      (head) => `GET /api/v1/runs?limit=soon HTTP/1.1\r\n${head}\r\n`,
    ],
    [
      '20 KB of headers',
      431,
      'HEADERS_TOO_LARGE',
      (head) => `GET / HTTP/1.1\r\n${head}X: ${'x'.repeat(20_000)}\r\n\r\n`,
    ],
    [
      'bytes that are no HTTP',
      400,
      'MALFORMED_REQUEST',
      () => '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n',
    ],
    ['a header without a name', 400, 'MALFORMED_REQUEST', (head) => `GET / HTTP/1.1\r\n${head}: x\r\n\r\n`],
    [
      'two lengths of one body',
      400,
      'MALFORMED_REQUEST',
      (head) => `POST /api/v1/projects HTTP/1.1\r\n${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    ],
    [
      'an upgrade elsewhere',
      404,
      'NOT_FOUND',
      (head) => `GET /elsewhere HTTP/1.1\r\n${head.replace('close', 'Upgrade')}Upgrade: websocket\r\n\r\n`,
    ],
    [
      'an upgrade that is no handshake',
      400,
      'UPGRADE_INVALID',
      (head) => `GET /rpc HTTP/1.1\r\n${head.replace('close', 'Upgrade')}Upgrade: websocket\r\n\r\n`,
    ],
  ];

  test.each(cases)('%s: %i %s', async (_what, status, code, bytes) => {
    const head = `Host: 127.0.0.1:${port()}\r\nAuthorization: Bearer ${engine.token}\r\nConnection: close\r\n`;
    const answer = await say(engine, bytes(head));
    expect(JSON.parse(answer.body)).toEqual({
      code,
      status,
      message: expect.stringMatching(/^\p{L}/u),
      data: {
        hint: expect.stringMatching(/\.$/),
        place: expect.any(Object),
        parameters: expect.any(Object),
      },
      ...(answer.body.includes('"defined"') ? { defined: expect.any(Boolean) } : {}),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatch(/^content-type: application\/json/im);
    expect(answer.body).not.toMatch(/FST_|HPE_|Unexpected|secret|Error:/);
  });

  test('and stands in the log, without what was sent', async () => {
    const log = await readFile(path.join(place.home, 'logs', 'engine.log'), 'utf8');
    expect(log).toContain('a request was refused');
    expect(log).toContain('HPE_HEADER_OVERFLOW');
    expect(log).not.toContain('"secret"');
    expect(log).not.toContain(engine.token);
  });
});

test('an upload that is given up leaves no error behind, and the next one is taken', async () => {
  const head = `Host: 127.0.0.1:${port()}\r\nAuthorization: Bearer ${engine.token}\r\n`;
  const socket = await dial(engine);
  await new Promise((resolve) =>
    socket.write(
      `POST /files/uploads?name=a.tar HTTP/1.1\r\n${head}Content-Length: 1000000\r\n\r\n${'x'.repeat(100_000)}`,
      resolve,
    ),
  );
  socket.resetAndDestroy();
  const whole = await say(
    engine,
    `POST /files/uploads?name=b.tar HTTP/1.1\r\n${head}Connection: close\r\nContent-Length: 3\r\n\r\nabc`,
  );
  expect(whole.status).toBe(201);
  expect(await readFile(path.join(place.home, 'logs', 'engine.log'), 'utf8')).not.toContain(
    'a database that is away',
  );
});

test.each(['up', 'down', 'restart'])(
  'a field that stack/%s does not know is refused, and nothing begins',
  async (verb) => {
    const bodies = [
      ['{"__proto__": {"services": []}}', 'MALFORMED_REQUEST'],
      ['{"service": ["redis"]}', 'INVALID_INPUT'],
    ] as const;
    for (const [body, code] of bodies) {
      const head = `Host: 127.0.0.1:${port()}\r\nAuthorization: Bearer ${engine.token}\r\nConnection: close\r\n`;
      const answer = await say(
        engine,
        `POST /api/v1/stack/${verb} HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      expect({ status: answer.status, code: JSON.parse(answer.body).code }).toEqual({
        status: 400,
        code,
      });
    }
  },
);

test('what cannot be done for now is answered as that, not as an unexpected error', async () => {
  await using other = await temporaryHome();
  const external = path.join(path.dirname(other.home), 'external.json');
  await writeFile(external, JSON.stringify({ postgres: { url: 'postgres://nobody@127.0.0.1:9/nothing' } }));
  await using without = await startEngine(other.home, ['--no-sample', '--profile', 'external'], {
    TRAINYARD_EXTERNAL_FILE: external,
  });
  await expect(rest(without, 'GET', '/projects')).rejects.toMatchObject({
    status: 503,
    message: expect.stringContaining('STORES_'),
  });
});
