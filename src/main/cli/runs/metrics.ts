import type { MetricPoint } from '../../../shared/contract/run-readings.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { ReconnectingClient } from '../lib/engine.ts';
import { findRun } from '../lib/find-run.ts';
import { formatMetric } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { write, writeLine } from '../lib/output.ts';

/** All points, page by page: a run of millions never lies in memory whole. */
async function* pages(client: ReconnectingClient, run: string): AsyncGenerator<MetricPoint[]> {
  for (let after = 0; ; ) {
    const cursor = after;
    const page = await client.ask((api) => api.runs.metrics({ run, after: cursor, limit: 10_000 }));
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
      const shown = Object.entries(values).map(([name, value]) => `${name} ${formatMetric(value)}`);
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
  }).perform(async ({ json }, reference = '') => {
    using client = await ReconnectingClient.open();
    const run = await client.ask((api) => findRun(api, reference));
    await (json ? printJson : print)(pages(client, run));
    return 0;
  });
}
