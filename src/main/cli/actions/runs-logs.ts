import type { LogLine, MovingLines } from '../../../shared/contract/run-readings.ts';
import { messageLines } from '../../../shared/model/terminal-text.ts';
import type { CommonOptions } from '../define.ts';
import { findRun } from '../find-run.ts';
import { formatClock } from '../format.ts';
import { StatusLine, styled, writeJson, writeLine } from '../output.ts';
import { ReconnectingClient } from '../reconnecting-client.ts';

export interface RunsLogsOptions {
  readonly follow?: true;
  readonly level?: 'debug' | 'info' | 'warning' | 'error';
  readonly search?: string;
  readonly tail?: number;
}

const colours: Record<LogLine['level'], Parameters<typeof styled>[0]> = {
  debug: 'dim',
  info: 'reset',
  warning: 'yellow',
  error: 'red',
};

const indent = ' '.repeat('12:00:01 warning '.length);

/** `12:00:01 warning message`, in the level's colour on a terminal. */
export function formatLogLine(line: Pick<LogLine, 'time' | 'level' | 'message'>): string {
  // A further line of a message is indented: it can't pass for one of the log's.
  const message = messageLines(line.message, { colour: true }).join(`\n${indent}`);
  return `${styled('dim', formatClock(line.time))} ${styled(colours[line.level], `${line.level.padEnd(7)} ${message}`)}`;
}

const movingLevel = 'info';

/** How the lines under way look, on one line. */
export function movingText({ lines }: MovingLines): string {
  return lines.flatMap(({ message }) => messageLines(message, { colour: false }).at(-1) ?? []).join('  ');
}

/** Prints a run's log; with `--follow` until the run ends. */
export async function printLogs(
  options: RunsLogsOptions & CommonOptions,
  reference: string,
): Promise<undefined> {
  using client = await ReconnectingClient.open();
  const run = await client.ask((api) => findRun(api, reference));
  const filter = {
    ...(options.level ? { level: options.level } : {}),
    ...(options.search ? { search: options.search } : {}),
  };
  const filtered = Object.keys(filter).length > 0;
  const print = (line: LogLine) => (options.json ? writeJson(line) : writeLine(formatLogLine(line)));
  const bar = new StatusLine();
  // With a filter the last lines are the last that it lets through, which only reading all of them finds.
  let held: LogLine[] | null = options.tail !== undefined && filtered ? [] : null;
  let from = options.tail !== undefined && !filtered ? -options.tail : 0;
  if (options.tail === 0) from = Number.MAX_SAFE_INTEGER;
  let moving = '';
  for (let waitMs = 0; ; ) {
    const cursor = from;
    const wait = waitMs;
    const movingSeen = moving;
    const page = await client.ask((api) =>
      api.runs.logs({ run, from: cursor, limit: 5000, waitMs: wait, movingSeen, ...filter }),
    );
    bar.clear();
    for (const line of page.lines) {
      if (held) held.push(line);
      else await print(line);
    }
    if (held) held = held.slice(-(options.tail ?? 0) || held.length);
    from = page.next;
    if (page.next < page.total) continue;
    for (const line of held ?? []) await print(line);
    held = null;
    if (page.ended) return;
    if (!options.follow) {
      // Lines under way have no number yet.
      for (const line of page.moving.lines) {
        if (options.json) await writeJson({ ...line, line: null, level: movingLevel });
        else await writeLine(formatLogLine({ ...line, level: movingLevel }));
      }
      return;
    }
    moving = page.moving.version;
    bar.show(movingText(page.moving));
    waitMs = 20_000;
  }
}
