import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningEngine, startEngine } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { requestText, say } from '../support/raw-http.ts';

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

const host = () => ['Host', new URL(engine.url).host] as const;
const bearer = () => ['Authorization', `Bearer ${engine.token}`] as const;
const call = (headers: readonly (readonly [string, string])[], body: string, target = '/rpc/projects/list') =>
  say(engine, requestText('POST', target, headers, body));

test('calls by HTTP are answered to who has proved themselves, and to nobody else', async () => {
  const answer = await call([host(), bearer()], '{"json":{"limit":1}}');
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({ json: { projects: expect.any(Array) } });
  expect((await call([host()], '{}')).status).toBe(401);
  expect((await call([host(), ['Authorization', 'Bearer wrong']], '{}')).status).toBe(401);
  expect((await call([host(), ['Origin', 'http://localhost:3000'], bearer()], '{}')).status).toBe(403);
  expect((await call([['Host', 'example.org'], bearer()], '{}')).status).toBe(403);
});

test('calls by HTTP are refused with a field and a hint as over WebSocket, and where there is no such call or no JSON', async () => {
  const refused = await call([host(), bearer()], '{"json":{"name":"a\\u0000b"}}', '/rpc/projects/create');
  expect(refused.status).toBe(400);
  expect(JSON.parse(refused.body)).toMatchObject({
    json: { code: 'INVALID_INPUT', data: { place: { field: 'name' } } },
  });
  for (const target of ['/rpc/projects/nonsense', '/rpc/../api/v1/projects', '/rpc/%2e%2e/readyz']) {
    const { status, body } = await call([host(), bearer()], '{}', target);
    expect({ target, status, body }).toMatchObject({
      status: 404,
      body: expect.stringContaining('NOT_FOUND'),
    });
  }
  const unknown = await call([host(), bearer()], '{}', '/rpc/projects/nonsense');
  expect(JSON.parse(unknown.body)).toMatchObject({
    json: { defined: false, code: 'NOT_FOUND', status: 404, data: { hint: expect.any(String) } },
  });
  const torn = await call([host(), bearer()], '{"json":');
  expect({ status: torn.status, code: JSON.parse(torn.body).code }).toEqual({
    status: 400,
    code: 'MALFORMED_REQUEST',
  });
});
