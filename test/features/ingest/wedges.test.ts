import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { IngestedAttempt } from '../../../src/main/features/ingest/cursor.ts';
import { eventLine, openWorkshop } from './support/workshop.ts';

const { workshop } = await openWorkshop();

const time = '2026-11-23T22:40:31.123Z';
const metric = (seq: number, step = seq) =>
  eventLine(seq, 'metric', { epoch: 1, step, values: { train_loss: seq } });
const logOf = async ({ runId }: IngestedAttempt) =>
  (await workshop.logs.read({ runId, from: 0, limit: 10_000, level: null, search: null, waitMs: 0 })).lines;
const pointsOf = async ({ runId }: IngestedAttempt) =>
  (await workshop.metrics.read({ runId, after: 0, limit: 10_000, waitMs: 0 })).metrics;

const deep = `${'['.repeat(2500)}1${']'.repeat(2500)}`;
const bodies: Record<string, string> = {
  progress: '"type":"progress","epoch":1,"epochs":2,"step":1,"steps":2',
  metric: '"type":"metric","epoch":1,"step":1,"values":{"a":1}',
  log: '"type":"log","level":"info","message":"m"',
  checkpoint: '"type":"checkpoint","path":"checkpoints/a","epoch":1,"step":1,"kind":"last"',
  artifact: '"type":"artifact","path":"a","kind":"other","name":"a","mediaType":"text/plain"',
  result: '"type":"result","status":"completed","metrics":{}',
  unknown: '"type":"unknown"',
};

test.each(Object.keys(bodies))(
  'a field 2,500 levels deep in a %s event is an error line, and nothing waits',
  async (type) => {
    const attempt = await workshop.attempt();
    await workshop.append(
      attempt,
      'events.jsonl',
      `{"seq":1,"time":"${time}",${bodies[type]},"deep":${deep}}\n${metric(2)}`,
    );
    const { events, badLines } = await workshop.ingestion.drain(attempt, { final: true });
    expect(events + badLines).toBe(2);
    expect((await pointsOf(attempt)).map(({ attemptSeq }) => attemptSeq)).toContain(2);
    const errors = (await logOf(attempt)).filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message.slice(0, 80))).toEqual([
      type === 'unknown'
        ? expect.stringContaining('events.jsonl, line 1 (byte 0): not an event (unknown type)')
        : 'events.jsonl, line 1 (byte 0): deep is nested deeper than 16 levels: it is left ',
    ]);
  },
);

test.runIf(process.platform !== 'win32').each<[string, (file: string) => unknown]>([
  ['a pipe', (file) => execFileSync('mkfifo', [file])],
  ['a folder', (file) => mkdir(file)],
  ['a link that leads in a circle', (file) => symlink(file, file)],
  ['a link to a file of this machine', (file) => symlink('/etc/passwd', file)],
])(
  '%s in the place of the events is told once, and holds up neither the output nor the end of the run',
  async (_kind, put) => {
    const attempt = await workshop.attempt();
    await put(path.join(attempt.runDirectory, 'events.jsonl'));
    await workshop.append(attempt, 'stdout.log', 'first\n');
    await workshop.ingestion.drain(attempt);
    await workshop.append(attempt, 'stdout.log', 'second\n');
    await workshop.ingestion.drain(attempt, { final: true });
    const lines = (await logOf(attempt)).map(({ level, message }) => `${level}: ${message}`);
    expect(lines.toSorted()).toEqual([
      expect.stringMatching(/^error: events\.jsonl is no readable file: nothing is taken from it/),
      'info: first',
      'info: second',
    ]);
  },
  20_000,
);

test('what the database refuses for a reason that nobody foresaw is set aside line by line, and the rest is kept once', async () => {
  // A real refusal of the real database, which the reading of lines knows nothing of.
  await workshop.pool.query(
    `ALTER TABLE metrics ADD CONSTRAINT unforeseen CHECK (step NOT IN (7777, 8888)) NOT VALID`,
  );
  await workshop.pool.query(
    `ALTER TABLE run_events ADD CONSTRAINT unforeseen CHECK (payload ->> 'path' IS DISTINCT FROM 'refused') NOT VALID`,
  );
  try {
    const attempt = await workshop.attempt();
    const other = await workshop.attempt();
    const count = 3000;
    const lines = Array.from({ length: count }, (_, index) => metric(index + 1));
    lines[699] = metric(700, 7777);
    lines[700] = metric(701, 8888);
    lines[2999] = eventLine(3000, 'artifact', {
      path: 'refused',
      kind: 'other',
      name: 'a',
      mediaType: 'a/b',
    });
    await workshop.append(attempt, 'events.jsonl', lines.join(''));
    await workshop.append(attempt, 'stdout.log', 'one\ntwo\nthree\n');
    await workshop.append(other, 'events.jsonl', metric(1) + metric(2));
    await workshop.ingestion.open(attempt);
    await workshop.ingestion.open(other);
    expect(await workshop.ingestion.drain(attempt, { final: true })).toMatchObject({
      events: count - 3,
      badLines: 3,
    });
    await workshop.ingestion.drain(other, { final: true });
    expect(await pointsOf(other)).toHaveLength(2);
    const wanted = Array.from({ length: count - 1 }, (_, index) => index + 1);
    expect((await pointsOf(attempt)).map(({ attemptSeq }) => attemptSeq)).toEqual(
      wanted.filter((seq) => seq !== 700 && seq !== 701),
    );
    const log = await logOf(attempt);
    expect(log.filter(({ stream }) => stream === 'stdout').map(({ message }) => message)).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual(
      [700, 701, 3000].map((line) =>
        expect.stringMatching(
          new RegExp(
            `^events.jsonl, line ${line} \\(byte \\d+\\): not kept: the database refuses it \\(23514: `,
          ),
        ),
      ),
    );
  } finally {
    await workshop.pool.query('ALTER TABLE metrics DROP CONSTRAINT unforeseen');
    await workshop.pool.query('ALTER TABLE run_events DROP CONSTRAINT unforeseen');
  }
});

test('a log bucket full of control characters fits the document store', async () => {
  const attempt = await workshop.attempt();
  const line = `${'\u0001'.repeat(8000)}\n`;
  await workshop.append(attempt, 'stdout.log', line.repeat(500));
  await workshop.ingestion.drain(attempt, { final: true });
  const lines = await logOf(attempt);
  expect(lines).toHaveLength(500);
  expect(new Set(lines.map(({ message }) => message.length))).toEqual(new Set([8000]));
});
