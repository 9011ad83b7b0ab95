import type { MetricPoint } from '../../../shared/contract/run-readings.ts';
import type { Api } from '../client.ts';
import type { CommonOptions } from '../define.ts';
import { findRun } from '../find-run.ts';
import { formatMetric } from '../format.ts';
import { translate } from '../language.ts';
import { write, writeLine } from '../output.ts';
import { ReconnectingClient } from '../reconnecting-client.ts';

/** All points, page by page: a run of millions never lies in memory whole. */
async function* pages(client: ReconnectingClient, run: string): AsyncGenerator<MetricPoint[]> {
  for (let after = 0; ; ) {
    const cursor = after;
    const page = await client.ask((api: Api) => api.runs.metrics({ run, after: cursor, limit: 10_000 }));
    yield page.metrics;
    if (!page.more) return;
    after = page.next;
  }
}

/** Prints every metric point of a run so far. */
export async function printMetrics(options: CommonOptions, reference: string): Promise<undefined> {
  using client = await ReconnectingClient.open();
  const run = await client.ask((api) => findRun(api, reference));
  if (options.json) {
    let separator = '{"metrics":[';
    for await (const points of pages(client, run)) {
      for (const point of points) {
        await write(`${separator}\n${JSON.stringify(point)}`);
        separator = ',';
      }
    }
    await writeLine(separator === ',' ? '\n]}' : `${separator}]}`);
    return;
  }
  let count = 0;
  for await (const points of pages(client, run)) {
    count += points.length;
    for (const { attempt, epoch, step, values } of points) {
      const shown = Object.entries(values).map(([name, value]) => `${name} ${formatMetric(value)}`);
      const place = translate(
        `attempt ${attempt}  epoch ${epoch}  step ${step}`,
        `시도 ${attempt}  에포크 ${epoch}  스텝 ${step}`,
      );
      await writeLine(`${place}  ${shown.join('  ')}`);
    }
  }
  if (count === 0) await writeLine(translate('No metrics yet.', '아직 지표가 없습니다.'));
}
