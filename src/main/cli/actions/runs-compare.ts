import { metricOf } from '../../../shared/model/metric-values.ts';
import type { CommonOptions } from '../define.ts';
import { withEngine } from '../engine.ts';
import { findRun } from '../find-run.ts';
import { formatMetric, formatStatus, shortId } from '../format.ts';
import { translate } from '../language.ts';
import { table, writeJson, writeLine } from '../output.ts';
import { usageError } from '../usage-error.ts';

function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '–');
}

/** Prints what differs between runs, side by side. */
export async function compareRuns(options: CommonOptions, references: readonly string[]): Promise<undefined> {
  if (references.length < 2 || references.length > 8) {
    throw usageError(
      translate(
        `${references.length} runs can't be compared`,
        `실행 ${references.length}개는 비교할 수 없습니다`,
      ),
      translate('Name two to eight runs.', '실행을 2~8개 지정하세요.'),
    );
  }
  const answer = await withEngine(async (api) => {
    const ids: string[] = [];
    for (const reference of references) ids.push(await findRun(api, reference));
    return api.runs.compare({ runs: ids.join(',') });
  });
  if (options.json) {
    await writeJson(answer);
    return;
  }
  const columns = [{ title: '' }, ...answer.runs.map((run) => ({ title: shortId(run.id) }))];
  const finals = [...new Set(answer.runs.flatMap((run) => Object.keys(run.finalMetrics ?? {})))].sort();
  const rows = [
    [translate('name', '이름'), ...answer.runs.map((run) => run.name)],
    [translate('status', '상태'), ...answer.runs.map((run) => formatStatus(run.status))],
    ...answer.differences.map(({ field, values }) => [field, ...values.map(formatValue)]),
    ...finals.map((name) => [
      name,
      ...answer.runs.map((run) => formatMetric(metricOf(run.finalMetrics, name))),
    ]),
  ];
  await writeLine(table(columns, rows));
}
