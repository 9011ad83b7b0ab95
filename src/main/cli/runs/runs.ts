import type { Run, RunSummary } from '../../../shared/contract/runs.ts';
import { mainMetric, shortMetricNames } from '../../../shared/model/main-metric.ts';
import { type RunSort, type RunStatus, runSorts, runStatuses } from '../../../shared/model/run.ts';
import { type Command, defineCommand, given } from '../lib/define.ts';
import { withEngine } from '../lib/engine.ts';
import { findRun } from '../lib/find-run.ts';
import {
  formatBytes,
  formatDuration,
  formatMetric,
  formatPercent,
  formatStatus,
  formatTime,
  shortId,
} from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { addLimit, type ListLimit, readList, withRest } from '../lib/list-pages.ts';
import { facts, table, writeResult } from '../lib/output.ts';
import { defineAgain, defineCancel } from './act.ts';
import { defineCompare } from './compare.ts';
import { defineExport } from './export.ts';
import { defineFollow } from './follow.ts';
import { defineLogs } from './logs.ts';
import { defineMetrics } from './metrics.ts';

interface ListOptions extends ListLimit {
  readonly project?: string;
  readonly status?: RunStatus;
  readonly search?: string;
  readonly sort: RunSort;
  readonly order: 'asc' | 'desc';
}

function listed(runs: readonly RunSummary[], total: number): string {
  if (runs.length === 0)
    return translate(
      'No runs. Start one: trainyard train --project PROJECT --dataset DATASET',
      '학습이 없습니다. 시작하기: trainyard train --project 프로젝트 --dataset 데이터셋',
    );
  const shown = table(runs, [
    [translate('RUN', '학습'), ({ id }) => shortId(id)],
    [translate('NAME', '이름'), ({ name }) => name],
    [translate('PROJECT', '프로젝트'), ({ project }) => project.name],
    [translate('STATUS', '상태'), ({ status }) => formatStatus(status)],
    [translate('PROGRESS', '진행률'), ({ progress }) => formatPercent(progress / 100), 'right'],
    [
      translate('SCORE', '성능'),
      ({ taskType, finalMetrics }) => {
        const name = mainMetric(taskType, Object.keys(finalMetrics ?? {}));
        if (name === null) return '–';
        const value = formatMetric(name, finalMetrics?.[name]);
        const short = shortMetricNames[name];
        return short && value !== '–' ? `${short} ${value}` : value;
      },
      'right',
    ],
    [translate('DURATION', '걸린 시간'), ({ durationMs }) => formatDuration(durationMs), 'right'],
    [translate('CREATED', '생성'), ({ createdAt }) => formatTime(createdAt)],
  ]);
  return withRest(shown, runs.length, total);
}

function describeAttempts({ attempts }: Run): string {
  return table(attempts, [
    [translate('ATTEMPT', '시도'), ({ attempt }) => attempt, 'right'],
    [translate('STATUS', '상태'), ({ status }) => formatStatus(status)],
    [translate('STARTED', '시작'), ({ startedAt }) => formatTime(startedAt)],
    [translate('ENDED', '종료'), ({ endedAt }) => formatTime(endedAt)],
    [translate('EXIT', '종료 코드'), ({ exitSignal, exitCode }) => exitSignal ?? exitCode ?? '–', 'right'],
    [
      translate('CAUSE', '원인'),
      ({ cause, message }) => [cause && formatStatus(cause), message].filter(Boolean).join(': ') || '–',
    ],
  ]);
}

function describeArtifacts({ artifacts }: Run): string {
  return table(artifacts, [
    [translate('ARTIFACT', '결과물'), ({ path }) => path],
    [translate('KIND', '종류'), ({ kind }) => kind],
    [translate('ATTEMPT', '시도'), ({ attempt }) => attempt, 'right'],
    [
      translate('SIZE', '크기'),
      ({ sizeBytes }) => (sizeBytes === null ? '–' : formatBytes(sizeBytes)),
      'right',
    ],
  ]);
}

function describe(run: Run): string {
  const metrics = Object.entries(run.finalMetrics ?? {}).map(
    ([name, value]) => `${name} ${formatMetric(name, value)}`,
  );
  const epochs =
    run.totalEpochs === null
      ? ''
      : `, ${translate('epoch', '에폭')} ${run.currentEpoch ?? 0} / ${run.totalEpochs}`;
  const about = facts([
    [translate('Run', '학습'), run.name],
    ['ID', run.id],
    [
      translate('Status', '상태'),
      `${formatStatus(run.status)} (${formatPercent(run.progress / 100)}${epochs})`,
    ],
    ...(run.error ? [[translate('Error', '오류'), run.error] satisfies [string, string]] : []),
    [translate('Project', '프로젝트'), run.project.name],
    [
      translate('Dataset', '데이터셋'),
      run.dataset ? `${run.dataset.name}, ${translate('version', '버전')} ${run.dataset.version}` : '–',
    ],
    [translate('Model', '모델'), run.model],
    [translate('Created', '생성'), formatTime(run.createdAt)],
    [translate('Duration', '걸린 시간'), formatDuration(run.durationMs)],
    [translate('Metrics', '지표'), metrics.join(', ') || '–'],
    [translate('Possible', '할 수 있는 일'), run.actions.join(', ') || '–'],
  ]);
  const parts = [about];
  if (run.attempts.length > 0) parts.push(describeAttempts(run));
  if (run.artifacts.length > 0) parts.push(describeArtifacts(run));
  return parts.join('\n\n');
}

export function defineRuns(group: Command): void {
  const list = defineCommand(group, {
    usage: 'list',
    english: 'list the runs, newest first',
    korean: '학습을 최신순으로 나열합니다',
    examples: ['runs list', 'runs list --project demo --status completed --sort score'],
    json: '{"runs": [{"id", "name", "status", "progress", …}], "total"}',
  })
    .flag('--project <project>', 'only those of a project', '한 프로젝트의 것만')
    .flag('--status <status>', 'only those in this status', '이 상태인 것만', runStatuses)
    .flag('--search <text>', 'only those whose name holds this', '이름에 이 글자가 들어간 것만')
    .flag('--sort <field>', 'order by', '정렬 기준', runSorts, 'createdAt')
    .flag('--order <order>', 'direction', '정렬 방향', ['asc', 'desc'], 'desc');

  addLimit(list).perform<ListOptions>(async ({ json, limit, all, sort, order, project, status, search }) => {
    const { items: runs, total } = await withEngine((api) =>
      readList(
        { limit, ...given({ all }) },
        (page) => api.runs.list({ ...page, sort, order, ...given({ project, status, search }) }),
        (answer) => answer.runs,
      ),
    );
    return writeResult({ json }, { runs, total }, () => listed(runs, total));
  });

  defineCommand(group, {
    usage: 'show <run>',
    english: 'show a run: status, attempts, config, artifacts',
    korean: '학습의 상태, 시도, 설정, 결과물을 보여 줍니다',
    examples: ['runs show last', 'runs show 3f2a91c0 --json'],
    json: '{"id", "status", "progress", "attempts": […], "config", "artifacts": […], …}',
  }).perform(async (options, reference = '') => {
    const run = await withEngine(async (api) => api.runs.show({ run: await findRun(api, reference) }));
    return writeResult(options, run, () => describe(run));
  });

  defineMetrics(group);
  defineCompare(group);
  defineFollow(group);
  defineLogs(group);
  defineCancel(group);
  defineAgain(group, 'resume');
  defineAgain(group, 'retry');
  defineExport(group);
}
