import type { Run, RunSummary } from '../../../shared/contract/runs.ts';
import { formatBytes } from '../../../shared/model/disk.ts';
import type { CommonOptions } from '../define.ts';
import { withEngine } from '../engine.ts';
import { findRun } from '../find-run.ts';
import { formatDuration, formatMetric, formatStatus, formatTime, shortId } from '../format.ts';
import { translate } from '../language.ts';
import { facts, table, writeJson, writeLine } from '../output.ts';

export interface RunsListOptions {
  readonly project?: string;
  readonly status?: 'pending' | 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  readonly search?: string;
  readonly sort: 'createdAt' | 'name' | 'status' | 'progress' | 'durationMs' | 'val_accuracy' | 'val_loss';
  readonly order: 'asc' | 'desc';
  readonly limit: number;
}

export async function listRuns(options: RunsListOptions & CommonOptions): Promise<undefined> {
  const { project, status, search, sort, order, limit } = options;
  const answer = await withEngine(async (api) => {
    const runs: RunSummary[] = [];
    for (;;) {
      const { runs: more, total } = await api.runs.list({
        sort,
        order,
        offset: runs.length,
        limit: Math.min(500, limit - runs.length),
        ...(project ? { project } : {}),
        ...(status ? { status } : {}),
        ...(search ? { search } : {}),
      });
      runs.push(...more);
      if (more.length === 0 || runs.length >= Math.min(limit, total)) return { runs, total };
    }
  });
  if (options.json) {
    await writeJson(answer);
    return;
  }
  if (answer.runs.length === 0) {
    await writeLine(
      translate(
        'No runs. Start one: trainyard train --project PROJECT --dataset DATASET',
        '실행이 없습니다. 시작하기: trainyard train --project 프로젝트 --dataset 데이터셋',
      ),
    );
    return;
  }
  const columns = [
    { title: translate('RUN', '실행') },
    { title: translate('NAME', '이름') },
    { title: translate('PROJECT', '프로젝트') },
    { title: translate('STATUS', '상태') },
    { title: translate('PROGRESS', '진행'), right: true },
    { title: 'VAL_ACCURACY', right: true },
    { title: translate('DURATION', '걸린 시간'), right: true },
    { title: translate('CREATED', '만든 때') },
  ];
  const rows = answer.runs.map((run) => [
    shortId(run.id),
    run.name,
    run.project.name,
    formatStatus(run.status),
    `${run.progress} %`,
    formatMetric(run.finalMetrics?.val_accuracy),
    formatDuration(run.durationMs),
    formatTime(run.createdAt),
  ]);
  await writeLine(table(columns, rows));
  if (answer.total > rows.length) {
    await writeLine(
      translate(
        `${rows.length} of ${answer.total}; --limit shows more.`,
        `${answer.total}개 중 ${rows.length}개. --limit으로 더 볼 수 있습니다.`,
      ),
    );
  }
}

function describeAttempts(run: Run): string {
  const columns = [
    { title: translate('ATTEMPT', '시도'), right: true },
    { title: translate('STATUS', '상태') },
    { title: translate('STARTED', '시작') },
    { title: translate('ENDED', '끝') },
    { title: translate('EXIT', '종료 코드'), right: true },
    { title: translate('CAUSE', '까닭') },
  ];
  const rows = run.attempts.map((attempt) => [
    String(attempt.attempt),
    formatStatus(attempt.status),
    formatTime(attempt.startedAt),
    formatTime(attempt.endedAt),
    attempt.exitSignal ?? (attempt.exitCode === null ? '–' : String(attempt.exitCode)),
    [attempt.cause, attempt.message].filter(Boolean).join(': ') || '–',
  ]);
  return table(columns, rows);
}

function describeArtifacts(run: Run): string {
  const columns = [
    { title: translate('ARTIFACT', '결과물') },
    { title: translate('KIND', '종류') },
    { title: translate('ATTEMPT', '시도'), right: true },
    { title: translate('SIZE', '크기'), right: true },
  ];
  const rows = run.artifacts.map((artifact) => [
    artifact.path,
    artifact.kind,
    String(artifact.attempt),
    artifact.sizeBytes === null ? '–' : formatBytes(artifact.sizeBytes),
  ]);
  return table(columns, rows);
}

export async function showRun(options: CommonOptions, reference: string): Promise<undefined> {
  const run = await withEngine(async (api) => api.runs.show({ run: await findRun(api, reference) }));
  if (options.json) {
    await writeJson(run);
    return;
  }
  const metrics = Object.entries(run.finalMetrics ?? {}).map(
    ([name, value]) => `${name} ${formatMetric(value)}`,
  );
  const epochs =
    run.totalEpochs === null
      ? ''
      : `, ${translate('epoch', '에포크')} ${run.currentEpoch ?? 0} / ${run.totalEpochs}`;
  const pairs: [string, string][] = [
    [translate('Run', '실행'), run.name],
    ['ID', run.id],
    [translate('Status', '상태'), `${formatStatus(run.status)} (${run.progress} %${epochs})`],
    ...(run.error ? [[translate('Error', '오류'), run.error] satisfies [string, string]] : []),
    [translate('Project', '프로젝트'), run.project.name],
    [
      translate('Dataset', '데이터셋'),
      run.dataset ? `${run.dataset.name}, ${translate('version', '버전')} ${run.dataset.version}` : '–',
    ],
    [translate('Model', '모델'), run.model],
    [translate('Created', '만든 때'), formatTime(run.createdAt)],
    [translate('Duration', '걸린 시간'), formatDuration(run.durationMs)],
    [translate('Metrics', '지표'), metrics.join(', ') || '–'],
    [translate('Possible', '할 수 있는 일'), run.actions.join(', ') || '–'],
  ];
  const parts = [facts(pairs)];
  if (run.attempts.length > 0) parts.push(describeAttempts(run));
  if (run.artifacts.length > 0) parts.push(describeArtifacts(run));
  await writeLine(parts.join('\n\n'));
}
