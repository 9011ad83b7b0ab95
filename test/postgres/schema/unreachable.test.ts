import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { errorSentence } from '../../../src/shared/errors/error.ts';
import { createTestDatabase, urlOf } from '../../support/postgres.ts';
import { connect } from './catalog.ts';
import { errorOf } from './support.ts';

const secret = 'do-not-say-this';

/** A port on which nobody listens, or a server that does something else than PostgreSQL. */
async function listen(
  answer: (server: Server) => void = () => undefined,
): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer();
  answer(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function currentError(databaseUrl: string) {
  const error = await errorOf(new SchemaService({ databaseUrl }).current());
  expect(JSON.stringify({ ...error, sentence: errorSentence(error) })).not.toContain(secret);
  expect(errorSentence(error)).not.toContain('\n');
  expect(error.hint).not.toBe('');
  return error;
}

test('no server at the address', async () => {
  const { port } = await (async () => {
    await using closed = await listen();
    return { port: closed.port };
  })();
  expect(await currentError(`postgres://admin:${secret}@127.0.0.1:${port}/vision_platform`)).toMatchObject({
    code: 'POSTGRES_UNREACHABLE',
    message: `No PostgreSQL answers at 127.0.0.1:${port} (ECONNREFUSED)`,
    place: { field: 'databaseUrl' },
  });
});

test('no such host, no such socket', async () => {
  expect(await currentError(`postgres://admin:${secret}@no-such-host.invalid/x`)).toMatchObject({
    code: 'POSTGRES_UNREACHABLE',
    message: expect.stringContaining('no-such-host.invalid:5432'),
  });
  expect(await currentError(`postgres://admin:${secret}@%2Fno%2Fsuch%2Ffolder/x`)).toMatchObject({
    code: 'POSTGRES_UNREACHABLE',
    message: expect.stringContaining('/no/such/folder'),
  });
});

test('something else than PostgreSQL at the address', async () => {
  await using other = await listen((server) =>
    server.on('connection', (socket) => socket.write('HTTP/1.1 400\r\n\r\n', () => socket.destroy())),
  );
  const error = await currentError(`postgres://admin:${secret}@127.0.0.1:${other.port}/x`);
  expect(error.code).toBe('POSTGRES_UNREACHABLE');
});

test('a wrong password, no password, an unknown user', async () => {
  await using database = await createTestDatabase('empty');
  const { connection } = database;
  expect(await currentError(urlOf({ ...connection, password: secret }))).toMatchObject({
    code: 'POSTGRES_LOGIN_REFUSED',
    message: expect.stringContaining('"admin"'),
  });
  expect(await currentError(database.url.replace(/:[^:@/]+@/, '@'))).toMatchObject({
    code: 'POSTGRES_LOGIN_REFUSED',
  });
  expect(await currentError(urlOf({ ...connection, user: 'nobody_here' }))).toMatchObject({
    code: 'POSTGRES_LOGIN_REFUSED',
  });
});

test('no such database', async () => {
  await using database = await createTestDatabase('empty');
  expect(await currentError(urlOf({ ...database.connection, database: 'not_there' }))).toMatchObject({
    code: 'POSTGRES_NO_DATABASE',
    message: expect.stringContaining('"not_there"'),
  });
});

test('a user who may not make tables', async () => {
  await using database = await createTestDatabase('empty');
  await using client = await connect(database.url);
  const role = `visitor_${database.connection.database}`;
  await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${secret}'`);
  try {
    const databaseUrl = urlOf({ ...database.connection, user: role, password: secret });
    expect(await errorOf(new SchemaService({ databaseUrl }).upgrade())).toMatchObject({
      code: 'POSTGRES_PERMISSION',
    });
  } finally {
    await client.query(`DROP ROLE ${role}`);
  }
});

test.each([
  `mysql://admin:${secret}@localhost/x`,
  secret,
  '',
  `postgres://admin:${secret}@localhost:port/x`,
  `postgres://:${secret}@localhost`,
])('what is no URL of PostgreSQL is said without repeating it', (databaseUrl) => {
  expect(() => new SchemaService({ databaseUrl })).toThrow(/database URL/);
  expect(() => new SchemaService({ databaseUrl })).not.toThrow(secret);
});
