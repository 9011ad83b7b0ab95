import type { Job } from '../../../shared/contract/jobs.ts';
import { type Command, defineCommand, integer } from '../lib/define.ts';
import { openReconnectingClient } from '../lib/engine.ts';
import { finishedJob } from '../lib/jobs.ts';
import { translate } from '../lib/language.ts';
import { facts, table, writeResult } from '../lib/output.ts';

function describe(statistics: NonNullable<Job['statistics']>): string {
  const { images, pixels, mean, std, sizes, classes, imbalance } = statistics;
  const three = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join('  ');
  const few = sizes.slice(0, 5).map(({ width, height, images: count }) => `${width}×${height}: ${count}`);
  const about = facts([
    [translate('Images', '이미지'), String(images)],
    [translate('Pixels', '픽셀'), String(pixels)],
    [translate('Mean (RGB)', '평균(RGB)'), three(mean)],
    [translate('Deviation (RGB)', '표준편차(RGB)'), three(std)],
    [translate('Sizes', '크기'), few.join(', ') + (sizes.length > few.length ? ', …' : '')],
    [translate('Largest class to smallest', '가장 큰 클래스와 작은 클래스의 비'), imbalance.toFixed(2)],
  ]);
  const shares = table(classes, [
    [translate('CLASS', '클래스'), ({ name }) => name],
    [translate('IMAGES', '이미지'), ({ images: count }) => count, 'right'],
    [translate('SHARE', '비율'), ({ share }) => `${(share * 100).toFixed(1)}%`, 'right'],
  ]);
  return `${about}\n\n${shares}`;
}

export function defineStatistics(group: Command): void {
  defineCommand(group, {
    usage: 'statistics <dataset>',
    english: 'mean and deviation of the channels, image sizes, class balance; computed once for each version',
    korean: '채널의 평균과 표준편차, 이미지 크기, 클래스 균형. 버전마다 한 번만 계산합니다',
    examples: ['dataset statistics photos', 'dataset statistics photos --dataset-version 2 --json'],
    json: '{"id", "status", "worker", "statistics": {"images", "pixels", "mean": [r, g, b], "std": [r, g, b], "sizes", "classes", "imbalance"}, …}',
  })
    .flag('--dataset-version <number>', 'this version instead of the newest', '최신 대신 이 버전', integer(1))
    .perform<{ datasetVersion?: number }>(async ({ datasetVersion: version, json }, dataset = '') => {
      using client = await openReconnectingClient();
      const kind = 'dataset.statistics';
      const started = await client.api.jobs.start({ kind, dataset, ...(version ? { version } : {}) });
      const job = await finishedJob(client.api, started);
      return await writeResult({ json }, job, () =>
        job.statistics ? describe(job.statistics) : JSON.stringify(job),
      );
    });
}
