import { once } from 'node:events';
import type { RunEvent } from '../../../shared/contract/run-readings.ts';
import type { RunSummary } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import type { CommonOptions } from '../define.ts';
import { findRun } from '../find-run.ts';
import { formatStatus } from '../format.ts';
import { translate } from '../language.ts';
import { remark, writeJson } from '../output.ts';
import { ReconnectingClient } from '../reconnecting-client.ts';
import { RunNarrator } from '../run-narrator.ts';
import { movingText } from './runs-logs.ts';

export interface RunsFollowOptions {
  readonly after: number;
}

const waitMs = 20_000;
/** On a terminal: how often the line under way is looked at. */
const barMs = 1000;

/** The run once nothing moves it any more. */
export async function waitForEnd(client: ReconnectingClient, run: string): Promise<RunSummary> {
  for (;;) {
    const summary = await client.ask((api) => api.runs.show({ run }));
    if (isEnded(summary.status)) return summary;
    await client.ask((api) => api.runs.events({ run, after: summary.lastSeq, limit: 1, waitMs }));
  }
}

export interface FollowOptions {
  /** The journal number to begin after. */
  readonly after: number;
  readonly json: boolean;
}

/**
 * Prints a run's journal from `after` on, each entry once, until the run has ended.
 * @returns 0 where it completed, else 1
 */
export async function follow(
  client: ReconnectingClient,
  run: string,
  options: FollowOptions,
): Promise<number> {
  const narrator = new RunNarrator();
  const showsBar = !options.json && process.stderr.isTTY;
  const print = (event: RunEvent) => (options.json ? writeJson(event) : narrator.narrate(event));
  let after = options.after;
  const interrupted = once(process, 'SIGINT').then(() => 'interrupted' as const);
  const read = async (): Promise<number> => {
    for (let lookAt = 0; ; ) {
      const cursor = after;
      const page = await client.ask((api) =>
        api.runs.events({ run, after: cursor, limit: 1000, waitMs: showsBar ? barMs : waitMs }),
      );
      for (const event of page.events) {
        await print(event);
        after = event.seq;
      }
      after = page.next;
      if (page.ended) break;
      if (!showsBar || performance.now() < lookAt) continue;
      lookAt = performance.now() + barMs;
      const { moving } = await client.ask((api) =>
        api.runs.logs({ run, from: Number.MAX_SAFE_INTEGER, limit: 1 }),
      );
      narrator.showBar(movingText(moving));
    }
    const { status } = await client.ask((api) => api.runs.show({ run }));
    narrator.end();
    if (status !== 'completed')
      remark(translate(`The run ended: ${status}.`, `실행이 끝났습니다: ${formatStatus(status)}.`));
    return status === 'completed' ? 0 : 1;
  };
  const answer = await Promise.race([read(), interrupted]);
  if (answer !== 'interrupted') return answer;
  narrator.end();
  remark(
    translate(
      `The run goes on. Watch it again: trainyard runs follow ${run} --after ${after}`,
      `실행은 계속됩니다. 다시 보기: trainyard runs follow ${run} --after ${after}`,
    ),
  );
  return 1;
}

export async function followRun(
  options: RunsFollowOptions & CommonOptions,
  reference: string,
): Promise<number> {
  using client = await ReconnectingClient.open();
  const run = await client.ask((api) => findRun(api, reference));
  return await follow(client, run, { after: options.after, json: options.json ?? false });
}
