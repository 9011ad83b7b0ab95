import type { Page } from 'playwright-core';
import type { Series } from '../../src/shared/contract/run-readings.ts';
import type { Run } from '../../src/shared/contract/runs.ts';
import { openBrowser } from '../support/browser.ts';
import { rest } from '../support/rest.ts';
import { type Laboratory, lossAt, withLaboratory } from './support/laboratory.ts';
import { median, type Row } from './table.ts';

const small = 4000;
const epochs = 200;

/** From the click on a run in the list to its painted charts, in milliseconds. The page is a fresh one each time. */
async function open(laboratory: Laboratory, page: Page, run: Run, points: number): Promise<number> {
  await page.goto(`${laboratory.engine.url}/runs`);
  await page.locator(`a[href="/runs/${run.id}"]`).first().waitFor();
  return page.evaluate(
    ({ id, charts, lastPoint }) =>
      new Promise<number>((resolve, reject) => {
        const link = document.querySelector<HTMLAnchorElement>(`a[href="/runs/${id}"]`);
        if (!link) return reject(new Error('the run is not in the list'));
        const start = performance.now();
        link.click();
        const look = () => {
          const painted = (window.__trainyard?.paintedSeq[id] ?? 0) >= lastPoint;
          if (painted && document.querySelectorAll('.uplot canvas').length >= charts) {
            requestAnimationFrame(() => resolve(performance.now() - start));
          } else if (performance.now() - start > 120_000) reject(new Error('the chart was not painted'));
          else requestAnimationFrame(look);
        };
        look();
      }),
    { id: run.id, charts: 2, lastPoint: points },
  );
}

/** How many buckets of the run's loss there are and how many have a minimum or maximum that their points do not have. */
async function compare(
  laboratory: Laboratory,
  run: Run,
  points: number,
): Promise<{ all: number; wrong: number }> {
  const { series } = await rest<{ series: Series[] }>(
    laboratory.engine,
    'GET',
    `/runs/${run.id}/series?names=train_loss`,
  );
  const loss = series.find(({ name }) => name === 'train_loss');
  let step = 0;
  let wrong = 0;
  for (const [bucket, last] of loss?.step.entries() ?? []) {
    let [low, high, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    while (step < last) {
      step += 1;
      count += 1;
      low = Math.min(low, lossAt(step));
      high = Math.max(high, lossAt(step));
    }
    if (loss?.min[bucket] !== low || loss.max[bucket] !== high || loss.count[bucket] !== count) wrong += 1;
  }
  if (step !== points) wrong += 1;
  return { all: loss?.step.length ?? 0, wrong };
}

/** Opening a long run against one of 4,000 points, by turns; and whether the rollups' minima and maxima are exact. */
export async function benchOpenRun({ points = 10_000_000, rounds = 7 } = {}): Promise<Row[]> {
  const batchSize = Math.round(points / epochs);
  const total = epochs * batchSize;
  return withLaboratory('points.mjs', async (laboratory) => {
    const made = async (name: string, amount: { epochs: number; batchSize: number }) =>
      laboratory.completed(await laboratory.start(name, amount));
    const long = await made('long', { epochs, batchSize });
    const short = await made('short', { epochs: 4, batchSize: small / 4 });
    const twin = await made('twin', { epochs: 4, batchSize: small / 4 });
    await using opened = await openBrowser();
    const page = await opened.browser.newPage();
    await page.goto(laboratory.engine.ticketUrl);
    await open(laboratory, page, twin, small);
    await open(laboratory, page, long, total);
    const times = { long: [] as number[], short: [] as number[], twin: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.short.push(await open(laboratory, page, short, small));
      times.long.push(await open(laboratory, page, long, total));
      times.twin.push(await open(laboratory, page, twin, small));
    }
    const exact = await compare(laboratory, long, total);
    return [row(times, exact, total)];
  });
}

function row(
  times: Record<'long' | 'short' | 'twin', number[]>,
  exact: { all: number; wrong: number },
  points: number,
): Row {
  const ratio = median(times.long) / median(times.short);
  return {
    name: `from click to painted chart: a run of ${points.toLocaleString('en')} points, against one of 4,000`,
    ratio,
    goal: '≤ 1.1, minima and maxima exact',
    met: ratio <= 1.1 && exact.wrong === 0,
    control: median(times.twin) / median(times.short),
    detail:
      `medians of ${times.long.length}: ${median(times.long).toFixed(0)} ms against ${median(times.short).toFixed(0)} ms; ` +
      `minimum, maximum and count of ${exact.all - exact.wrong} of ${exact.all} buckets exact`,
  };
}
