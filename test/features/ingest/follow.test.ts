import { appendFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { eventLine, openWorkshop } from './support/workshop.ts';

const { database, workshop } = await openWorkshop();

const metric = (seq: number) => eventLine(seq, 'metric', { epoch: 1, step: seq, values: { loss: seq / 3 } });

test('what is appended arrives, line by line, in pieces, and after a pause', async () => {
  const attempt = await workshop.attempt();
  await workshop.ingestion.open(attempt);
  await workshop.ingestion.open(attempt);
  const file = path.join(attempt.runDirectory, 'events.jsonl');
  let after = 0;
  for (let seq = 1; seq <= 40; seq += 1) {
    const line = metric(seq);
    await appendFile(file, line.slice(0, seq));
    await appendFile(file, line.slice(seq));
    if (seq % 10 !== 0) continue;
    while (after < seq) {
      const page = await workshop.metrics.read({ runId: attempt.runId, after, limit: 100, waitMs: 30_000 });
      expect(page.metrics.map((point) => point.attemptSeq)).toEqual(
        page.metrics.map((_, index) => after + index + 1),
      );
      after = page.next;
    }
  }
  await workshop.ingestion.close(attempt.id);
  await appendFile(file, metric(41));
  expect(
    (await workshop.metrics.read({ runId: attempt.runId, after, limit: 10, waitMs: 300 })).metrics,
  ).toEqual([]);
  await workshop.ingestion.drain(attempt);
  expect(
    (await workshop.metrics.read({ runId: attempt.runId, after, limit: 10, waitMs: 0 })).metrics,
  ).toHaveLength(1);
});

test('a run directory that is made later is found', async () => {
  const attempt = await workshop.attempt();
  await rm(attempt.runDirectory, { recursive: true });
  await workshop.ingestion.open(attempt);
  const waiting = workshop.metrics.read({ runId: attempt.runId, after: 0, limit: 10, waitMs: 30_000 });
  await mkdir(attempt.runDirectory);
  await appendFile(path.join(attempt.runDirectory, 'events.jsonl'), metric(1));
  expect((await waiting).metrics).toHaveLength(1);
  await workshop.ingestion.close(attempt.id);
});

test('while nothing is written, nobody asks the database anything', async () => {
  const attempt = await workshop.attempt();
  await workshop.ingestion.open(attempt);
  await workshop.append(attempt, 'events.jsonl', metric(1));
  await workshop.metrics.read({ runId: attempt.runId, after: 0, limit: 10, waitMs: 30_000 });
  let queries = 0;
  const query = workshop.pool.query.bind(workshop.pool);
  const connect = workshop.pool.connect.bind(workshop.pool);
  const count =
    <Given extends unknown[], Result>(work: (...given: Given) => Result) =>
    (...given: Given) => {
      queries += 1;
      return work(...given);
    };
  // The cache is written half a second after a commit.
  await expect
    .poll(
      async () =>
        (await query(`SELECT count(*) FROM kv_entries WHERE key LIKE $1`, [`%${attempt.runId}`])).rows,
    )
    .toEqual([{ count: 2 }]);
  Object.assign(workshop.pool, { query: count(query), connect: count(connect) });
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const { user, system } = process.cpuUsage(before);
  Object.assign(workshop.pool, { query, connect });
  expect(queries).toBe(0);
  expect((user + system) / 1e6).toBeLessThan(1);
  await workshop.ingestion.close(attempt.id);
});

test('a database that is away for a while is waited for, and nothing is missing afterwards', async () => {
  const attempt = await workshop.attempt();
  await workshop.ingestion.open(attempt);
  await workshop.append(attempt, 'events.jsonl', metric(1));
  await workshop.metrics.read({ runId: attempt.runId, after: 0, limit: 10, waitMs: 30_000 });
  const server = createPool({ ...database.connection, database: 'postgres' }, { max: 1 });
  const allow = (yes: boolean) =>
    server.query(`ALTER DATABASE ${database.connection.database} WITH ALLOW_CONNECTIONS ${yes}`);
  await allow(false);
  await server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
    database.connection.database,
  ]);
  const refusals = workshop.warnings.length;
  await workshop.append(attempt, 'events.jsonl', metric(2) + metric(3));
  await expect.poll(() => workshop.warnings.length).toBeGreaterThan(refusals + 1);
  await allow(true);
  await server.end();
  const page = await workshop.metrics.read({ runId: attempt.runId, after: 1, limit: 10, waitMs: 30_000 });
  expect(page.metrics.map(({ attemptSeq }) => attemptSeq)).toEqual([2, 3]);
  await workshop.ingestion.close(attempt.id);
});
