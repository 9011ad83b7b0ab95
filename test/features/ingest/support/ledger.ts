import { expect } from 'vitest';
import type { IngestedAttempt } from '../../../../src/main/features/ingest/cursor.ts';
import { openLines, type RollupState } from '../../../../src/main/features/metrics/rollups.ts';
import type { RunEvent } from '../../../../src/shared/contract/run-readings.ts';
import type { TrainerOutput } from './trainer-output.ts';
import type { Workshop } from './workshop.ts';

/** A run's whole journal, read in pages of this size. */
export async function wholeJournal(workshop: Workshop, runId: string, limit = 37): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for (let after = 0; ; ) {
    const page = await workshop.events.read({ runId, after, limit, waitMs: 0 });
    if (page.events.length === 0) return events;
    events.push(...page.events);
    after = page.next;
  }
}

/** Holds what the stores say of an attempt, whose files are ingested to their ends, against what the trainer wrote. */
export async function expectExactlyOnce(
  workshop: Workshop,
  attempt: IngestedAttempt,
  output: TrainerOutput,
): Promise<void> {
  const journal = await wholeJournal(workshop, attempt.runId);
  expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1));
  const own = journal.filter((event) => event.attempt === attempt.attempt);
  const numbered = own.filter(({ attemptSeq }) => attemptSeq !== null);
  expect(numbered.map(({ attemptSeq, type }) => [attemptSeq, type])).toEqual(output.types);
  const points = own.filter(({ type }) => type === 'metric');
  expect(points.map(({ attemptSeq, data }) => ({ attemptSeq, ...data }))).toEqual(output.points);

  const metrics = await workshop.metrics.read({ runId: attempt.runId, after: 0, limit: 50_000, waitMs: 0 });
  const read = metrics.metrics.filter((point) => point.attempt === attempt.attempt);
  expect(read.map(({ seq, values }) => ({ seq, values }))).toEqual(
    points.map(({ seq, data }) => ({ seq, values: data.values })),
  );

  const { lines } = await workshop.logs.read({
    runId: attempt.runId,
    from: 0,
    limit: 10_000,
    level: null,
    search: null,
    waitMs: 0,
  });
  const logged = lines.filter((line) => line.attempt === attempt.attempt);
  const texts = (stream: string) =>
    logged.filter((line) => line.stream === stream).map(({ message }) => message);
  expect(texts('stdout')).toEqual(output.stdoutLines);
  expect(texts('stderr')).toEqual(output.stderrLines);
  expect(texts('event')).toEqual(output.messages.map(({ message }) => message));
  const reports = texts('platform').filter((text) => text.includes('not an event'));
  expect(reports).toHaveLength(output.bad.length);
  for (const [index, text] of output.bad.entries()) expect(reports[index]?.endsWith(text)).toBe(true);
  // The journal's log events are the log.
  expect(own.filter(({ type }) => type === 'log').map(({ data }) => data.message)).toEqual(
    logged.map(({ message }) => message),
  );
  await expectRollups(workshop, attempt, output);
}

/** Every bucket, whole or open, against all points. */
async function expectRollups(
  workshop: Workshop,
  attempt: IngestedAttempt,
  output: TrainerOutput,
): Promise<void> {
  const { rows } = await workshop.pool.query<{ state: { rollups?: RollupState } }>(
    'SELECT state FROM ingest_cursors WHERE attempt_id = $1',
    [attempt.id],
  );
  const lines = new Map(openLines(rows[0]?.state.rollups ?? []).map((line) => [line.name, line]));
  const names = new Set(output.points.flatMap(({ values }) => Object.keys(values)));
  expect([...lines.keys()].toSorted()).toEqual([...names].toSorted());
  const buckets = await workshop.pool.query<{
    name: string;
    level: number;
    bucket: number;
    count: number;
    nonfinite: number;
    min: number | null;
    max: number | null;
    last_step: number;
    points: number[] | null;
  }>(
    'SELECT name, level, bucket, count, nonfinite, min, max, last_step, points FROM metric_rollups WHERE workflow_id = $1 AND attempt = $2 ORDER BY name, level, bucket',
    [attempt.runId, attempt.attempt],
  );
  for (const name of names) {
    const all = output.points
      .filter(({ values }) => Object.hasOwn(values, name))
      .map(({ values, step, epoch }) => ({ step, epoch, value: Number(values[name]) }));
    expect(lines.get(name)?.total).toBe(all.length);
    for (let level = 0; level <= workshop.shape.levels; level += 1) {
      const width = level === 0 ? 1 : workshop.shape.baseWidth * workshop.shape.factor ** (level - 1);
      const wanted = level === 0 ? 1 : Math.floor(all.length / width);
      const found = buckets.rows.filter((row) => row.name === name && row.level === level);
      expect(found.map(({ bucket }) => bucket)).toEqual(Array.from({ length: wanted }, (_, index) => index));
      for (const row of found) {
        const of = all.slice(row.bucket * width, (row.bucket + 1) * width);
        const holds = level === 1 && (row.bucket + 1) * width <= workshop.shape.exactPoints;
        expect(row.points).toEqual(
          holds ? of.flatMap(({ step, epoch, value }) => [step, epoch, value]) : null,
        );
        const finite = of.map(({ value }) => value).filter(Number.isFinite);
        expect([row.count, row.nonfinite, row.last_step]).toEqual([
          finite.length,
          of.length - finite.length,
          of.at(-1)?.step,
        ]);
        // As extremes -0 and 0 are the same.
        expect(row.min === null ? null : row.min + 0).toBe(
          finite.length === 0 ? null : Math.min(...finite) + 0,
        );
        expect(row.max === null ? null : row.max + 0).toBe(
          finite.length === 0 ? null : Math.max(...finite) + 0,
        );
      }
    }
  }
}
