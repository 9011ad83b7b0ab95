import { expect, test } from 'vitest';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { Listener } from '../../../src/main/stores/pubsub/postgres/listener.ts';
import { createPubSub } from '../../../src/main/stores/pubsub/postgres/pubsub.ts';
import { waitFor } from '../../support/engine.ts';
import { sharedDatabase } from '../shared-database.ts';
import { pubSubContract } from './contract.ts';

const shared = sharedDatabase();

async function openEnd(faults: unknown[]) {
  const pool = createPool({ url: shared.url() });
  const outages: unknown[] = [];
  const listener = new Listener(pool, (error) => outages.push(error));
  return {
    pool,
    listener,
    outages,
    pubSub: createPubSub(pool, listener, (error) => faults.push(error)),
    [Symbol.asyncDispose]: async () => {
      await listener[Symbol.asyncDispose]();
      await pool.end();
    },
  };
}

async function openBoth() {
  const faults: unknown[] = [];
  const [here, there] = [await openEnd(faults), await openEnd(faults)];
  return {
    here: here.pubSub,
    there: there.pubSub,
    faults,
    [Symbol.asyncDispose]: async () => {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    },
  };
}

pubSubContract('PostgreSQL', openBoth);

test('listens again after its connection broke, and still hears its own messages once', async () => {
  await using end = await openEnd([]);
  await using far = await openEnd([]);
  const heard: unknown[] = [];
  await using _subscription = await end.pubSub.subscribe('news', (message) => heard.push(message));
  for (const round of [1, 2]) {
    const { rowCount } = await far.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    expect(rowCount).toBe(1);
    await end.pubSub.publish('news', `own ${round}`);
    await waitFor('a message from the other end', async () => {
      await far.pubSub.publish('news', `far ${round}`);
      return heard.includes(`far ${round}`);
    });
    expect(heard.filter((message) => message === `own ${round}`)).toHaveLength(1);
    expect(end.outages).toHaveLength(round);
  }
});

test('leaves no connection behind, even when it is closed while it connects', async () => {
  const end = await openEnd([]);
  const refused = expect(end.pubSub.subscribe('news', () => {})).rejects.toMatchObject({
    code: 'MESSAGING_UNREACHABLE',
  });
  await end.listener[Symbol.asyncDispose]();
  await refused;
  await expect(end.pubSub.subscribe('news', () => {})).rejects.toMatchObject({
    code: 'MESSAGING_UNREACHABLE',
  });
  const { rows } = await end.pool.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  expect(rows).toEqual([]);
  await end.pool.end();
});

test('sends what comes close together in few statements', async () => {
  await using end = await openEnd([]);
  await using far = await openEnd([]);
  let statements = 0;
  end.pool.on('acquire', () => {
    statements += 1;
  });
  const heard: unknown[] = [];
  await using _subscription = await far.pubSub.subscribe('news', (message) => heard.push(message));
  await Promise.all(
    Array.from({ length: 3000 }, (_, number) => end.pubSub.publish(`run ${number % 3}`, number)),
  );
  await end.pubSub.publish('news', 'end');
  await waitFor('the last message', async () => heard.length === 1);
  expect(statements).toBeLessThan(10);
});

test('hears only what pub/sub sent, whatever others notify by hand', async () => {
  const faults: unknown[] = [];
  await using end = await openEnd(faults);
  const heard: unknown[] = [];
  await using _subscription = await end.pubSub.subscribe('news', (message) => heard.push(message));
  const other = '6f1c2f9e-8d51-4d5e-9d54-0b9f4b1c2a77';
  for (const payload of ['', 'hello', '{"a":1}', `${other}:1:[no json]`, `${other}:2:["true one"]`]) {
    await end.pool.query("SELECT pg_notify('news', $1)", [payload]);
  }
  await waitFor('the message', async () => heard.length > 0, 10_000);
  expect(heard).toEqual(['true one']);
  expect(faults).toEqual([expect.any(SyntaxError)]);
});
