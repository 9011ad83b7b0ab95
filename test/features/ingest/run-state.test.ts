import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSlot, workflowMetricsSlot, workflowStatusSlot } from '../../../src/main/stores/cache/keys.ts';
import { runChannel } from '../../../src/main/stores/pubsub/ports.ts';
import { wholeJournal } from './support/ledger.ts';
import { eventLine, openWorkshop } from './support/workshop.ts';

const { workshop } = await openWorkshop();

const progress = (seq: number, epoch: number, step: number) =>
  eventLine(seq, 'progress', { epoch, epochs: 4, step, steps: 200, etaMs: 1000 });

test('progress, result and checkpoints stand in the rows of run and attempt, and in the summary', async () => {
  const attempt = await workshop.attempt();
  await mkdir(path.join(attempt.runDirectory, 'checkpoints'));
  await writeFile(path.join(attempt.runDirectory, 'checkpoints', 'last'), '12345');
  const checkpoint = (seq: number, kind: string, epoch: number) =>
    eventLine(seq, 'checkpoint', {
      path: `checkpoints/${kind}`,
      kind,
      epoch,
      step: epoch * 50,
      metrics: { val_loss: epoch / 10 },
    });
  const artifact = eventLine(6, 'artifact', {
    path: 'artifacts/model.json',
    kind: 'model',
    name: 'model',
    mediaType: 'application/json',
  });
  await workshop.append(
    attempt,
    'events.jsonl',
    progress(1, 1, 33) +
      checkpoint(2, 'last', 1) +
      checkpoint(3, 'best', 1) +
      progress(4, 2, 71) +
      checkpoint(5, 'last', 2) +
      artifact,
  );
  expect(await workshop.ingestion.drain(attempt)).toMatchObject({
    result: null,
    checkpoint: { path: 'checkpoints/last', epoch: 2, step: 100 },
  });
  const run = () =>
    workshop.pool.query(
      'SELECT progress_percentage, current_epoch, total_epochs, final_metrics FROM workflows WHERE id = $1',
      [attempt.runId],
    );
  expect((await run()).rows).toEqual([
    { progress_percentage: 35, current_epoch: 2, total_epochs: 4, final_metrics: null },
  ]);
  const { rows } = await workshop.pool.query('SELECT checkpoint_path FROM workflow_runs WHERE id = $1', [
    attempt.id,
  ]);
  expect(rows).toEqual([{ checkpoint_path: 'checkpoints/last' }]);
  const artifacts = await workshop.pool.query(
    'SELECT kind, name, path, media_type, epoch, size_bytes, metrics FROM run_artifacts WHERE workflow_id = $1 ORDER BY path',
    [attempt.runId],
  );
  expect(artifacts.rows).toEqual([
    {
      kind: 'model',
      name: 'model',
      path: 'artifacts/model.json',
      media_type: 'application/json',
      epoch: null,
      size_bytes: null,
      metrics: null,
    },
    {
      kind: 'checkpoint',
      name: 'best',
      path: 'checkpoints/best',
      media_type: null,
      epoch: 1,
      size_bytes: null,
      metrics: { val_loss: 0.1 },
    },
    {
      kind: 'checkpoint',
      name: 'last',
      path: 'checkpoints/last',
      media_type: null,
      epoch: 2,
      size_bytes: 5,
      metrics: { val_loss: 0.2 },
    },
  ]);

  const line = `{"seq": 7, "time": "2026-11-23T22:40:31.123Z", "type": "result", "status": "completed", "metrics": {"val_loss": NaN, "val_accuracy": 0.5}, "message": "NUL \\u0000"}\n`;
  await workshop.append(attempt, 'events.jsonl', line);
  const metrics = { val_loss: 'NaN', val_accuracy: 0.5 };
  expect((await workshop.ingestion.drain(attempt, { final: true })).result).toEqual({
    status: 'completed',
    metrics,
    message: 'NUL \0',
    cause: null,
  });
  expect((await run()).rows).toEqual([
    { progress_percentage: 100, current_epoch: 2, total_epochs: 4, final_metrics: metrics },
  ]);
  const last = (await wholeJournal(workshop, attempt.runId)).at(-1);
  expect(last).toMatchObject({
    type: 'result',
    attemptSeq: 7,
    data: { status: 'completed', metrics, message: 'NUL \0' },
  });
});

test('the newest state is published and cached', async () => {
  const attempt = await workshop.attempt();
  const heard: unknown[] = [];
  const subscription = await workshop.pubSub.subscribe(runChannel(attempt.runId), (message) =>
    heard.push(message),
  );
  await workshop.append(
    attempt,
    'events.jsonl',
    eventLine(1, 'metric', { epoch: 1, step: 1, values: { train_loss: 0.25, x: 'Infinity' } }) +
      progress(2, 1, 50),
  );
  await workshop.ingestion.open(attempt);
  await expect
    .poll(() => heard)
    .toEqual([
      {
        type: 'training_progress',
        data: {
          status: 'running',
          progress: 25,
          currentEpoch: 1,
          metrics: { train_loss: 0.25, x: 'Infinity' },
          seq: 2,
        },
      },
    ]);
  await expect
    .poll(() => readSlot(workshop.cache, workflowStatusSlot(attempt.runId)))
    .toEqual({
      status: 'running',
      progress: 25,
      currentEpoch: 1,
      metrics: { train_loss: 0.25, x: 'Infinity' },
    });
  // The two are written one after the other.
  await expect
    .poll(() => readSlot(workshop.cache, workflowMetricsSlot(attempt.runId)))
    .toEqual({ train_loss: 0.25, x: 'Infinity' });
  await subscription[Symbol.asyncDispose]();
  await workshop.ingestion.close(attempt.id);
});

test('a message never grows beyond what a channel takes', async () => {
  const attempt = await workshop.attempt();
  const heard: { data: { seq: number } }[] = [];
  const subscription = await workshop.pubSub.subscribe(runChannel(attempt.runId), (message) =>
    heard.push(message as (typeof heard)[number]),
  );
  const values = Object.fromEntries(
    Array.from({ length: 600 }, (_, index) => [`${'n'.repeat(100)}${index}`, index / 7]),
  );
  await workshop.append(attempt, 'events.jsonl', eventLine(1, 'metric', { epoch: 1, step: 1, values }));
  await workshop.ingestion.drain(attempt);
  await expect.poll(() => heard.map(({ data }) => data.seq)).toEqual([2]);
  await subscription[Symbol.asyncDispose]();
});

test('what the platform says stands in log and journal, and is not repeated', async () => {
  const attempt = await workshop.attempt();
  await workshop.append(attempt, 'stdout.log', 'one\n');
  await workshop.ingestion.drain(attempt);
  await workshop.ingestion.logLine(attempt, 'warning', 'the engine was restarted');
  await workshop.ingestion.logLine(attempt, 'warning', 'the engine was restarted');
  await workshop.append(attempt, 'stdout.log', 'two\n');
  await workshop.ingestion.drain(attempt, { final: true });
  const { lines } = await workshop.logs.read({
    runId: attempt.runId,
    from: 0,
    limit: 10,
    level: null,
    search: null,
    waitMs: 0,
  });
  expect(lines.map(({ level, source, stream, message }) => [level, source, stream, message])).toEqual([
    ['info', 'trainer', 'stdout', 'one'],
    ['warning', 'platform', 'platform', 'the engine was restarted'],
    ['info', 'trainer', 'stdout', 'two'],
  ]);
  expect((await wholeJournal(workshop, attempt.runId)).map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'log'],
    [2, 'log'],
    [3, 'log'],
  ]);
});

test('an attempt without a row is refused', async () => {
  const attempt = { ...(await workshop.attempt()), id: '00000000-0000-4000-8000-0000000000ff' };
  await expect(workshop.ingestion.drain(attempt)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await expect(
    workshop.events.read({ runId: attempt.id, after: 0, limit: 1, waitMs: 0 }),
  ).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});

test('rollups go with their run', async () => {
  const attempt = await workshop.attempt();
  await workshop.append(
    attempt,
    'events.jsonl',
    eventLine(1, 'metric', { epoch: 1, step: 1, values: { a: 1 } }),
  );
  await workshop.ingestion.drain(attempt);
  const count = () =>
    workshop.pool.query('SELECT count(*) FROM metric_rollups WHERE workflow_id = $1', [attempt.runId]);
  expect((await count()).rows).toEqual([{ count: 1 }]);
  await workshop.pool.query('DELETE FROM workflows WHERE id = $1', [attempt.runId]);
  expect((await count()).rows).toEqual([{ count: 0 }]);
});
