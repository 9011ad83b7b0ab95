import { expect, test, vi } from 'vitest';
import { backoff, Connection } from '../../src/renderer/rpc/connection.ts';
import { isRepeatable, writes } from '../../src/renderer/rpc/repeatable.ts';
import { contract } from '../../src/shared/contract/contract.ts';

class FakeSocket {
  constructor(readonly refusal: 'unauthorized' | 'unreachable') {}

  readonly listeners = { open: [] as (() => void)[], close: [] as (() => void)[] };
  readonly calls: { input: unknown; resolve: (value: unknown) => void; reject: (error: unknown) => void }[] =
    [];

  addEventListener(type: 'open' | 'close', listener: () => void): void {
    this.listeners[type].push(listener);
  }

  close(): void {
    for (const listener of this.listeners.close) listener();
    for (const { reject } of this.calls) reject(new Error('closed'));
  }

  open(): void {
    for (const listener of this.listeners.open) listener();
  }
}

function bench(refusal: 'unauthorized' | 'unreachable' = 'unreachable') {
  const sockets: FakeSocket[] = [];
  const retries: { delay: number; action: () => void }[] = [];
  const connection = new Connection<FakeSocket>({
    open: () => {
      const socket = new FakeSocket(refusal);
      sockets.push(socket);
      return socket;
    },
    link: (socket) => ({
      call: (_path, input) =>
        new Promise((resolve, reject) => {
          socket.calls.push({ input, resolve, reject });
        }),
    }),
    now: () => 0,
    schedule: (delay, action) => {
      retries.push({ delay, action });
      return () => undefined;
    },
    random: () => 0,
  });
  connection.start();
  const last = <T>(list: readonly T[]): T => {
    const found = list.at(-1);
    if (found === undefined) throw new Error('nothing there');
    return found;
  };
  return { connection, sockets, retries, last };
}

test('a read that was under way when the connection broke is asked again with the same cursor', async () => {
  const { connection, sockets, retries, last } = bench();
  last(sockets).open();
  const answer = connection.call(['runs', 'metrics'], { after: 41 }, { context: {} });
  await vi.waitFor(() => expect(last(sockets).calls).toHaveLength(1));
  last(sockets).close();
  await vi.waitFor(() => expect(retries).toHaveLength(1));
  expect(connection.state).toEqual({ phase: 'waiting', failures: 1, retryAt: 250 });
  last(retries).action();
  last(sockets).open();
  await vi.waitFor(() => expect(last(sockets).calls).toHaveLength(1));
  expect(sockets).toHaveLength(2);
  expect(last(sockets).calls[0]?.input).toEqual({ after: 41 });
  last(last(sockets).calls).resolve('points');
  expect(await answer).toBe('points');
});

test('a write that was under way when the connection broke is not repeated, and says so', async () => {
  const { connection, sockets, last } = bench();
  last(sockets).open();
  const answer = connection.call(['runs', 'cancel'], { run: 'x' }, { context: {} });
  await vi.waitFor(() => expect(last(sockets).calls).toHaveLength(1));
  last(sockets).close();
  await expect(answer).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
});

test('an error that the engine answers is passed on and not asked again', async () => {
  const { connection, sockets, last } = bench();
  last(sockets).open();
  const answer = connection.call(['runs', 'show'], {}, { context: {} });
  await vi.waitFor(() => expect(last(sockets).calls).toHaveLength(1));
  last(last(sockets).calls).reject(new Error('NOT_FOUND'));
  await expect(answer).rejects.toThrow('NOT_FOUND');
});

test('a call that is given up while the engine is away ends at once', async () => {
  const { connection } = bench();
  const abort = new AbortController();
  const answer = connection.call(['runs', 'list'], {}, { context: {}, signal: abort.signal });
  abort.abort(new Error('given up'));
  await expect(answer).rejects.toThrow('given up');
});

test('a browser without a session is told so instead of trying for ever', async () => {
  const { connection, sockets, retries, last } = bench('unauthorized');
  const answer = connection.call(['runs', 'list'], {}, { context: {} });
  const refused = expect(answer).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  last(sockets).close();
  await refused;
  expect(connection.state).toEqual({ phase: 'unauthorized' });
  // Whoever refused proved nothing: it tries again now and then, and says that it needs a link meanwhile.
  last(retries).action();
  expect(connection.state).toEqual({ phase: 'unauthorized' });
  last(sockets).open();
  expect(connection.state).toEqual({ phase: 'open' });
});

test('the wait between tries doubles up to five seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 20].map((failures) => backoff(failures, 0))).toEqual([
    250, 500, 1000, 2000, 4000, 5000, 5000,
  ]);
  expect(backoff(6, 1)).toBeGreaterThan(3000);
});

test('every procedure that changes something is known as a write', () => {
  const procedures = Object.entries(contract).flatMap(([domain, members]) =>
    Object.entries(members).map(([name, procedure]) => ({
      name: `${domain}.${name}`,
      path: [domain, name],
      method: procedure['~orpc'].route.method,
    })),
  );
  // These are sent as POST for their size or their cost, and change nothing that is kept: a check that was started twice ends by itself.
  // An import that is cancelled twice is cancelled, and what waits for its copy is copied once.
  const harmless = [
    ...['validate', 'startCheck', 'cancelCheck', 'cancelImport', 'verify'].map((name) => `datasets.${name}`),
    ...['testDestination', 'copyToDestination'].map((name) => `backups.${name}`),
  ];
  const changing = procedures
    .filter(({ name, method }) => method !== 'GET' && !harmless.includes(name))
    .map(({ name }) => name);
  expect(procedures.filter(({ path }) => writes(path)).map(({ name }) => name)).toEqual(changing);
  expect(changing.length).toBeGreaterThan(10);
  expect(isRepeatable(['runs', 'create'], { requestId: 'x' })).toBe(true);
  expect(isRepeatable(['runs', 'create'], {})).toBe(false);
});

test('a write that finds no connection is refused after some seconds and never sent', async () => {
  const { connection, sockets, retries, last } = bench();
  last(sockets).close();
  const answer = connection.call(['datasets', 'remove'], { dataset: 'x' }, { context: {} });
  const refused = expect(answer).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
  const [retry, patience] = retries;
  patience?.action();
  await refused;
  retry?.action();
  last(sockets).open();
  expect(last(sockets).calls).toEqual([]);
});

test('a write that was sent before the connection broke is not said to be unsent', async () => {
  const { connection, sockets, retries, last } = bench();
  last(sockets).open();
  const answer = connection.call(['runs', 'create'], { requestId: 'x' }, { context: {} });
  const refused = expect(answer).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  await vi.waitFor(() => expect(last(sockets).calls).toHaveLength(1));
  last(sockets).close();
  // The first write's patience, the next try, and the second one's patience.
  await vi.waitFor(() => expect(retries).toHaveLength(3));
  last(retries).action();
  await refused;
});

test('a connection that answers a probe stays, one that does not is given up', async () => {
  const { connection, sockets, retries, last } = bench();
  last(sockets).open();
  const answered = connection.probe();
  last(last(sockets).calls).resolve('news');
  await answered;
  expect(connection.state).toEqual({ phase: 'open' });
  const silent = connection.probe();
  last(retries).action();
  await silent;
  expect(connection.state).toMatchObject({ phase: 'waiting' });
});

test('a write that was taken back while it waited is never sent', async () => {
  const { connection, sockets, last } = bench();
  const abort = new AbortController();
  const options = { context: {}, signal: abort.signal };
  const answer = connection.call(['projects', 'create'], { name: 'x' }, options);
  abort.abort(new Error('taken back'));
  await expect(answer).rejects.toThrow('taken back');
  last(sockets).open();
  const read = connection.call(['runs', 'list'], {}, { context: {} });
  await vi.waitFor(() => expect(last(sockets).calls).toHaveLength(1));
  last(last(sockets).calls).resolve('runs');
  expect(await read).toBe('runs');
});

test('a write that is on its way is told to its end, though whoever asked does not want it any more', async () => {
  const { connection, sockets, last } = bench();
  last(sockets).open();
  const abort = new AbortController();
  const options = { context: {}, signal: abort.signal };
  const answer = connection.call(['projects', 'create'], { name: 'x' }, options);
  await vi.waitFor(() => expect(last(sockets).calls).toHaveLength(1));
  abort.abort(new Error('taken back'));
  last(sockets).close();
  await expect(answer).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
});
