import { expect, test, vi } from 'vitest';
import type { IngestedAttempt } from '../../../src/main/features/ingest/cursor.ts';
import { openWorkshop } from './support/workshop.ts';

const { workshop } = await openWorkshop();

const read = ({ runId }: IngestedAttempt, waitMs = 0, movingSeen?: string) =>
  workshop.logs.read({ runId, from: 0, limit: 10_000, level: null, search: null, waitMs, movingSeen });

/** Waits, as a reader does, until the lines under way look so. */
async function untilMoving(attempt: IngestedAttempt, wanted: readonly [string, string][]): Promise<void> {
  const end = performance.now() + 20_000;
  for (let seen = ''; ; ) {
    const { moving } = await read(attempt, 5000, seen);
    const found = moving.lines.map(({ stream, message }) => [stream, message]);
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
    if (performance.now() > end) expect(found).toEqual(wanted);
    seen = moving.version;
  }
}

const bar = (step: number) =>
  `\r${String(Math.floor(step / 200)).padStart(3)}%|${'#'.repeat(step / 1000)}| ${step}/20000`;

test('a bar under way is seen as it looks now, on both streams, and is a line once its newline comes', async () => {
  const attempt = await workshop.attempt();
  await workshop.ingestion.open(attempt);
  await workshop.append(attempt, 'stdout.log', 'start\n  5%|##  | 1/20\r 10%|##  | 2/20\r');
  await workshop.append(attempt, 'stderr.log', 'Downloading weights ');
  await untilMoving(attempt, [
    ['stdout', ' 10%|##  | 2/20'],
    ['stderr', 'Downloading weights '],
  ]);
  expect((await read(attempt)).lines.map(({ message }) => message)).toEqual(['start']);
  await workshop.append(attempt, 'stdout.log', ' 15%|### | 3/20\r');
  await workshop.append(attempt, 'stderr.log', '... done\n');
  await untilMoving(attempt, [['stdout', ' 15%|### | 3/20']]);
  await workshop.append(attempt, 'stdout.log', '100%|####| 20/20\r\n');
  await untilMoving(attempt, []);
  await workshop.ingestion.drain(attempt, { final: true });
  expect((await read(attempt)).lines.map(({ stream, message }) => [stream, message])).toEqual([
    ['stdout', 'start'],
    ['stderr', 'Downloading weights ... done'],
    ['stdout', '100%|####| 20/20'],
  ]);
});

test('20,000 redraws are one line, its last state, and hardly a version more than their time gives', async () => {
  const attempt = await workshop.attempt();
  await workshop.ingestion.open(attempt);
  const commits = vi.spyOn(workshop.store, 'commit');
  const start = performance.now();
  for (let from = 0; from < 20_000; from += 500) {
    const part = Array.from({ length: 500 }, (_, index) => bar(from + index)).join('');
    await workshop.append(attempt, 'stderr.log', part);
  }
  const last = bar(19_999).slice(1);
  await untilMoving(attempt, [['stderr', last]]);
  const { rows } = await workshop.pool.query(
    `SELECT (SELECT last_seq FROM workflows WHERE id = $1) AS numbers,
       (SELECT stderr_offset FROM ingest_cursors WHERE attempt_id = $2) AS offset`,
    [attempt.runId, attempt.id],
  );
  expect(rows[0].numbers).toBe(0);
  const tookMs = performance.now() - start;
  // Beside the looks by time there is one for each 64 KiB that need not be read again.
  expect(commits.mock.calls.length).toBeLessThan(tookMs / 250 + 2_000_000 / 65_536 + 3);
  commits.mockRestore();
  await workshop.append(
    attempt,
    'stderr.log',
    '\rEpoch 1 done: accuracy 0.93 FINALSTATE\nnext line after the bar\n',
  );
  await workshop.ingestion.drain(attempt, { final: true });
  expect((await read(attempt)).lines.map(({ message }) => message)).toEqual([
    'Epoch 1 done: accuracy 0.93 FINALSTATE',
    'next line after the bar',
  ]);
});

test('a bar that no newline ended is kept as its last state when the trainer ends, and moves no more', async () => {
  const attempt = await workshop.attempt();
  const redraws = Array.from({ length: 20_000 }, (_, step) => bar(step)).join('');
  await workshop.append(attempt, 'stdout.log', redraws);
  await workshop.append(attempt, 'stderr.log', 'half a word');
  await workshop.ingestion.drain(attempt);
  expect((await read(attempt)).moving.lines.map(({ message }) => message)).toEqual([
    bar(19_999).slice(1),
    'half a word',
  ]);
  await workshop.ingestion.drain(attempt, { final: true });
  const { lines, moving } = await read(attempt);
  expect(lines.map(({ message }) => message)).toEqual([bar(19_999).slice(1), 'half a word']);
  expect(moving.lines).toEqual([]);
});
