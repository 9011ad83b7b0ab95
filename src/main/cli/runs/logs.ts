import type { LogLine, MovingLines } from '../../../shared/contract/run-readings.ts';
import { logLevels } from '../../../shared/model/log-levels.ts';
import { messageLines } from '../../../shared/model/terminal-text.ts';
import type { Api } from '../lib/client.ts';
import { type Command, type CommonOptions, defineCommand, integer } from '../lib/define.ts';
import { withRun } from '../lib/find-run.ts';
import { formatClock } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { StatusLine, styled, writeJson, writeLine } from '../lib/output.ts';

interface LogsOptions extends CommonOptions {
  readonly follow?: true;
  readonly level?: LogLine['level'];
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

async function printLogs({ runs }: Api, run: string, options: LogsOptions): Promise<void> {
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
  let movingSeen = '';
  for (let waitMs = 0; ; ) {
    const page = await runs.logs({
      run,
      from,
      limit: 5000,
      waitMs,
      movingSeen,
      ...filter,
    });
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
    movingSeen = page.moving.version;
    bar.show(movingText(page.moving));
    waitMs = 20_000;
  }
}

export function defineLogs(group: Command): void {
  defineCommand(group, {
    usage: 'logs <run>',
    english: "print the run's log",
    korean: '학습의 로그를 출력합니다',
    examples: ['runs logs last --tail 50', 'runs logs last --level warning --follow'],
    json:
      translate('one line for each line of the log: ', '로그 한 줄마다 한 줄: ') +
      '{"line", "time", "level", "source", "message", …}',
  })
    .flag('--follow', 'stay until the run ends', '학습이 끝날 때까지 기다립니다')
    .flag('--level <level>', 'this level and above', '이 수준 이상', logLevels)
    .flag('--search <text>', 'only lines that hold this', '이 글자가 들어간 줄만')
    .flag('--tail <number>', 'only so many of the last lines', '마지막 줄 몇 개만', integer())
    .perform<LogsOptions>(
      withRun(async (options, { api }, run) => {
        await printLogs(api, run, options);
        return 0;
      }),
    );
}
