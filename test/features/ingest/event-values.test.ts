import { expect, test } from 'vitest';
import type { IngestedAttempt } from '../../../src/main/features/ingest/cursor.ts';
import { wholeJournal } from './support/ledger.ts';
import { openWorkshop } from './support/workshop.ts';

const { workshop } = await openWorkshop();

const time = '2026-11-23T22:40:31.123Z';
const point = (seq: number, values: string, step: number | string = seq, epoch: number | string = 1) =>
  `{"seq":${seq},"time":"${time}","type":"metric","epoch":${epoch},"step":${step},"values":${values}}\n`;
const logOf = async ({ runId }: IngestedAttempt) =>
  (await workshop.logs.read({ runId, from: 0, limit: 10_000, level: null, search: null, waitMs: 0 })).lines;
const pointsOf = async ({ runId }: IngestedAttempt) =>
  (await workshop.metrics.read({ runId, after: 0, limit: 1000, waitMs: 0 })).metrics;
const seriesOf = async ({ runId }: IngestedAttempt) =>
  (await workshop.series.read({ runId, names: null, maxPoints: 100, window: null })).series;

async function ingest(...lines: string[]): Promise<IngestedAttempt> {
  const attempt = await workshop.attempt();
  await workshop.append(attempt, 'events.jsonl', lines.join(''));
  await workshop.ingestion.drain(attempt, { final: true });
  return attempt;
}

test('names of any script and with any signs come back as they were given, in points, journal, charts and final metrics', async () => {
  const names = [
    'metrics/mAP50(B)',
    'val loss',
    '정확도',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'a/../b',
    '"\\',
    '7',
  ];
  const values = Object.fromEntries(names.map((name, index) => [name, index + 0.5]));
  const attempt = await ingest(
    point(1, JSON.stringify(values)),
    point(2, '{"train_loss": 1}'),
    `{"seq":3,"time":"${time}","type":"result","status":"completed","metrics":${JSON.stringify(values)}}\n`,
  );
  const [first, second] = await pointsOf(attempt);
  const own = (given: object | undefined) => Object.entries(given ?? {}).toSorted();
  expect(own(first?.values)).toEqual(own(values));
  expect(own(second?.values)).toEqual([['train_loss', 1]]);
  const series = await seriesOf(attempt);
  expect(series.map(({ name, total, mean }) => [name, total, mean]).toSorted()).toEqual(
    [...own(values).map(([name, value]) => [name, 1, [value]]), ['train_loss', 1, [1]]].toSorted(),
  );
  const journal = await wholeJournal(workshop, attempt.runId);
  expect(journal.map(({ data }) => own((data.values ?? data.metrics) as object))).toEqual([
    own(values),
    [['train_loss', 1]],
    own(values),
  ]);
  const { rows } = await workshop.pool.query('SELECT final_metrics FROM workflows WHERE id = $1', [
    attempt.runId,
  ]);
  expect(own(rows[0].final_metrics)).toEqual(own(values));
  // A restart: what the cursor carries has them too.
  await workshop.append(attempt, 'events.jsonl', point(4, '{"__proto__": 9}'));
  const { result } = await workshop.ingestion.drain(attempt, { final: true });
  expect(own(result?.metrics)).toEqual(own(values));
  expect((await seriesOf(attempt)).find(({ name }) => name === '__proto__')?.total).toBe(2);
});

test('good values are kept where others are none, and each kind of fault is told once, then by its count', async () => {
  const lines = Array.from({ length: 1200 }, (_, index) =>
    point(index + 1, '{"train_loss": 0.5, "val_loss": "0.7", "ok": true}'),
  );
  const attempt = await ingest(...lines);
  const { rows } = await workshop.pool.query('SELECT count(*) AS count FROM metrics WHERE workflow_id = $1', [
    attempt.runId,
  ]);
  expect(rows[0].count).toBe(1200);
  expect((await seriesOf(attempt)).map(({ name, total }) => [name, total])).toEqual([['train_loss', 1200]]);
  const told = (await logOf(attempt)).map(({ level, source, message }) => [
    level,
    source,
    message.replace(/ \(byte \d+\)/, ''),
  ]);
  const said = (line: number, rest: string) => ['warning', 'platform', `events.jsonl, line ${line}: ${rest}`];
  const times = [10, 100, 1000].flatMap((count) => [
    said(count, `val_loss is a text, not a number: it was left out ${count} times so far`),
    said(count, `ok is true or false, not a number: it was left out ${count} times so far`),
  ]);
  expect(told).toEqual([
    said(1, 'val_loss is a text, not a number: it is left out, the rest of the line is kept'),
    said(1, 'ok is true or false, not a number: it is left out, the rest of the line is kept'),
    ...times,
  ]);
});

test('null, NaN and infinities count as points without a value', async () => {
  const attempt = await ingest(
    point(1, '{"a": null, "b": NaN, "c": -Infinity, "d": 1e999, "train_loss": null}'),
    point(2, '{"a": nan, "e": -0.0}'),
  );
  expect((await pointsOf(attempt)).map(({ values }) => Object.entries(values).toSorted())).toEqual([
    [
      ['a', 'NaN'],
      ['b', 'NaN'],
      ['c', '-Infinity'],
      ['d', 'Infinity'],
      ['train_loss', 'NaN'],
    ],
    [['e', -0]],
  ]);
  const a = (await seriesOf(attempt)).find(({ name }) => name === 'a');
  expect([a?.total, a?.nonFinite, a?.mean]).toEqual([1, 1, [null]]);
});

test('steps up to 2^53 and fractions of an epoch are exact, in points, charts, checkpoints and log lines', async () => {
  const places: [number, number][] = [
    [2 ** 31 - 1, 1],
    [2 ** 31, 0.25],
    [1_764_360_000_000, 2.75],
    [Number.MAX_SAFE_INTEGER, 5e10],
  ];
  const attempt = await ingest(
    ...places.map(([step, epoch], index) => point(index + 1, '{"train_loss": 1}', step, epoch)),
    `{"seq":5,"time":"${time}","type":"checkpoint","path":"checkpoints/a","kind":"last","epoch":0.5,"step":${2 ** 40}}\n`,
    `{"seq":6,"time":"${time}","type":"log","level":"info","message":"m","context":{"epoch":0.5,"step":${2 ** 40}}}\n`,
    `{"seq":7,"time":"${time}","type":"progress","epoch":0.5,"epochs":3,"step":${2 ** 40},"steps":${2 ** 41}}\n`,
  );
  expect((await pointsOf(attempt)).map(({ step, epoch }) => [step, epoch])).toEqual(places);
  const [series] = await seriesOf(attempt);
  expect(series?.step).toEqual(places.map(([step]) => step));
  expect(series?.epoch).toEqual(places.map(([, epoch]) => epoch));
  const { series: window } = await workshop.series.read({
    runId: attempt.runId,
    names: null,
    maxPoints: 100,
    window: { fromStep: 2 ** 31, toStep: 2 ** 45 },
  });
  expect(window[0]?.step).toEqual([2 ** 31, 1_764_360_000_000]);
  expect((await logOf(attempt))[0]?.context).toEqual({ epoch: 0.5, step: 2 ** 40 });
  const stored = await workshop.pool.query(
    `SELECT array_agg(step ORDER BY seq) AS steps, array_agg(epoch ORDER BY seq) AS epochs,
       (SELECT array[epoch, step] FROM run_artifacts WHERE workflow_id = $1) AS checkpoint,
       (SELECT array[current_epoch, progress_percentage] FROM workflows WHERE id = $1) AS progress
     FROM metrics WHERE workflow_id = $1`,
    [attempt.runId],
  );
  // The specified columns are integers: they hold what they can.
  expect(stored.rows[0]).toEqual({
    steps: [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1],
    epochs: [1, 0, 2, 2 ** 31 - 1],
    checkpoint: [0.5, 2 ** 40],
    progress: [0, 50],
  });
});

test('a step that is no whole number, negative or too large is told with its line', async () => {
  const attempt = await ingest(
    point(1, '{"a": 1}', -1),
    point(2, '{"a": 1}', 900_008.5),
    point(3, '{"a": 1}', '900009.0'),
    point(4, '{"a": 1}', '9007199254740993'),
    point(5, '{"a": 1}', 5, -0.5),
    point(6, '{"a": 1}', 6),
  );
  expect((await pointsOf(attempt)).map(({ step }) => step)).toEqual([900_009, 6]);
  expect(
    (await logOf(attempt)).map(({ level, message }) => [
      level,
      message.replace(/ \(byte.*?\): /, ': ').slice(0, 76),
    ]),
  ).toEqual(
    [
      [1, 'step'],
      [2, 'step'],
      [4, 'step'],
      [5, 'epoch'],
    ].map(([line, field]) => [
      'error',
      `events.jsonl, line ${line}: not an event (${field} is not a ${field === 'step' ? 'whole ' : ''}number from 0 to 9007199254740991`.slice(
        0,
        76,
      ),
    ]),
  );
});

test('points that repeat a step or go back are kept in the order in which they were written', async () => {
  const steps = [5, 5, 6, 2, 2, 7];
  const attempt = await ingest(...steps.map((step, index) => point(index + 1, `{"a": ${index}}`, step)));
  expect((await pointsOf(attempt)).map(({ step, values }) => [step, values.a])).toEqual(
    steps.map((step, index) => [step, index]),
  );
  expect((await seriesOf(attempt))[0]?.step).toEqual(steps);
});

test('NUL, halves of characters, sequences and overrides in a message come back as they were written', async () => {
  const message = 'nul \u0000 lone \ud800 esc \u001b[31mred\u001b[0m sub \u001a bell\u0007 rtl \u202e';
  const attempt = await ingest(
    `${JSON.stringify({ seq: 1, time, type: 'log', level: 'warn', message })}\n`,
    `${JSON.stringify({ seq: 2, time, type: 'result', status: 'failed', metrics: {}, message })}\n`,
  );
  expect((await logOf(attempt)).map(({ level, message: read }) => [level, read])).toEqual([
    ['warning', message],
  ]);
  expect((await wholeJournal(workshop, attempt.runId)).map(({ data }) => data.message)).toEqual([
    message,
    message,
  ]);
});
