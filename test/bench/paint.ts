import type { Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { waitFor } from '../support/engine.ts';
import { type Laboratory, lossAt, withLaboratory } from './support/laboratory.ts';
import { percentile, type Row } from './table.ts';

const frameMs = 1000 / 60;
const few = 10;
const many = 10_000;
/** How long a trainer writes before it counts: the start of a run and the page's own are measured elsewhere. */
const warmUpSeconds = 2;

interface Segment {
  /** Milliseconds from a point's write to the paint that first shows it, of every point after the warm-up. */
  readonly lags: readonly number[];
  readonly written: number;
  readonly stored: number;
  readonly paintedToTheEnd: boolean;
}

/** What was painted when, oldest first. */
function paints(page: Page): Promise<{ at: number; step: number }[]> {
  return page.evaluate(() => {
    const record = window.__trainyard;
    if (!record) return [];
    const from = Math.max(0, record.painted - record.size);
    return Array.from({ length: record.painted - from }, (_, index) => {
      const place = (from + index) % record.size;
      return { at: record.at[place] ?? 0, step: record.step[place] ?? 0 };
    });
  });
}

async function segment(
  laboratory: Laboratory,
  page: Page,
  perSecond: number,
  seconds: number,
): Promise<Segment> {
  const epochs = seconds + warmUpSeconds;
  const runId = await laboratory.start(`${perSecond} a second`, {
    epochs,
    batchSize: perSecond,
    paced: true,
  });
  await page.goto(`${laboratory.engine.url}/runs/${runId}`);
  await laboratory.completed(runId);
  const points: { step: number; at: number }[] = [];
  let last = Number.POSITIVE_INFINITY;
  let stored = 0;
  for await (const { seq, step, time, values } of laboratory.points(runId)) {
    points.push({ step, at: Date.parse(time) });
    last = seq;
    if (step === stored + 1 && values.train_loss === lossAt(step)) stored += 1;
  }
  const reached = () =>
    page.evaluate(({ runId, last }) => (window.__trainyard?.paintedSeq[runId] ?? 0) >= last, { runId, last });
  const paintedToTheEnd = await waitFor('the last point on the screen', reached, 20_000);
  const painted = await paints(page);
  const lags: number[] = [];
  const from = (points[0]?.at ?? 0) + warmUpSeconds * 1000;
  let next = 0;
  for (const { step, at } of points) {
    while ((painted[next]?.step ?? Number.POSITIVE_INFINITY) < step) next += 1;
    const paint = painted[next];
    if (paint && at >= from) lags.push(paint.at - at);
  }
  return { lags, written: epochs * perSecond, stored, paintedToTheEnd };
}

/** From the trainer's write to the browser's paint: 10,000 points a second against 10, by turns in the same page. */
export async function benchPaint({ seconds = 10, rounds = 2 } = {}): Promise<Row[]> {
  return withLaboratory('points.mjs', async (laboratory) => {
    await using opened = await openBrowser();
    const page = await opened.browser.newPage();
    await page.goto(laboratory.engine.ticketUrl);
    const slow: Segment[] = [];
    const fast: Segment[] = [];
    for (let round = 0; round < rounds; round += 1) {
      slow.push(await segment(laboratory, page, few, seconds));
      fast.push(await segment(laboratory, page, many, seconds));
    }
    return [row(slow, fast)];
  });
}

function row(slow: readonly Segment[], fast: readonly Segment[]): Row {
  const lags = (segments: readonly Segment[]) => segments.flatMap((one) => one.lags);
  const p99 = { few: percentile(lags(slow), 0.99), many: percentile(lags(fast), 0.99) };
  const median = { few: percentile(lags(slow), 0.5), many: percentile(lags(fast), 0.5) };
  const frames = (p99.many - p99.few) / frameMs;
  const all = [...slow, ...fast];
  const written = all.reduce((sum, one) => sum + one.written, 0);
  const stored = all.reduce((sum, one) => sum + one.stored, 0);
  const complete = written === stored && all.every((one) => one.paintedToTheEnd);
  const [first, second] = slow.map((one) => percentile(one.lags, 0.99));
  return {
    name: 'from write to paint: p99 at 10,000 points/s, against 10 points/s',
    ratio: p99.many / p99.few,
    goal: 'at most 2 frames more, nothing dropped',
    met: frames <= 2 && complete,
    control: first !== undefined && second !== undefined ? second / first : null,
    detail:
      `p99 ${p99.many.toFixed(1)} ms against ${p99.few.toFixed(1)} ms: ${frames.toFixed(1)} frames; ` +
      `medians ${median.many.toFixed(1)} and ${median.few.toFixed(1)} ms; ` +
      `${stored.toLocaleString('en')} of ${written.toLocaleString('en')} points stored exactly, ` +
      `${complete ? 'all painted' : 'NOT all stored and painted'}; ` +
      `${lags(fast).length.toLocaleString('en')} and ${lags(slow).length.toLocaleString('en')} measured`,
  };
}
