import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { LogLine } from '../../src/shared/contract/run-readings.ts';
import { Workshop } from '../features/ingest/support/workshop.ts';
import { openBrowser } from '../support/browser.ts';
import { waitFor } from '../support/engine.ts';
import { rest } from '../support/rest.ts';
import { type Laboratory, withLaboratory } from './support/laboratory.ts';
import { withPostgres } from './support/postgres-server.ts';
import { median, type Row } from './table.ts';

const lastLine = 'the-last-line';
const longestMs = 10 * 60_000;

interface LogPage {
  readonly lines: readonly LogLine[];
  readonly total: number;
}

/** When the trainer printed its first line, by its own word. */
async function beganAt(laboratory: Laboratory, runId: string): Promise<number> {
  const { lines } = await rest<LogPage>(laboratory.engine, 'GET', `/runs/${runId}/logs?limit=50`);
  const message = lines.find((line) => line.message.startsWith('began-'))?.message;
  if (!message) throw new Error('the log does not say when it began');
  return Number(message.slice('began-'.length));
}

/** Lines of a trainer's standard output until the last can be read, and until it is seen on an open log tab. */
async function whilePrinted(lines: number): Promise<Row> {
  return withLaboratory('lines.mjs', async (laboratory) => {
    await using opened = await openBrowser();
    const page = await opened.browser.newPage();
    await page.goto(laboratory.engine.ticketUrl);
    const runId = await laboratory.start('lines', { epochs: 20, batchSize: Math.round(lines / 20) });
    await page.goto(`${laboratory.engine.url}/runs/${runId}?tab=log`);
    const readable = waitFor(
      'the last line',
      async () => {
        const tail = await rest<LogPage>(laboratory.engine, 'GET', `/runs/${runId}/logs?from=-20`);
        return tail.lines.some(({ message }) => message === lastLine) ? Date.now() : null;
      },
      longestMs,
    );
    const seen = page
      .waitForFunction(
        (text) => (document.querySelector('.xterm-rows')?.textContent?.includes(text) ? Date.now() : 0),
        lastLine,
        { polling: 'raf', timeout: longestMs },
      )
      .then((handle) => handle.jsonValue());
    const [stored, shown] = await Promise.all([readable, seen]);
    await laboratory.completed(runId);
    const began = await beganAt(laboratory, runId);
    const { total } = await rest<LogPage>(laboratory.engine, 'GET', `/runs/${runId}/logs?from=-1`);
    const seconds = { stored: (stored - began) / 1000, shown: (shown - began) / 1000 };
    return {
      name: 'log lines of a run, while a page shows them',
      ratio: null,
      goal: '–',
      met: null,
      control: null,
      detail:
        `${lines.toLocaleString('en')} lines, printed while they are read: the last one readable after ${seconds.stored.toFixed(2)} s (${rate(lines, seconds.stored)}), ` +
        `on the screen after ${seconds.shown.toFixed(2)} s (${rate(lines, seconds.shown)}); ${total.toLocaleString('en')} lines in the log`,
    };
  });
}

const rate = (lines: number, seconds: number) =>
  `${Math.round(lines / seconds).toLocaleString('en')} lines/s`;

/** Seconds until COPY has put the text into an empty table of one text column. */
async function copy(pool: pg.Pool, text: Buffer): Promise<number> {
  await pool.query('TRUNCATE printed');
  const client = await pool.connect();
  try {
    const start = performance.now();
    await pipeline(Readable.from([text]), client.query(copyFrom('COPY printed (line) FROM STDIN')));
    return (performance.now() - start) / 1000;
  } finally {
    client.release();
  }
}

/** Seconds until an attempt's standard output is in its log and the last line was read there. */
async function store(workshop: Workshop, text: Buffer): Promise<number> {
  const attempt = await workshop.attempt();
  await workshop.append(attempt, 'stdout.log', text);
  const start = performance.now();
  await workshop.ingestion.drain(attempt, { final: true });
  const query = { runId: attempt.runId, from: -1, limit: 1, waitMs: 0, level: null, search: null };
  const { lines } = await workshop.logs.read({ ...query, signal: new AbortController().signal });
  if (lines[0]?.message !== lastLine) throw new Error('the last line cannot be read');
  return (performance.now() - start) / 1000;
}

/** A file of lines until the last one can be read in its run's log, against COPY of the same lines, by turns in the same PostgreSQL. */
async function againstCopy(databaseUrl: string, lines: number, rounds: number): Promise<Row> {
  await using workshop = new Workshop(databaseUrl);
  await workshop.pool.query('CREATE TABLE printed (line text)');
  let printed = '';
  for (let line = 1; line < lines; line += 1) {
    printed += `batch ${line} of ${lines}: loss ${(1 + Math.sin(line)).toFixed(6)}, 812.4 images/s, 1.2 GB\n`;
  }
  const text = Buffer.from(`${printed}${lastLine}\n`);
  const seconds = { ours: [] as number[], raw: [] as number[], again: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    seconds.raw.push(await copy(workshop.pool, text));
    seconds.ours.push(await store(workshop, text));
    seconds.again.push(await copy(workshop.pool, text));
    await workshop.pool.query('TRUNCATE projects CASCADE');
    await workshop.pool.query('TRUNCATE documents');
    await workshop.pool.query('CHECKPOINT');
  }
  const ratios = seconds.raw.map((raw, round) => raw / (seconds.ours[round] ?? Number.NaN));
  const ratio = median(ratios);
  return {
    name: 'log lines stored and readable, against COPY into one text column',
    ratio,
    goal: '≥ 0.5',
    met: ratio >= 0.5,
    control: median(seconds.raw) / median(seconds.again),
    detail:
      `${lines.toLocaleString('en')} lines, ${(text.length / 1e6).toFixed(1)} MB: COPY ${rate(lines, median(seconds.raw))}, ` +
      `ours ${rate(lines, median(seconds.ours))}, with time, level and stream of each`,
  };
}

/** Log lines of a run, from a file and while they are printed. */
export async function benchLogs({ lines = 200_000, rounds = 5 } = {}): Promise<Row[]> {
  const stored = await withPostgres((url) => againstCopy(url, lines, rounds));
  return [stored, await whilePrinted(lines)];
}
