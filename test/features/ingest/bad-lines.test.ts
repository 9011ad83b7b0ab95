import { truncate } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IngestedAttempt } from '../../../src/main/features/ingest/cursor.ts';
import { rollupShape } from '../../../src/main/features/metrics/rollups.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { wholeJournal } from './support/ledger.ts';
import { eventLine, Workshop } from './support/workshop.ts';

let database: TestDatabase;
let workshop: Workshop;
beforeAll(async () => {
  database = await createTestDatabase();
  workshop = new Workshop(database.url, { shape: { ...rollupShape, mostNames: 3 } });
});
afterAll(async () => {
  await workshop[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const metric = (seq: number, values: Record<string, number> = { train_loss: seq }) =>
  eventLine(seq, 'metric', { epoch: 1, step: seq, values });
const drain = (attempt: IngestedAttempt, final = false) => workshop.ingestion.drain(attempt, { final });
const pointsOf = async ({ runId }: IngestedAttempt) =>
  (await workshop.metrics.read({ runId, after: 0, limit: 1000, waitMs: 0 })).metrics.map(
    ({ attemptSeq }) => attemptSeq,
  );
const logOf = async ({ runId }: IngestedAttempt) =>
  (await workshop.logs.read({ runId, from: 0, limit: 10_000, level: null, search: null, waitMs: 0 })).lines;

test('a bad line is kept as an error that names file, byte, reason and text, and reading goes on', async () => {
  const attempt = await workshop.attempt();
  const lines = [
    metric(1),
    'not json\n',
    metric(2),
    '{"time": "x"}\n',
    eventLine(3, 'wonder', {}),
    metric(2, { train_loss: 99 }),
    metric(4),
  ];
  await workshop.append(attempt, 'events.jsonl', lines.join(''));
  expect(await drain(attempt)).toMatchObject({ events: 3, badLines: 4 });
  expect(await pointsOf(attempt)).toEqual([1, 2, 4]);
  const at = (index: number) =>
    `line ${index + 1} (byte ${Buffer.byteLength(lines.slice(0, index).join(''))})`;
  expect((await logOf(attempt)).map(({ level, source, message }) => ({ level, source, message }))).toEqual(
    [
      [1, 'not JSON'],
      [3, 'no seq'],
      [4, 'unknown type'],
      [5, 'seq 2 after 3'],
    ].map(([index, reason]) => ({
      level: 'error',
      source: 'platform',
      message: `events.jsonl, ${at(Number(index))}: not an event (${reason}): ${lines[Number(index)]?.slice(0, -1)}`,
    })),
  );
});

test('bytes that are no UTF-8 are seen, and offsets count bytes', async () => {
  const attempt = await workshop.attempt();
  const first = Buffer.from('{"message": "한국어\u0000"}\n');
  await workshop.append(
    attempt,
    'events.jsonl',
    Buffer.concat([first, Buffer.from([0x7b, 0xff, 0xfe, 0x0a])]),
  );
  await workshop.append(attempt, 'stdout.log', Buffer.from([0x61, 0xff, 0x00, 0x0a]));
  await drain(attempt);
  const [, second, third] = await logOf(attempt);
  expect(second?.message).toBe(
    `events.jsonl, line 2 (byte ${first.length}): not an event (not JSON): {\ufffd\ufffd`,
  );
  expect(third?.message).toBe('a\ufffd\u0000');
});

test('a torn last line waits for its rest, wherever it was torn', async () => {
  const text = metric(1) + metric(2);
  for (const cut of [1, 20, metric(1).length - 1, metric(1).length, text.length - 1]) {
    const attempt = await workshop.attempt();
    await workshop.append(attempt, 'events.jsonl', text.slice(0, cut));
    await drain(attempt);
    expect(await pointsOf(attempt)).toEqual(cut >= metric(1).length ? [1] : []);
    await workshop.append(attempt, 'events.jsonl', text.slice(cut));
    await drain(attempt);
    expect(await pointsOf(attempt)).toEqual([1, 2]);
    expect(await logOf(attempt)).toEqual([]);
  }
});

test('once the trainer has ended, a whole event without its newline counts, and a torn one is a bad line', async () => {
  const whole = await workshop.attempt();
  await workshop.append(whole, 'events.jsonl', metric(1).trimEnd());
  await workshop.append(whole, 'stdout.log', 'no newline');
  expect(await drain(whole, true)).toMatchObject({ events: 1, badLines: 0, logLines: 1 });
  expect(await pointsOf(whole)).toEqual([1]);
  const torn = await workshop.attempt();
  await workshop.append(torn, 'events.jsonl', metric(1) + metric(2).slice(0, 30));
  expect(await drain(torn, true)).toMatchObject({ events: 1, badLines: 1 });
  expect((await logOf(torn))[0]?.message).toContain(metric(2).slice(0, 30));
});

test('a line of more than 1 MiB is cut and reported, and what follows is whole', async () => {
  const attempt = await workshop.attempt();
  const long = 'x'.repeat(1024 * 1024 + 100);
  await workshop.append(attempt, 'stdout.log', `before\n${long}`);
  await drain(attempt);
  await workshop.append(attempt, 'stdout.log', `${long}\nafter\n${'y'.repeat(50_000)}\n`);
  await workshop.append(attempt, 'events.jsonl', `{"seq": 1, "message": "${long}"}\n${metric(1)}`);
  await drain(attempt);
  const lines = await logOf(attempt);
  expect(
    lines.filter(({ stream }) => stream === 'stdout').map(({ message }) => [message[0], message.length]),
  ).toEqual([
    ['b', 6],
    ['x', 1024 * 1024],
    ['a', 5],
    ['y', 50_000],
  ]);
  expect(
    lines
      .filter(({ stream }) => stream === 'platform')
      .map(({ level, message }) => [level, message.slice(0, 90)]),
  ).toEqual([
    ['warning', 'stdout.log, byte 7: the line above is longer than 1 MiB: its rest is left out'],
    [
      'error',
      expect.stringContaining(
        'events.jsonl, line 1 (byte 0): not an event (longer than 1 MiB, its rest is left out)',
      ),
    ],
  ]);
  expect(await pointsOf(attempt)).toEqual([1]);
  // Long lines come whole with the journal, too.
  const journal = await wholeJournal(workshop, attempt.runId);
  expect(journal.map(({ data }) => String(data.message ?? '').length)).toContain(50_000);
});

test('a file that somebody cut short is reported once', async () => {
  const attempt = await workshop.attempt();
  await workshop.append(attempt, 'stdout.log', 'one\ntwo\n');
  await drain(attempt);
  await truncate(path.join(attempt.runDirectory, 'stdout.log'), 3);
  await drain(attempt);
  await drain(attempt);
  const lines = await logOf(attempt);
  expect(lines.map(({ message }) => message)).toEqual([
    'one',
    'two',
    'stdout.log is 3 bytes long, and 8 were read before: somebody cut it short',
  ]);
});

test('names beyond the limit are kept as points, reported once, and not rolled up', async () => {
  const attempt = await workshop.attempt();
  await workshop.append(
    attempt,
    'events.jsonl',
    metric(1, { a: 1, b: 2, c: 3, d: 4 }) + metric(2, { e: 5, a: 6 }),
  );
  await drain(attempt);
  await workshop.append(attempt, 'events.jsonl', metric(3, { f: 5, d: 6 }));
  await drain(attempt);
  const { metrics } = await workshop.metrics.read({ runId: attempt.runId, after: 0, limit: 10, waitMs: 0 });
  expect(metrics.map(({ values }) => values)).toEqual([
    { a: 1, b: 2, c: 3, d: 4 },
    { a: 6, e: 5 },
    { d: 6, f: 5 },
  ]);
  const { series } = await workshop.series.read({
    runId: attempt.runId,
    names: null,
    maxPoints: 100,
    window: null,
  });
  expect(series.map(({ name, total }) => [name, total])).toEqual([
    ['a', 2],
    ['b', 1],
    ['c', 1],
  ]);
  expect((await logOf(attempt)).map(({ level, message }) => [level, message])).toEqual([
    ['warning', 'This attempt has more than 3 metrics: further ones are kept, but charts leave them out'],
  ]);
});

test('wild times are kept: years away they go into the default partition', async () => {
  const attempt = await workshop.attempt();
  const times = ['0001-01-01T00:00:00.000Z', '1999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'];
  const lines = times.map((time, index) =>
    eventLine(index + 1, 'metric', { epoch: 0, step: index, values: { loss: 1 } }, time),
  );
  await workshop.append(attempt, 'events.jsonl', lines.join(''));
  await drain(attempt);
  const { metrics } = await workshop.metrics.read({ runId: attempt.runId, after: 0, limit: 10, waitMs: 0 });
  expect(metrics.map(({ time }) => time)).toEqual(times);
  const { rows } = await workshop.pool.query(
    'SELECT count(*) FROM metrics_partition_default WHERE workflow_id = $1',
    [attempt.runId],
  );
  expect(rows).toEqual([{ count: 3 }]);
});
