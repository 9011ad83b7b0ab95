import type { RunSummary } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { type Command, type CommonOptions, decimal, defineCommand } from '../lib/define.ts';
import { remarkDisk } from '../lib/disk-remark.ts';
import { withRun } from '../lib/find-run.ts';
import { formatStatus, shortId } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { writeResult } from '../lib/output.ts';
import { follow, waitForEnd } from './follow.ts';

function print(run: RunSummary, options: CommonOptions): Promise<undefined> {
  const asked =
    run.cancelRequested && !isEnded(run.status) ? translate(', asked to stop', ', 멈추는 중') : '';
  return writeResult(
    options,
    run,
    () => `${shortId(run.id)} ${run.name}: ${formatStatus(run.status)}${asked}`,
  );
}

export function defineCancel(group: Command): void {
  defineCommand(group, {
    usage: 'cancel <run>',
    english: 'stop a run; it keeps a checkpoint to go on from',
    korean: '학습을 멈춥니다. 이어 갈 체크포인트가 남습니다',
    examples: ['runs cancel last', 'runs cancel 3f2a91c0 --grace 30 --wait'],
    json: '{"id", "status", "cancelRequested", …}',
  })
    .flag(
      '--grace <seconds>',
      'time to end by itself before it is killed',
      '강제로 끝내기 전에 주는 시간(초)',
      decimal,
      10,
    )
    .flag('--wait', 'wait until it has ended', '끝날 때까지 기다립니다')
    .perform<{ grace: number; wait?: true }>(
      withRun(async ({ grace, wait, ...options }, { api, once }, run) => {
        const graceMs = Math.round(grace * 1000);
        const asked = await once.runs.cancel({ run, graceMs });
        return print(wait ? await waitForEnd(api, run) : asked, options);
      }),
    );
}

const again = {
  resume: {
    english: 'a further attempt, from the last checkpoint',
    korean: '마지막 체크포인트에서 다시 시도합니다',
  },
  retry: { english: 'a further attempt, from the start', korean: '처음부터 다시 시도합니다' },
};

export function defineAgain(group: Command, verb: 'resume' | 'retry'): void {
  defineCommand(group, {
    usage: `${verb} <run>`,
    ...again[verb],
    examples: [`runs ${verb} last --follow`],
    json: '{"id", "status", "attemptCount", …}',
  })
    .flag('--follow', 'follow it until it ends', '끝날 때까지 지켜봅니다')
    .perform<{ follow?: true }>(
      withRun(async (options, { api, once }, run) => {
        // What stands in the journal already is not of this attempt.
        const { lastSeq: after } = await api.runs.show({ run });
        const asked = await once.runs[verb]({ run });
        remarkDisk(await api.system.disk());
        await print(asked, options);
        return options.follow ? follow(api, run, after, options) : 0;
      }),
    );
}
