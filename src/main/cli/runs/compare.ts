import { counted } from '../../../shared/format/units.ts';
import { metricOf } from '../../../shared/model/metric-values.ts';
import { mostCompared } from '../../../shared/model/run.ts';
import type { Api } from '../lib/client.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { withEngine } from '../lib/engine.ts';
import { usageError } from '../lib/failure.ts';
import { findRun } from '../lib/find-run.ts';
import { formatMetric, formatStatus, shortId } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { table, writeResult } from '../lib/output.ts';

function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '–');
}

/** A row for each thing in which the runs differ, a column for each run. */
function sideBySide({ runs, differences }: Awaited<ReturnType<Api['runs']['compare']>>): string {
  const finals = [...new Set(runs.flatMap((run) => Object.keys(run.finalMetrics ?? {})))].sort();
  const rows = [
    [translate('name', '이름'), ...runs.map((run) => run.name)],
    [translate('status', '상태'), ...runs.map((run) => formatStatus(run.status))],
    ...differences.map(({ field, values }) => [field, ...values.map(formatValue)]),
    ...finals.map((name) => [
      name,
      ...runs.map((run) => formatMetric(name, metricOf(run.finalMetrics, name))),
    ]),
  ];
  const titles = ['', ...runs.map(({ id }) => shortId(id))];
  return table(
    rows,
    titles.map((title, index) => [title, (row) => row[index] ?? '']),
  );
}

export function defineCompare(group: Command): void {
  defineCommand(group, {
    usage: 'compare <runs...>',
    english: 'compare two to eight runs: configs and final metrics',
    korean: '학습 2~8개의 설정과 최종 지표를 비교합니다',
    examples: ['runs compare 3f2a91c0 last'],
    json: '{"runs": […], "differences": [{"field", "values": […]}], "metricNames": […]}',
  }).perform(async (options, ...references) => {
    const { length } = references;
    if (length < 2 || length > mostCompared)
      throw usageError(
        translate(`${counted(length, 'run')} can't be compared`, `학습 ${length}개는 비교할 수 없습니다`),
        translate('Name two to eight runs.', '학습을 2~8개 지정하세요.'),
      );
    const answer = await withEngine(async (api) => {
      const ids: string[] = [];
      for (const reference of references) ids.push(await findRun(api, reference));
      if (new Set(ids).size === 1)
        throw usageError(
          {
            en: `${references.join(' and ')} are the same run`,
            ko: `${references.join(', ')}: 모두 같은 학습입니다`,
          },
          translate('Name two to eight different runs.', '서로 다른 학습을 2~8개 지정하세요.'),
        );
      return api.runs.compare({ runs: ids.join(',') });
    });
    return writeResult(options, answer, () => sideBySide(answer));
  });
}
