import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { type Address, rest } from '../support/rest.ts';

interface Attempt {
  readonly attempt: number;
  readonly status: string;
  readonly runDirectory: string;
}
interface Point {
  readonly seq: number;
  readonly attempt: number;
  readonly attemptSeq: number;
  readonly step: number;
  readonly epoch: number;
  readonly values: Record<string, number | string>;
}
interface Event {
  readonly seq: number;
  readonly attempt: number | null;
  readonly attemptSeq: number | null;
  readonly type: string;
  readonly data: Record<string, unknown>;
}
interface TrainerEvent {
  readonly seq: number;
  readonly type: string;
  readonly epoch?: number;
  readonly step?: number;
  readonly values?: Record<string, number | string>;
  readonly message?: string;
}
export interface RunDetail {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly progress: number;
  readonly attempts: readonly Attempt[];
}

async function wholeLines(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Reads all pages of something that goes by cursor. */
async function allOf<T>(
  page: (after: number) => Promise<{ items: readonly T[]; next: number; more: boolean }>,
): Promise<T[]> {
  const items: T[] = [];
  for (let after = 0; ; ) {
    const answer = await page(after);
    items.push(...answer.items);
    if (!answer.more) return items;
    after = answer.next;
  }
}

/**
 * Holds what the database says of a run that is over against the files its trainers wrote: the journal is dense, every number of
 * every attempt stands there once, every value is equal, every line of output is in the log once.
 */
export async function expectNothingLostOrDoubled(engine: Address, runId: string): Promise<RunDetail> {
  const run = await rest<RunDetail>(engine, 'GET', `/runs/${runId}`);
  const events = await allOf<Event>(async (after) => {
    const page = await rest<{ events: Event[]; next: number }>(
      engine,
      'GET',
      `/runs/${runId}/events?after=${after}&limit=10000`,
    );
    return { items: page.events, next: page.next, more: page.events.length > 0 };
  });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));

  const points = await allOf<Point>(async (after) => {
    const page = await rest<{ metrics: Point[]; next: number; more: boolean }>(
      engine,
      'GET',
      `/runs/${runId}/metrics?after=${after}`,
    );
    return { items: page.metrics, next: page.next, more: page.more };
  });
  const log = await allOf<{ attempt: number; stream: string; message: string; line: number }>(
    async (from) => {
      const page = await rest<{
        lines: { attempt: number; stream: string; message: string; line: number }[];
        next: number;
        total: number;
      }>(engine, 'GET', `/runs/${runId}/logs?from=${from}&limit=10000`);
      return { items: page.lines, next: page.next, more: page.next < page.total };
    },
  );
  expect(log.map(({ line }) => line)).toEqual(log.map((_, index) => index));

  for (const { attempt, runDirectory } of run.attempts) {
    const written = (await wholeLines(path.join(runDirectory, 'events.jsonl'))).flatMap(
      (line): TrainerEvent[] => {
        try {
          return [JSON.parse(line) as TrainerEvent];
        } catch {
          return []; // A torn line of a killed trainer: the log has it, which is checked below by its absence here.
        }
      },
    );
    expect(
      written.map(({ seq }) => seq),
      `numbers in events.jsonl of attempt ${attempt}`,
    ).toEqual(written.map((_, index) => index + 1));

    const journal = events.filter((event) => event.attempt === attempt && event.attemptSeq !== null);
    expect(
      journal.map(({ attemptSeq }) => attemptSeq).sort((a, b) => Number(a) - Number(b)),
      `numbers of attempt ${attempt} in the journal`,
    ).toEqual(written.map(({ seq }) => seq));

    const stored = points
      .filter((point) => point.attempt === attempt)
      .map(({ attemptSeq, epoch, step, values }) => ({ seq: attemptSeq, epoch, step, values }));
    const meant = written
      .filter(({ type }) => type === 'metric')
      .map(({ seq, epoch, step, values }) => ({ seq, epoch, step, values }));
    expect(stored, `points of attempt ${attempt}`).toEqual(meant);

    for (const stream of ['stdout', 'stderr'] as const) {
      const lines = log
        .filter((line) => line.attempt === attempt && line.stream === stream)
        .map(({ message }) => message);
      expect(lines, `${stream} of attempt ${attempt}`).toEqual(
        await wholeLines(path.join(runDirectory, `${stream}.log`)),
      );
    }
  }
  return run;
}
