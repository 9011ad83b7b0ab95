import type { StackLogLine } from '../../../shared/contract/stack.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { type Command, type CommonOptions, defineCommand, integer } from '../lib/define.ts';
import { usageError } from '../lib/failure.ts';
import { formatClock } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { styled, write } from '../lib/output.ts';
import { openStack, readServices } from './cli-stack.ts';

interface LogsOptions extends CommonOptions {
  readonly follow?: true;
  readonly since?: string;
  readonly tail: number;
  readonly search?: string;
}

const colours = ['cyan', 'green', 'magenta', 'yellow', 'blue'] as const;
const heads = new Map<ServiceName, string>(
  serviceNames.map((name, index) => [name, styled(colours[index] ?? 'reset', name.padEnd(8))]),
);

function forPerson({ service, time, stream, text }: StackLogLine): string {
  const head = `${heads.get(service)} ${styled('dim', formatClock(time))}`;
  if (stream !== 'gap') return `${head} ${text}`;
  const words = translate(
    `— lines after ${formatClock(text)} are missing: Docker rotated them away before they were read —`,
    `— ${formatClock(text)} 이후의 줄이 빠졌습니다. 읽기 전에 Docker가 로그를 교체했습니다 —`,
  );
  return `${head} ${styled('yellow', words)}`;
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time, or how long ago. @throws TrainyardError USAGE */
function readSince(text: string): string {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (unitMs[unit] ?? 0);
  if (Number.isNaN(time)) {
    throw usageError(
      phrase('--since: "{text}" is not a time', '--since: "{text}"{text|은|는} 시각이 아닙니다', { text }),
      translate('Write it as 2026-11-24T08:00:00Z, or as 10m.', '2026-11-24T08:00:00Z나 10m처럼 쓰세요.'),
    );
  }
  return count === undefined && /^\d{4}-.*Z$/.test(text) ? text : new Date(time).toISOString();
}

async function printLogs(options: LogsOptions, ...words: string[]): Promise<undefined> {
  const services = readServices(words);
  const since = options.since === undefined ? null : readSince(options.since);
  await using opened = await openStack();
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const wanted = options.search?.toLowerCase() ?? '';
  const batches = opened.logs.follow({
    services,
    since,
    tail: options.tail,
    follow: options.follow ?? false,
    signal: abort.signal,
  });
  for await (const batch of batches) {
    const lines = wanted
      ? batch.filter(({ stream, text }) => stream === 'gap' || text.toLowerCase().includes(wanted))
      : batch;
    const texts = lines.map((line) => (options.json ? JSON.stringify(line) : forPerson(line)));
    // Whole batches at once: a write for every line takes longer than the daemon needs for it.
    if (texts.length > 0) await write(`${texts.join('\n')}\n`);
  }
}

export function defineLogs(group: Command): void {
  defineCommand(group, {
    usage: 'logs [services...]',
    english: "print the services' logs in the order of time",
    korean: '서비스의 로그를 시간순으로 출력합니다',
    examples: [
      'stack logs --tail 50',
      'stack logs postgres --follow',
      'stack logs --since 10m --search error',
    ],
    json: `${translate('one line for each line: ', '로그 한 줄마다 한 줄: ')}{"service", "time", "stream", "text"}`,
  })
    .flag('-f, --follow', 'stay until Ctrl-C', 'Ctrl-C를 누를 때까지 기다립니다')
    .flag(
      '--since <time>',
      'from this time on: 2026-11-24T08:00:00Z, or 90s, 10m, 2h ago',
      '이때부터: 2026-11-24T08:00:00Z, 또는 90s, 10m, 2h 전',
    )
    .flag('--tail <number>', 'so many of the last lines of each', '서비스마다 마지막 줄 수', integer(), 200)
    .flag('--search <text>', 'only lines that hold this', '이 글자가 들어간 줄만')
    .perform<LogsOptions>(printLogs);
}
