import { once } from 'node:events';
import type { RunEvent } from '../../../shared/contract/run-readings.ts';
import type { RunSummary } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import type { Api } from '../lib/client.ts';
import { type Command, type CommonOptions, defineCommand, integer } from '../lib/define.ts';
import { withRun } from '../lib/find-run.ts';
import { formatStatus } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { remark, writeJson } from '../lib/output.ts';
import { movingText } from './logs.ts';
import { RunPrinter } from './run-printer.ts';

const waitMs = 20_000;
/** On a terminal: how often the unfinished line is polled. */
const barMs = 1000;

/** Waits until the run has ended, and returns it. */
export async function waitForEnd({ runs }: Api, run: string): Promise<RunSummary> {
  for (;;) {
    const summary = await runs.show({ run });
    if (isEnded(summary.status)) return summary;
    await runs.events({ run, after: summary.lastSeq, limit: 1, waitMs });
  }
}

/**
 * Prints a run's journal entries after number `start`, each entry once, until the run has ended.
 * @returns 0 if it completed, else 1
 */
export async function follow(
  { runs }: Api,
  run: string,
  start: number,
  options: CommonOptions,
): Promise<number> {
  const printer = new RunPrinter();
  const showsBar = !options.json && process.stderr.isTTY;
  const print = (event: RunEvent) => (options.json ? writeJson(event) : printer.print(event));
  let after = start;
  const interrupted = once(process, 'SIGINT').then(() => 'interrupted' as const);
  const read = async (): Promise<number> => {
    for (let nextBarAt = 0; ; ) {
      const page = await runs.events({
        run,
        after,
        limit: 1000,
        waitMs: showsBar ? barMs : waitMs,
      });
      for (const event of page.events) {
        await print(event);
        after = event.seq;
      }
      after = page.next;
      if (page.ended) break;
      if (!showsBar || performance.now() < nextBarAt) continue;
      nextBarAt = performance.now() + barMs;
      const { moving } = await runs.logs({ run, from: Number.MAX_SAFE_INTEGER, limit: 1 });
      printer.showBar(movingText(moving));
    }
    const { status } = await runs.show({ run });
    printer.end();
    if (status !== 'completed')
      remark(`The run ended: ${status}.`, `학습이 끝났습니다: ${formatStatus(status)}.`);
    return status === 'completed' ? 0 : 1;
  };
  const answer = await Promise.race([read(), interrupted]);
  if (answer !== 'interrupted') return answer;
  printer.end();
  remark(
    `The run goes on. Watch it again: trainyard runs follow ${run} --after ${after}`,
    `학습은 계속됩니다. 다시 보기: trainyard runs follow ${run} --after ${after}`,
  );
  return 1;
}

export function defineFollow(group: Command): void {
  defineCommand(group, {
    usage: 'follow <run>',
    english:
      'print what happens until the run ends; exit code 0 if it completed, else 1. Ctrl-C leaves the run alone',
    korean:
      '학습이 끝날 때까지 일어나는 일을 출력합니다. 완료되면 종료 코드가 0이고 아니면 1입니다. Ctrl-C를 눌러도 학습은 계속됩니다',
    examples: ['runs follow last', 'runs follow last --json --after 120'],
    json: `${translate('one line for each event: ', '이벤트마다 한 줄: ')}{"seq", "type", "time", "attempt", "data"}`,
  })
    .flag('--after <seq>', 'begin after this journal number', '이 저널 번호 다음부터', integer(), 0)
    .perform<{ after: number }>(
      withRun(({ after, ...options }, { api }, run) => follow(api, run, after, options)),
    );
}
