import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AttemptIngester } from '../../../src/main/features/ingest/attempt-ingester.ts';
import { batchLimits } from '../../../src/main/features/ingest/attempt-reader.ts';
import type { IngestedAttempt } from '../../../src/main/features/ingest/cursor.ts';
import type { IngestStore } from '../../../src/main/features/ingest/ingest-store.ts';
import { RunDirectoryTail } from '../../../src/main/features/ingest/run-directory-tail.ts';
import { appendToJournal } from '../../../src/main/features/journal/journal-rows.ts';
import type { RollupShape } from '../../../src/main/features/metrics/rollups.ts';
import type { DocumentStore } from '../../../src/main/stores/documents/ports.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { expectExactlyOnce } from './support/ledger.ts';
import { type TrainerOutput, trainerOutput } from './support/trainer-output.ts';
import { Workshop } from './support/workshop.ts';

const shape: RollupShape = { exactPoints: 9, baseWidth: 3, factor: 2, levels: 3, mostNames: 512 };
const log = { warn: () => undefined };

let database: TestDatabase;
let workshop: Workshop;
beforeAll(async () => {
  database = await createTestDatabase();
  workshop = new Workshop(database.url, { shape });
});
afterAll(async () => {
  await workshop[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

class Fault extends Error {}

/** Fails when its count runs out. */
class Fuse {
  private left: number;

  constructor(left: number) {
    this.left = left;
  }

  pass(): void {
    this.left -= 1;
    if (this.left === 0) throw new Fault('the fuse');
  }
}

/** Stores that fail at the fuse's place: before or after something was written, as a lost connection does. */
function failing(fuse: Fuse): { store: Pick<IngestStore, 'load' | 'commit'>; documents: DocumentStore } {
  const { store, documents } = workshop;
  const putLines: DocumentStore['putLines'] = async (...given) => {
    fuse.pass();
    await documents.putLines(...given);
    fuse.pass();
  };
  return {
    documents: new Proxy(documents, {
      get: (target, key, receiver) => (key === 'putLines' ? putLines : Reflect.get(target, key, receiver)),
    }),
    store: {
      load: (given) => store.load(given),
      commit: async (...given) => {
        fuse.pass();
        const outcome = await store.commit(...given);
        fuse.pass();
        return outcome;
      },
    },
  };
}

function ingester(
  attempt: IngestedAttempt,
  lines: number,
  bytes: number,
  fuse = new Fuse(0),
): AttemptIngester & AsyncDisposable {
  const tail = new RunDirectoryTail(attempt.runDirectory, log);
  const made = new AttemptIngester(attempt, tail, {
    ...failing(fuse),
    shape,
    limits: { ...batchLimits, lines, bytes },
    committed: () => undefined,
  });
  return Object.assign(made, { [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose]() });
}

/** Drains as somebody would who is killed again and again, and finally is not. */
async function drainWithFaults(
  attempt: IngestedAttempt,
  lines: number,
  bytes: number,
  fuses: readonly number[],
  final: boolean,
): Promise<void> {
  for (const left of [...fuses, 0]) {
    await using one = ingester(attempt, lines, bytes, new Fuse(left));
    try {
      await one.drain(final);
      if (left !== 0) continue;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
}

async function write(
  attempt: IngestedAttempt,
  output: TrainerOutput,
  from: number,
  to: number,
): Promise<void> {
  for (const [file, bytes] of [
    ['events.jsonl', output.events],
    ['stdout.log', output.stdout],
    ['stderr.log', output.stderr],
  ] as const) {
    const part = bytes.subarray(Math.floor(bytes.length * from), Math.floor(bytes.length * to));
    await appendFile(path.join(attempt.runDirectory, file), part);
  }
}

const cuts = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 })
  .map((places) => [0, ...places.toSorted((one, other) => one - other), 1]);

test('files cut at any byte, batches of any size, faults at any write: everything is in the stores exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(
      trainerOutput,
      cuts,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
      async (output, places, lines, bytes, fuses) => {
        const attempt = await workshop.attempt();
        for (let index = 1; index < places.length; index += 1) {
          await write(attempt, output, places[index - 1] ?? 0, places[index] ?? 1);
          await drainWithFaults(attempt, lines, bytes, fuses, index === places.length - 1);
        }
        await expectExactlyOnce(workshop, attempt, output);
      },
    ),
    { numRuns: 40, endOnFailure: true },
  );
}, 300_000);

test('two that ingest the same attempt, while a third writes into its journal, do no harm', async () => {
  await fc.assert(
    fc.asyncProperty(trainerOutput, cuts, fc.integer({ min: 1, max: 20 }), async (output, places, lines) => {
      const attempt = await workshop.attempt();
      await using one = ingester(attempt, lines, 2000);
      await using other = ingester(attempt, lines + 3, 5000);
      for (let index = 1; index < places.length; index += 1) {
        await write(attempt, output, places[index - 1] ?? 0, places[index] ?? 1);
        const isLast = index === places.length - 1;
        const append = () =>
          workshop.db.transaction((tx) =>
            appendToJournal(tx, attempt.runId, null, 'state', { from: 'running', to: 'running' }),
          );
        await Promise.all([one.drain(isLast), append(), other.drain(isLast), append()]);
      }
      await expectExactlyOnce(workshop, attempt, output);
    }),
    { numRuns: 25, endOnFailure: true },
  );
}, 300_000);

test('an attempt that was drained to its end is drained again without effect', async () => {
  const [output] = fc.sample(trainerOutput, { numRuns: 1, seed: 5 });
  if (!output) throw new Error('no sample');
  const attempt = await workshop.attempt();
  await write(attempt, output, 0, 1);
  const first = await workshop.ingestion.drain(attempt, { final: true });
  expect(await workshop.ingestion.drain(attempt, { final: true })).toEqual(first);
  await expectExactlyOnce(workshop, attempt, output);
});

test('a batch is written while the one before is committed, and never more than two are under way', async () => {
  const output = fc
    .sample(trainerOutput, { numRuns: 30, seed: 3 })
    .toSorted((one, other) => other.events.length - one.events.length)[0];
  if (!output) throw new Error('no sample');
  const attempt = await workshop.attempt();
  await write(attempt, output, 0, 1);
  const { store, documents } = workshop;
  let ahead = 0;
  let underWay = 0;
  let most = 0;
  const counted: Pick<IngestStore, 'load' | 'commit'> = {
    load: (given) => store.load(given),
    commit: async (given, batch, rollups, writeLines, order) => {
      let isCommitted = order.before === null;
      void order.before?.committed.then(() => {
        isCommitted = true;
      });
      underWay += 1;
      most = Math.max(most, underWay);
      const rolledUp = (lastSeq: number) => {
        if (!isCommitted) ahead += 1;
        order.rolledUp(lastSeq);
      };
      return store.commit(given, batch, rollups, writeLines, { ...order, rolledUp }).finally(() => {
        underWay -= 1;
      });
    },
  };
  await using tail = new RunDirectoryTail(attempt.runDirectory, log);
  const one = new AttemptIngester(attempt, tail, {
    ...{ store: counted, documents, shape, committed: () => undefined },
    limits: { ...batchLimits, lines: 5 },
  });
  await one.drain(true);
  expect(ahead).toBeGreaterThan(0);
  expect(most).toBe(2);
  await expectExactlyOnce(workshop, attempt, output);
});
