import type { Run, RunSummary } from '../../../shared/contract/runs.ts';
import { formatBytes } from '../../../shared/model/disk.ts';
import type { CommonOptions } from '../define.ts';
import { withEngine } from '../engine.ts';
import { findRun } from '../find-run.ts';
import { formatDuration, formatMetric, formatStatus, formatTime, shortId } from '../format.ts';
import { say } from '../language.ts';
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
      say(
        'No runs. Start one: trainyard train --project PROJECT --dataset DATASET',
        '실행이 없습니다. 시작하기: trainyard train --project 프로젝트 --dataset 데이터셋',
      ),
    );
    return;
  }
  const columns = [
    { title: say('RUN', '실행') },
    { title: say('NAME', '이름') },
    { title: say('PROJECT', '프로젝트') },
    { title: say('STATUS', '상태') },
    { title: say('PROGRESS', '진행'), right: true },
    { title: 'VAL_ACCURACY', right: true },
    { title: say('DURATION', '걸린 시간'), right: true },
    { title: say('CREATED', '만든 때') },
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
      say(
        `${rows.length} of ${answer.total}; --limit shows more.`,
        `${answer.total}개 중 ${rows.length}개. --limit으로 더 볼 수 있습니다.`,
      ),
    );
  }
}

function describeAttempts(run: Run): string {
  const columns = [
    { title: say('ATTEMPT', '시도'), right: true },
    { title: say('STATUS', '상태') },
    { title: say('STARTED', '시작') },
    { title: say('ENDED', '끝') },
    { title: say('EXIT', '종료 코드'), right: true },
    { title: say('CAUSE', '까닭') },
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
    { title: say('ARTIFACT', '결과물') },
    { title: say('KIND', '종류') },
    { title: say('ATTEMPT', '시도'), right: true },
    { title: say('SIZE', '크기'), right: true },
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
      : `, ${say('epoch', '에포크')} ${run.currentEpoch ?? 0} / ${run.totalEpochs}`;
  const pairs: [string, string][] = [
    [say('Run', '실행'), run.name],
    ['ID', run.id],
    [say('Status', '상태'), `${formatStatus(run.status)} (${run.progress} %${epochs})`],
    ...(run.error ? [[say('Error', '오류'), run.error] satisfies [string, string]] : []),
    [say('Project', '프로젝트'), run.project.name],
    [
      say('Dataset', '데이터셋'),
      run.dataset ? `${run.dataset.name}, ${say('version', '버전')} ${run.dataset.version}` : '–',
    ],
    [say('Model', '모델'), run.model],
    [say('Created', '만든 때'), formatTime(run.createdAt)],
    [say('Duration', '걸린 시간'), formatDuration(run.durationMs)],
    [say('Metrics', '지표'), metrics.join(', ') || '–'],
    [say('Possible', '할 수 있는 일'), run.actions.join(', ') || '–'],
  ];
  const parts = [facts(pairs)];
  if (run.attempts.length > 0) parts.push(describeAttempts(run));
  if (run.artifacts.length > 0) parts.push(describeArtifacts(run));
  await writeLine(parts.join('\n\n'));
}
