import type { Command } from 'commander';
import type { DatasetStatisticsOptions } from '../actions/jobs.ts';
import { defineCommand, integer, perform } from '../define.ts';
import { translate } from '../language.ts';

/** `dataset statistics`. */
export function defineStatistics(dataset: Command): void {
  const statistics = defineCommand(dataset, {
    usage: 'statistics <dataset>',
    description: translate(
      'mean and deviation of the channels, image sizes, class balance; computed once for each version',
      '채널의 평균과 표준편차, 이미지 크기, 클래스 균형. 버전마다 한 번만 계산합니다',
    ),
    examples: ['dataset statistics photos', 'dataset statistics photos --dataset-version 2 --json'],
    json: '{"id", "status", "worker", "statistics": {"images", "pixels", "mean": [r, g, b], "std": [r, g, b], "sizes", "classes", "imbalance"}, …}',
  }).option(
    '--dataset-version <number>',
    translate('this version instead of the newest', '최신 대신 이 버전'),
    integer(1),
  );
  perform<DatasetStatisticsOptions>(statistics, async (options, dataset = '') =>
    (await import('../actions/jobs.ts')).datasetStatistics(options, dataset),
  );
}

/** `runs export`. */
export function defineExport(runs: Command): void {
  const exports = defineCommand(runs, {
    usage: 'export <run>',
    description: translate(
      "put a completed run's model into the bucket models: safetensors, description, card with hashes",
      '완료된 실행의 모델을 models 버킷에 둡니다: safetensors, 설명, 해시가 든 카드',
    ),
    examples: ['runs export last', 'runs export 3f2a91c0 --json'],
    json: '{"id", "status", "worker", "export": {"bucket", "prefix", "parameters", "files": [{"name", "key", "sizeBytes", "sha256"}]}, …}',
  });
  perform(exports, async (options, run = '') => (await import('../actions/jobs.ts')).exportRun(options, run));
}
