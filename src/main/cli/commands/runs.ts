import { type Command, Option } from 'commander';
import type { RunsListOptions } from '../actions/runs.ts';
import type { RunsAgainOptions, RunsCancelOptions } from '../actions/runs-act.ts';
import type { RunsFollowOptions } from '../actions/runs-follow.ts';
import type { RunsLogsOptions } from '../actions/runs-logs.ts';
import { decimal, defineCommand, defineGroup, integer, perform } from '../define.ts';
import { translate } from '../language.ts';
import { defineExport } from './jobs.ts';

export function defineRuns(program: Command): void {
  const group = defineGroup(
    program,
    'runs',
    translate(
      'training runs; RUN is an id, its first characters, or "last"',
      '학습 실행. RUN은 ID, ID의 앞부분, 또는 "last"',
    ),
  );
  defineReading(group);
  defineWatching(group);
  defineActing(group);
  defineExport(group);
}

function defineReading(group: Command): void {
  const list = defineCommand(group, {
    usage: 'list',
    description: translate('list the runs, newest first', '실행을 최신순으로 나열합니다'),
    examples: ['runs list', 'runs list --project demo --status completed --sort val_accuracy'],
    json: '{"runs": [{"id", "name", "status", "progress", …}], "total"}',
  })
    .option('--project <project>', translate('only those of a project', '한 프로젝트의 것만'))
    .addOption(
      new Option('--status <status>', translate('only those in this status', '이 상태인 것만')).choices([
        'pending',
        'queued',
        'running',
        'completed',
        'failed',
        'cancelled',
      ]),
    )
    .option('--search <text>', translate('only those whose name holds this', '이름에 이 글이 든 것만'))
    .addOption(
      new Option('--sort <field>', translate('order by', '정렬 기준'))
        .choices(['createdAt', 'name', 'status', 'progress', 'durationMs', 'val_accuracy', 'val_loss'])
        .default('createdAt'),
    )
    .addOption(
      new Option('--order <order>', translate('direction', '정렬 방향'))
        .choices(['asc', 'desc'])
        .default('desc'),
    )
    .option('--limit <number>', translate('at most so many', '최대 개수'), integer(1), 100);
  perform<RunsListOptions>(list, async (options) => (await import('../actions/runs.ts')).listRuns(options));

  const show = defineCommand(group, {
    usage: 'show <run>',
    description: translate(
      'show a run: status, attempts, config, artifacts',
      '실행의 상태, 시도, 설정, 결과물을 보입니다',
    ),
    examples: ['runs show last', 'runs show 3f2a91c0 --json'],
    json: '{"id", "status", "progress", "attempts": […], "config", "artifacts": […], …}',
  });
  perform(show, async (options, run = '') => (await import('../actions/runs.ts')).showRun(options, run));

  const metrics = defineCommand(group, {
    usage: 'metrics <run>',
    description: translate('print every metric point, exact', '모든 지표 점을 정확한 값으로 출력합니다'),
    examples: ['runs metrics last', 'runs metrics last --json'],
    json: '{"metrics": [{"seq", "step", "epoch", "values": {name: number}, …}]}',
  });
  perform(metrics, async (options, run = '') =>
    (await import('../actions/runs-metrics.ts')).printMetrics(options, run),
  );

  const compare = defineCommand(group, {
    usage: 'compare <runs...>',
    description: translate(
      'compare two to eight runs: configs and final metrics',
      '실행 2~8개의 설정과 최종 지표를 비교합니다',
    ),
    examples: ['runs compare 3f2a91c0 last'],
    json: '{"runs": […], "differences": [{"field", "values": […]}], "metricNames": […]}',
  });
  perform(compare, async (options, ...runs) =>
    (await import('../actions/runs-compare.ts')).compareRuns(options, runs),
  );
}

function defineWatching(group: Command): void {
  const follow = defineCommand(group, {
    usage: 'follow <run>',
    description: translate(
      'print what happens until the run ends; exit code 0 if it completed, else 1. Ctrl-C leaves the run alone',
      '실행이 끝날 때까지 일어나는 일을 출력합니다. 완료면 종료 코드 0, 아니면 1. Ctrl-C는 실행에 영향이 없습니다',
    ),
    examples: ['runs follow last', 'runs follow last --json --after 120'],
    json: `${translate('one line for each event: ', '이벤트마다 한 줄: ')}{"seq", "type", "time", "attempt", "data"}`,
  }).option(
    '--after <seq>',
    translate('begin after this journal number', '이 저널 번호 다음부터'),
    integer(),
    0,
  );
  perform<RunsFollowOptions>(follow, async (options, run = '') =>
    (await import('../actions/runs-follow.ts')).followRun(options, run),
  );

  const logs = defineCommand(group, {
    usage: 'logs <run>',
    description: translate("print the run's log", '실행의 로그를 출력합니다'),
    examples: ['runs logs last --tail 50', 'runs logs last --level warning --follow'],
    json:
      translate('one line for each line of the log: ', '로그 한 줄마다 한 줄: ') +
      '{"line", "time", "level", "source", "message", …}',
  })
    .option('--follow', translate('stay until the run ends', '실행이 끝날 때까지 기다립니다'))
    .addOption(
      new Option('--level <level>', translate('this level and above', '이 수준 이상')).choices([
        'debug',
        'info',
        'warning',
        'error',
      ]),
    )
    .option('--search <text>', translate('only lines that hold this', '이 글이 든 줄만'))
    .option('--tail <number>', translate('only so many of the last lines', '마지막 줄 몇 개만'), integer());
  perform<RunsLogsOptions>(logs, async (options, run = '') =>
    (await import('../actions/runs-logs.ts')).printLogs(options, run),
  );
}

function defineActing(group: Command): void {
  const cancel = defineCommand(group, {
    usage: 'cancel <run>',
    description: translate(
      'stop a run; it keeps a checkpoint to go on from',
      '실행을 멈춥니다. 이어 갈 체크포인트가 남습니다',
    ),
    examples: ['runs cancel last', 'runs cancel 3f2a91c0 --grace 30 --wait'],
    json: '{"id", "status", "cancelRequested", …}',
  })
    .option(
      '--grace <seconds>',
      translate('time to end by itself before it is killed', '강제로 끝내기 전에 주는 시간(초)'),
      decimal,
      10,
    )
    .option('--wait', translate('wait until it has ended', '끝날 때까지 기다립니다'));
  perform<RunsCancelOptions>(cancel, async (options, run = '') =>
    (await import('../actions/runs-act.ts')).cancelRun(options, run),
  );

  for (const verb of ['resume', 'retry'] as const) {
    const again = defineCommand(group, {
      usage: `${verb} <run>`,
      description:
        verb === 'resume'
          ? translate('a further attempt, from the last checkpoint', '마지막 체크포인트에서 다시 시도합니다')
          : translate('a further attempt, from the start', '처음부터 다시 시도합니다'),
      examples: [`runs ${verb} last --follow`],
      json: '{"id", "status", "attemptCount", …}',
    }).option('--follow', translate('follow it until it ends', '끝날 때까지 지켜봅니다'));
    perform<RunsAgainOptions>(again, async (options, run = '') =>
      (await import('../actions/runs-act.ts')).runAgain(verb, options, run),
    );
  }
}
