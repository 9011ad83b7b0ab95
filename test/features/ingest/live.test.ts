import { expect, test } from 'vitest';
import type { IngestedAttempt } from '../../../src/main/features/ingest/cursor.ts';
import type { LivePage } from '../../../src/shared/contract/run-readings.ts';
import { eventLine, openWorkshop, Workshop } from './support/workshop.ts';

const { database, workshop } = await openWorkshop();

const metric = (seq: number) => eventLine(seq, 'metric', { epoch: 1, step: seq, values: { loss: seq / 3 } });
const metrics = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => metric(from + index)).join('');
const stepsOf = (lines: LivePage['lines']) => lines.flatMap(({ step }) => step);

/** A page that follows a run: what it was given, and what is ahead of that. */
class Reader {
  readonly stored: number[] = [];
  ahead: number[] = [];
  version = '';
  next = 0;
  private readonly run: string;

  constructor(run: string) {
    this.run = run;
  }

  async read(from: Workshop, waitMs = 10_000): Promise<LivePage> {
    const query = { runId: this.run, after: this.next, upTo: null, seen: this.version, waitMs };
    const page = await from.live.read(query);
    this.stored.push(...stepsOf(page.lines));
    this.ahead = stepsOf(page.ahead);
    this.next = page.next;
    this.version = page.version;
    return page;
  }

  /** Reads until a step is shown. */
  async until(step: number, from: Workshop = workshop): Promise<void> {
    while ([...this.stored, ...this.ahead].at(-1) !== step) await this.read(from);
  }
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** Keeps commits of a run from going on. */
async function hold(attempt: IngestedAttempt): Promise<() => Promise<void>> {
  const client = await workshop.pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM workflows WHERE id = $1 FOR UPDATE', [attempt.runId]);
  return async () => {
    await client.query('ROLLBACK');
    client.release();
  };
}

/** An attempt that is followed and watched; its first point is stored. */
async function watched(): Promise<{ attempt: IngestedAttempt; reader: Reader }> {
  const attempt = await workshop.attempt();
  const reader = new Reader(attempt.runId);
  await workshop.append(attempt, 'events.jsonl', metric(1));
  await workshop.ingestion.open(attempt);
  while (reader.stored.length === 0) await reader.read(workshop);
  return { attempt, reader };
}

/** Ends the connections of transactions that wait for a lock, once there are some. */
async function endWaiting(): Promise<void> {
  const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await workshop.pool.query(terminate)).rowCount).toBeGreaterThan(0);
}

test('points are seen while a commit is under way, and once each after it', async () => {
  const { attempt, reader } = await watched();
  const release = await hold(attempt);
  await workshop.append(attempt, 'events.jsonl', metric(2));
  await reader.until(2);
  expect(reader.stored).toEqual([1]);
  await workshop.append(attempt, 'events.jsonl', metrics(3, 5));
  await reader.until(5);
  expect(reader.stored).toEqual([1]);
  expect(reader.ahead).toEqual([2, 3, 4, 5]);
  await release();
  while (reader.stored.length < 5) await reader.read(workshop);
  expect(reader.stored).toEqual(upTo(5));
  expect(reader.ahead).toEqual([]);
  await workshop.ingestion.close(attempt.id);
});

test('a commit that fails takes nothing back that is not shown again', async () => {
  const { attempt, reader } = await watched();
  const release = await hold(attempt);
  await workshop.append(attempt, 'events.jsonl', metrics(2, 3));
  await reader.until(3);
  await endWaiting();
  await reader.read(workshop);
  expect(reader.ahead).toEqual([]);
  await release();
  await reader.until(3);
  while (reader.stored.length < 3) await reader.read(workshop);
  expect(reader.stored).toEqual(upTo(3));
  await workshop.ingestion.close(attempt.id);
});

test('what was seen before a kill is withdrawn by the next engine, and comes again', async () => {
  const { attempt, reader } = await watched();
  const release = await hold(attempt);
  await workshop.append(attempt, 'events.jsonl', metrics(2, 4));
  await reader.until(4);
  // Nothing of it is committed: its transaction ends with the connection.
  await endWaiting();
  await workshop.ingestion.close(attempt.id);
  await release();
  await using next = new Workshop(database.url);
  await reader.read(next, 1000);
  expect({ stored: reader.stored, ahead: reader.ahead }).toEqual({ stored: [1], ahead: [] });
  await next.ingestion.open(attempt);
  while (reader.stored.length < 4) await reader.read(next);
  expect(reader.stored).toEqual(upTo(4));
});

test('a reader who keeps up asks nothing of the database', async () => {
  const { attempt, reader } = await watched();
  await workshop.append(attempt, 'events.jsonl', metric(2));
  while (reader.stored.length < 2) await reader.read(workshop);
  const { query } = workshop.pool;
  let asked = 0;
  Object.assign(workshop.pool, {
    query: (...given: unknown[]) => {
      if (/run-points|journal-end/.test(JSON.stringify(given[0]))) asked += 1;
      return Reflect.apply(query, workshop.pool, given);
    },
  });
  for (let seq = 3; seq <= 40; seq += 1) {
    await workshop.append(attempt, 'events.jsonl', metric(seq));
    await reader.until(seq);
  }
  while (reader.stored.length < 40) await reader.read(workshop);
  Object.assign(workshop.pool, { query });
  expect(asked).toBe(0);
  expect(reader.stored).toEqual(upTo(40));
  await workshop.ingestion.close(attempt.id);
});

test('entries of the journal that others make leave no gap, and the end of the run is said', async () => {
  const { attempt, reader } = await watched();
  for (let seq = 2; seq <= 10; seq += 1) {
    await workshop.pool.query('UPDATE workflows SET last_seq = last_seq + 3 WHERE id = $1', [attempt.runId]);
    await workshop.append(attempt, 'events.jsonl', metric(seq));
    await reader.until(seq);
  }
  await workshop.ingestion.drain(attempt, { final: true });
  await workshop.finish(attempt);
  await workshop.pubSub.publish(`workflow:${attempt.runId}:updates`, { type: 'run_status', data: {} });
  for (let ended = false; !ended; ) ({ ended } = await reader.read(workshop));
  expect(reader.stored).toEqual(upTo(10));
});

test('who comes late gets buckets, in which every point counts, and a part of them on request', async () => {
  const attempt = await workshop.attempt();
  await workshop.append(attempt, 'events.jsonl', metrics(1, 5000));
  await workshop.ingestion.drain(attempt, { final: true });
  const query = { runId: attempt.runId, after: 0, seen: '', waitMs: 0 };
  const { lines, next, more } = await workshop.live.read({ ...query, upTo: null });
  expect({ next, more }).toEqual({ next: 5000, more: false });
  expect(lines[0]?.step.length).toBeLessThanOrEqual(1024);
  expect(lines[0]?.merged?.count.reduce((sum, count) => sum + count, 0)).toBe(5000);
  expect(Math.max(...(lines[0]?.merged?.max ?? []).map(Number))).toBe(5000 / 3);
  const part = await workshop.live.read({ ...query, after: 10, upTo: 12 });
  expect({ steps: stepsOf(part.lines), next: part.next }).toEqual({ steps: [11, 12], next: 12 });
});
