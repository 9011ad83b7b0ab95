import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { Listener } from '../../../src/main/stores/pubsub/postgres/listener.ts';
import { defaultQueue } from '../../../src/main/stores/queue/ports.ts';
import { createQueue } from '../../../src/main/stores/queue/postgres-queue.ts';
import { sharedDatabase } from '../shared-database.ts';
import { queueContract, task } from './contract.ts';

const shared = sharedDatabase();

function queueOn(pool: pg.Pool) {
  const faults: unknown[] = [];
  const listener = new Listener(pool, (error) => faults.push(error));
  return {
    queue: createQueue(pool, listener),
    listener,
    faults,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

async function openQueue() {
  const first = queueOn(await shared.emptied('kv_queue'));
  const second = queueOn(shared.pool());
  return {
    ...first,
    other: second.queue,
    count: async (name: string) => {
      const { rows } = await shared.pool().query('SELECT count(*) FROM kv_queue WHERE queue = $1', [name]);
      return Number(rows[0]?.count);
    },
    [Symbol.asyncDispose]: async () => {
      await first[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
    },
  };
}

queueContract('PostgreSQL', openQueue);

test('gives a killed receiver’s message to the next one when its time is over', async () => {
  await using opened = await openQueue();
  const { queue } = opened;
  await queue.send(defaultQueue, { id: 'job', body: task(3) });
  const program = fileURLToPath(new URL('./queue-receiver.ts', import.meta.url));
  const child = spawn(process.execPath, [program, shared.url(), defaultQueue, '1500'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    expect(JSON.parse(String(line))).toEqual({ id: 'job' });
  } finally {
    child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(await queue.receive(defaultQueue, 60_000)).toBeNull();
  await queue.wait(defaultQueue, 20_000);
  expect(await queue.receive(defaultQueue, 60_000)).toMatchObject({
    id: 'job',
    body: task(3),
  });
});

test('takes the next message while another transaction is about to take the oldest', async () => {
  await using opened = await openQueue();
  const { queue } = opened;
  for (const id of ['oldest', 'next']) await queue.send(defaultQueue, { id, body: task(null) });
  const rival = await shared.pool().connect();
  try {
    await rival.query('BEGIN');
    await rival.query("SELECT * FROM kv_queue WHERE id = 'oldest' FOR UPDATE");
    expect(await queue.receive(defaultQueue, 60_000)).toMatchObject({ id: 'next' });
    await rival.query('ROLLBACK');
  } finally {
    rival.release();
  }
  expect(await queue.receive(defaultQueue, 60_000)).toMatchObject({ id: 'oldest' });
});

test('lets a wait end when the listener is closed', async () => {
  await using opened = await openQueue();
  const { queue, listener } = opened;
  const began = performance.now();
  // It ends, or was too early to begin: both by the closing, long before its time.
  const waiting = queue.wait(defaultQueue, 20_000).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'MESSAGING_UNREACHABLE' });
  });
  await queue.send('another', { id: 'x', body: task(null) });
  await listener[Symbol.asyncDispose]();
  await waiting;
  expect(performance.now() - began).toBeLessThan(10_000);
});
