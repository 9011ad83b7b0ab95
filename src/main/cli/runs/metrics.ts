import type { MetricPoint } from '../../../shared/contract/run-readings.ts';
import type { Api } from '../lib/client.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { withRun } from '../lib/find-run.ts';
import { formatMetric } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { write, writeLine } from '../lib/output.ts';

/** All points, page by page: a run of millions never lies in memory whole. */
async function* pages({ runs }: Api, run: string): AsyncGenerator<MetricPoint[]> {
  for (let after = 0; ; ) {
    const page = await runs.metrics({ run, after, limit: 10_000 });
    yield page.metrics;
    if (!page.more) return;
    after = page.next;
  }
}

async function printJson(points: AsyncIterable<MetricPoint[]>): Promise<void> {
  let separator = '{"metrics":[';
  for await (const page of points) {
    for (const point of page) {
      await write(`${separator}\n${JSON.stringify(point)}`);
      separator = ',';
    }
  }
  await writeLine(separator === ',' ? '\n]}' : `${separator}]}`);
}

async function print(points: AsyncIterable<MetricPoint[]>): Promise<void> {
  let count = 0;
  for await (const page of points) {
    count += page.length;
    for (const { attempt, epoch, step, values } of page) {
      const shown = Object.entries(values).map(([name, value]) => `${name} ${formatMetric(name, value)}`);
      const place = translate(
        `attempt ${attempt}  epoch ${epoch}  step ${step}`,
        `시도 ${attempt}  에폭 ${epoch}  스텝 ${step}`,
      );
      await writeLine(`${place}  ${shown.join('  ')}`);
    }
  }
  if (count === 0) await writeLine(translate('No metrics yet.', '아직 지표가 없습니다.'));
}

export function defineMetrics(group: Command): void {
  defineCommand(group, {
    usage: 'metrics <run>',
    english: 'print every metric point, exact',
    korean: '모든 지표 점을 정확한 값으로 출력합니다',
    examples: ['runs metrics last', 'runs metrics last --json'],
    json: '{"metrics": [{"seq", "step", "epoch", "values": {name: number}, …}]}',
  }).perform(
    withRun(async ({ json }, { api }, run) => {
      await (json ? printJson : print)(pages(api, run));
      return 0;
    }),
  );
}
