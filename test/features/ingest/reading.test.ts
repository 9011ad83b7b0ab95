import { expect, test } from 'vitest';
import type { IngestedAttempt } from '../../../src/main/features/ingest/cursor.ts';
import { appendToJournal } from '../../../src/main/features/journal/journal-rows.ts';
import { wholeJournal } from './support/ledger.ts';
import { eventLine, openWorkshop } from './support/workshop.ts';

const { workshop } = await openWorkshop();

const metric = (seq: number) => eventLine(seq, 'metric', { epoch: 1, step: seq, values: { loss: seq / 3 } });
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('');
const logQuery = { level: null, search: null, waitMs: 0 } as const;

async function ended(attempt: IngestedAttempt): Promise<void> {
  await workshop.ingestion.drain(attempt, { final: true });
  await workshop.finish(attempt);
}

test('a log is read by place over all attempts, from the start or from the end, across its buckets', async () => {
  const first = await workshop.attempt();
  await workshop.append(first, 'stdout.log', lines(0, 1203));
  await workshop.ingestion.drain(first, { final: true });
  await workshop.pool.query(`UPDATE workflow_runs SET status = 'failed' WHERE id = $1`, [first.id]);
  const second = await workshop.nextAttempt(first.runId, 2);
  await workshop.append(second, 'stdout.log', lines(1203, 1300));
  await workshop.ingestion.drain(second);
  const { runId } = first;
  const read = (from: number, limit: number) => workshop.logs.read({ ...logQuery, runId, from, limit });
  const page = await read(490, 720);
  expect(page.lines.map(({ line, message }) => `${line} ${message}`)).toEqual(
    Array.from({ length: 720 }, (_, index) => `${490 + index} line ${490 + index}`),
  );
  expect(page).toMatchObject({ next: 1210, total: 1300, ended: false });
  expect(page.lines.map(({ attempt }) => attempt).filter((attempt) => attempt === 2)).toHaveLength(7);
  const tail = await read(-5, 100);
  expect(tail.lines.map(({ line }) => line)).toEqual([1295, 1296, 1297, 1298, 1299]);
  expect(await read(-99_999, 1)).toMatchObject({ lines: [{ line: 0 }], next: 1 });
  expect(await read(5000, 10)).toMatchObject({ lines: [], next: 5000, total: 1300 });
});

test('filters leave lines out and do not move the place that follows', async () => {
  const attempt = await workshop.attempt();
  await workshop.append(attempt, 'stdout.log', 'Alpha\nbeta\nALPHABET\n');
  await workshop.append(attempt, 'stderr.log', 'alpha warns\n');
  const log = (seq: number, level: string) => eventLine(seq, 'log', { level, message: `alpha ${level}` });
  await workshop.append(
    attempt,
    'events.jsonl',
    ['debug', 'info', 'warning', 'error'].map((level, index) => log(index + 1, level)).join(''),
  );
  await ended(attempt);
  const { runId } = attempt;
  const read = (more: object) => workshop.logs.read({ ...logQuery, runId, from: 0, limit: 100, ...more });
  expect((await read({ search: 'aLPha' })).lines.map(({ line }) => line)).toEqual([0, 1, 2, 3, 4, 6, 7]);
  expect((await read({ level: 'warning' })).lines.map(({ message }) => message)).toEqual([
    'alpha warning',
    'alpha error',
    'alpha warns',
  ]);
  expect(await read({ level: 'error', search: 'nowhere' })).toEqual({
    moving: { version: '', lines: [] },
    lines: [],
    next: 8,
    total: 8,
    ended: true,
  });
  expect(await read({ search: 'beta', limit: 3 })).toEqual({
    moving: { version: '', lines: [] },
    lines: [],
    next: 3,
    total: 8,
    ended: false,
  });
});

test('the journal is read in pages of any size, points and log lines and all, and ends once the run has', async () => {
  const attempt = await workshop.attempt();
  const events = Array.from({ length: 60 }, (_, index) =>
    index % 7 === 3
      ? eventLine(index + 1, 'log', {
          level: 'info',
          message: `event ${index + 1}`,
          context: { step: index },
        })
      : metric(index + 1),
  );
  await workshop.append(attempt, 'events.jsonl', events.join(''));
  await workshop.append(attempt, 'stdout.log', lines(0, 700));
  await workshop.ingestion.drain(attempt, { final: true });
  const state = { from: 'running', to: 'completed', message: 'done \0' };
  expect(
    await workshop.db.transaction((tx) => appendToJournal(tx, attempt.runId, null, 'state', state)),
  ).toBe(761);
  expect(
    (await workshop.events.read({ runId: attempt.runId, after: 0, limit: 10_000, waitMs: 0 })).ended,
  ).toBe(false);
  await workshop.finish(attempt);
  const whole = await wholeJournal(workshop, attempt.runId, 10_000);
  expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: 761 }, (_, index) => index + 1));
  expect(whole[3]).toMatchObject({
    type: 'log',
    attempt: 1,
    attemptSeq: 4,
    data: { message: 'event 4', source: 'trainer', stream: 'event', level: 'info', context: { step: 3 } },
  });
  expect(whole[760]).toMatchObject({ type: 'state', attempt: null, attemptSeq: null, data: state });
  for (const limit of [1, 13, 499, 501])
    expect(await wholeJournal(workshop, attempt.runId, limit)).toEqual(whole);
  expect(
    await workshop.events.read({ runId: attempt.runId, after: 759, limit: 10, waitMs: 0 }),
  ).toMatchObject({ next: 761, ended: true });
  expect(await workshop.events.read({ runId: attempt.runId, after: 760, limit: 1, waitMs: 0 })).toMatchObject(
    { next: 761, ended: true },
  );
  expect(await workshop.events.read({ runId: attempt.runId, after: 5000, limit: 1, waitMs: 0 })).toEqual({
    events: [],
    next: 5000,
    ended: true,
  });
});

test('numbers given out to many at once are dense, and a transaction that fails takes none', async () => {
  const attempt = await workshop.attempt();
  const append = (fails: boolean) =>
    workshop.db.transaction(async (tx) => {
      const seq = await appendToJournal(tx, attempt.runId, 1, 'attempt', {
        from: 'starting',
        to: 'running',
      });
      if (fails) throw new Error('rolled back');
      return seq;
    });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => append(index % 4 === 1)),
  );
  const given = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  expect(given.toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 15 }, (_, index) => index + 1),
  );
  expect((await wholeJournal(workshop, attempt.runId)).map(({ seq }) => seq)).toEqual(
    given.map((_, index) => index + 1),
  );
  const nobody = workshop.db.transaction((tx) => appendToJournal(tx, attempt.id, null, 'state', {}));
  await expect(nobody).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});

test('points are read in pages; the last page leads to the end of the journal', async () => {
  const attempt = await workshop.attempt();
  await workshop.append(attempt, 'events.jsonl', [1, 2, 3, 4, 5].map(metric).join(''));
  await workshop.append(attempt, 'stdout.log', lines(0, 3));
  await ended(attempt);
  const read = (after: number, limit: number) =>
    workshop.metrics.read({ runId: attempt.runId, after, limit, waitMs: 0 });
  const first = await read(0, 3);
  expect(first).toMatchObject({ next: 3, more: true, ended: false });
  expect(first.metrics[2]).toEqual({
    seq: 3,
    attempt: 1,
    attemptSeq: 3,
    step: 3,
    epoch: 1,
    time: '2026-11-23T22:40:31.123Z',
    values: { loss: 1 },
  });
  expect(await read(3, 2)).toMatchObject({
    metrics: [{ seq: 4 }, { seq: 5 }],
    next: 8,
    more: false,
    ended: true,
  });
  expect(await read(8, 2)).toEqual({ metrics: [], next: 8, more: false, ended: true });
});

test('readers that wait are answered by what is committed next, and when the wait is over', async () => {
  const attempt = await workshop.attempt();
  const { runId } = attempt;
  await workshop.ingestion.open(attempt);
  const waitMs = 30_000;
  const waiting = Promise.all([
    workshop.events.read({ runId, after: 0, limit: 10, waitMs }),
    workshop.metrics.read({ runId, after: 0, limit: 10, waitMs }),
    workshop.logs.read({ ...logQuery, runId, from: -10, limit: 10, waitMs }),
    workshop.logs.read({ ...logQuery, runId, from: 0, limit: 10, search: 'nowhere', waitMs }),
  ]);
  await workshop.append(attempt, 'stdout.log', 'hello\n');
  await workshop.append(attempt, 'events.jsonl', metric(1));
  const [events, metrics, logs, filtered] = await waiting;
  expect(events.events.length).toBeGreaterThan(0);
  expect(metrics.metrics).toHaveLength(1);
  expect(logs.lines).toMatchObject([{ message: 'hello' }]);
  expect(filtered).toMatchObject({ lines: [], next: 1 });

  const start = performance.now();
  expect(await workshop.metrics.read({ runId, after: 2, limit: 10, waitMs: 200 })).toMatchObject({
    metrics: [],
    next: 2,
    ended: false,
  });
  expect(performance.now() - start).toBeGreaterThanOrEqual(199);

  const stop = new AbortController();
  const aborted = workshop.events.read({ runId, after: 2, limit: 10, waitMs, signal: stop.signal });
  stop.abort();
  expect(await aborted).toMatchObject({ events: [], ended: false });
  await workshop.ingestion.close(attempt.id);
});

test('all who wait for one run share one subscription', async () => {
  const attempt = await workshop.attempt();
  const { runId } = attempt;
  const waiting = Array.from({ length: 20 }, () =>
    workshop.metrics.read({ runId, after: 0, limit: 1, waitMs: 30_000 }),
  );
  const listening = async () => {
    const { rows } = await workshop.pool.query(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    return rows[0];
  };
  await expect.poll(listening).toEqual({ count: 1 });
  await workshop.append(attempt, 'events.jsonl', metric(1));
  await workshop.ingestion.drain(attempt);
  expect((await Promise.all(waiting)).map(({ metrics }) => metrics.length)).toEqual(waiting.map(() => 1));
});

test('a reader that waits for a run learns of its end', async () => {
  const attempt = await workshop.attempt();
  const waiting = workshop.events.read({ runId: attempt.runId, after: 0, limit: 10, waitMs: 30_000 });
  await workshop.ingestion.drain(attempt, { final: true });
  await workshop.db.transaction(async (tx) => {
    await appendToJournal(tx, attempt.runId, 1, 'attempt', { from: 'running', to: 'completed' });
  });
  await workshop.finish(attempt);
  await workshop.pubSub.publish(`workflow:${attempt.runId}:updates`, { type: 'run_status', data: {} });
  expect((await waiting).events).toMatchObject([{ seq: 1, type: 'attempt' }]);
  expect(await workshop.events.read({ runId: attempt.runId, after: 1, limit: 10, waitMs: 30_000 })).toEqual({
    events: [],
    next: 1,
    ended: true,
  });
});

test('lines older than the log’s lifetime leave their places behind', async () => {
  const attempt = await workshop.attempt();
  await workshop.append(attempt, 'stdout.log', lines(0, 3));
  await workshop.ingestion.drain(attempt);
  await workshop.pool.query(`DELETE FROM documents WHERE collection = 'workflow_logs' AND id LIKE $1`, [
    `${attempt.id}%`,
  ]);
  await workshop.append(attempt, 'stdout.log', lines(3, 5));
  await workshop.ingestion.drain(attempt);
  const { lines: read, total } = await workshop.logs.read({
    ...logQuery,
    runId: attempt.runId,
    from: 0,
    limit: 10,
  });
  expect(total).toBe(5);
  expect(read.map(({ message }) => message)).toEqual([
    ...Array.from({ length: 3 }, () => '(older than 30 days: removed)'),
    'line 3',
    'line 4',
  ]);
  expect((await wholeJournal(workshop, attempt.runId)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
});
