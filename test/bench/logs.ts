import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { LogLine } from '../../src/shared/contract/run-readings.ts';
import { openBrowser } from '../support/browser.ts';
import { waitFor } from '../support/engine.ts';
import { rest } from '../support/rest.ts';
import { type Laboratory, withLaboratory } from './support/laboratory.ts';
import { median, type Row } from './table.ts';

const lastLine = 'the-last-line';
const longestMs = 10 * 60_000;

interface LogPage {
  readonly lines: readonly LogLine[];
  readonly total: number;
}

async function cat(file: string): Promise<number> {
  const start = performance.now();
  const [code] = (await once(spawn('cat', [file], { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit')) as [
    number | null,
  ];
  if (code !== 0) throw new Error(`cat ended with ${code}`);
  return (performance.now() - start) / 1000;
}

/** When the trainer printed its first line, by its own word. */
async function beganAt(laboratory: Laboratory, runId: string): Promise<number> {
  const { lines } = await rest<LogPage>(laboratory.engine, 'GET', `/runs/${runId}/logs?limit=50`);
  const message = lines.find((line) => line.message.startsWith('began-'))?.message;
  if (!message) throw new Error('the log does not say when it began');
  return Number(message.slice('began-'.length));
}

/** Lines of a trainer's standard output until the last can be read, and until it is seen on an open log tab; against `cat`. */
export async function benchLogs({ lines = 200_000 } = {}): Promise<Row[]> {
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
    const run = await laboratory.completed(runId);
    const began = await beganAt(laboratory, runId);
    const file = path.join(run.attempts[0]?.runDirectory ?? '', 'stdout.log');
    const raw: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      raw.push(await cat(file));
      again.push(await cat(file));
    }
    const { size } = await stat(file);
    const { total } = await rest<LogPage>(laboratory.engine, 'GET', `/runs/${runId}/logs?from=-1`);
    const perSecond = (seconds: number) => `${Math.round(lines / seconds).toLocaleString('en')} lines/s`;
    const seconds = { stored: (stored - began) / 1000, shown: (shown - began) / 1000, cat: median(raw) };
    return [
      {
        name: 'log lines stored, against cat of the same file',
        ratio: seconds.cat / seconds.stored,
        goal: '–',
        met: null,
        control: seconds.cat / median(again),
        detail:
          `${lines.toLocaleString('en')} lines, ${(size / 1e6).toFixed(1)} MB, printed while it is read: the last one readable after ${seconds.stored.toFixed(2)} s (${perSecond(seconds.stored)}), ` +
          `on the screen after ${seconds.shown.toFixed(2)} s (${perSecond(seconds.shown)}); cat ${perSecond(seconds.cat)}; ${total.toLocaleString('en')} lines in the log`,
      },
    ];
  });
}
