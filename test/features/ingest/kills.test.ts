import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IngestedAttempt } from '../../../src/main/features/ingest/cursor.ts';
import { rollupShape } from '../../../src/main/features/metrics/rollups.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { expectExactlyOnce } from './support/ledger.ts';
import { type TrainerOutput, trainerOutput } from './support/trainer-output.ts';
import { Workshop } from './support/workshop.ts';

const program = path.join(import.meta.dirname, 'support', 'ingest-program.ts');

let database: TestDatabase;
let workshop: Workshop;
beforeAll(async () => {
  database = await createTestDatabase();
  workshop = new Workshop(database.url, { shape: { ...rollupShape, exactPoints: 48 } });
});
afterAll(async () => {
  await workshop[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Starts the program; answers how it ended. @param killAfterMs null: not killed from outside */
async function ingest(
  attempt: IngestedAttempt,
  lines: number,
  killAfterMs: number | null,
  failpoint = '',
): Promise<string> {
  const child = spawn(process.execPath, [program, database.url, JSON.stringify(attempt), String(lines)], {
    env: { ...process.env, TRAINYARD_FAILPOINT: failpoint },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(timer);
  return signal ?? String(code);
}

/** The largest of some samples: it takes many batches. */
function output(seed: number): TrainerOutput {
  const made = fc
    .sample(trainerOutput, { numRuns: 30, seed })
    .toSorted((one, other) => other.events.length - one.events.length);
  if (!made[0]) throw new Error('no sample');
  return made[0];
}

async function written(given: TrainerOutput): Promise<IngestedAttempt> {
  const attempt = await workshop.attempt();
  await workshop.append(attempt, 'events.jsonl', given.events);
  await workshop.append(attempt, 'stdout.log', given.stdout);
  await workshop.append(attempt, 'stderr.log', given.stderr);
  return attempt;
}

const places = ['cursor', 'lines', 'commit'].flatMap((noun) =>
  ['before', 'after'].map((when) => `ingest.${noun}.${when}`),
);

test.each([
  ...places,
  'documents.put-from.before',
  'documents.put-from.after',
  'ingest.lines.after:2',
  'ingest.commit.before:2',
  'ingest.commit.after:2',
])('killed at %s, everything is there exactly once afterwards', async (failpoint) => {
  const given = output(11);
  const attempt = await written(given);
  expect(await ingest(attempt, 10, null, failpoint)).toBe('SIGKILL');
  await workshop.ingestion.drain(attempt, { final: true });
  await expectExactlyOnce(workshop, attempt, given);
});

test('killed at random moments again and again, everything is there exactly once in the end', async () => {
  const random = fc.sample(fc.integer({ min: 0, max: 250 }), { numRuns: 8 });
  const given = output(23);
  const attempt = await written(given);
  // Most of it is the start of a process: only what comes after that is of interest.
  const start = performance.now();
  await ingest(await written(given), 1, null);
  const whole = performance.now() - start;
  for (const moment of random) {
    const killed = await ingest(attempt, 1, whole / 2 + moment);
    if (killed === '0') break;
  }
  await workshop.ingestion.drain(attempt, { final: true });
  await expectExactlyOnce(workshop, attempt, given);
});
