import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from '../../../shared/contract/jobs.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { formatBytes } from '../../../shared/model/disk.ts';
import type { CommonOptions } from '../define.ts';
import { findRun } from '../find-run.ts';
import { translate } from '../language.ts';
import { facts, StatusLine, table, writeJson, writeLine } from '../output.ts';
import { ReconnectingClient } from '../reconnecting-client.ts';

export interface DatasetStatisticsOptions {
  readonly datasetVersion?: number;
}

/** A run that just ended has its artifacts in the object store a moment later. */
const storingTimeoutMs = 30_000;

/** Asks for a job until it is over. @throws TrainyardError with the job's error */
async function finished(client: ReconnectingClient, started: Job): Promise<Job> {
  const status = new StatusLine();
  let job = started;
  while (job.status === 'queued' || job.status === 'running') {
    status.show(
      job.status === 'queued'
        ? translate('waiting for a worker', '작업자를 기다리는 중')
        : translate(`at work: ${job.worker ?? ''}`, `작업 중: ${job.worker ?? ''}`),
    );
    job = await client.ask((api) => api.jobs.show({ job: started.id, waitMs: 20_000 }));
  }
  status.clear();
  if (job.error) throw TrainyardError.from(job.error);
  return job;
}

/** What the images of a dataset's version are like: computed once, then read. */
export async function datasetStatistics(
  options: DatasetStatisticsOptions & CommonOptions,
  dataset: string,
): Promise<undefined> {
  const { datasetVersion: version } = options;
  using client = await ReconnectingClient.open();
  const started = await client.ask((api) =>
    api.jobs.start({ kind: 'dataset.statistics', dataset, ...(version ? { version } : {}) }),
  );
  const job = await finished(client, started);
  if (options.json || !job.statistics) return void (await writeJson(job));
  const { images, pixels, mean, std, sizes, classes, imbalance } = job.statistics;
  const three = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join('  ');
  const few = sizes.slice(0, 5).map(({ width, height, images: count }) => `${width}×${height}: ${count}`);
  await writeLine(
    facts([
      [translate('Images', '이미지'), String(images)],
      [translate('Pixels', '픽셀'), String(pixels)],
      [translate('Mean (RGB)', '평균(RGB)'), three(mean)],
      [translate('Deviation (RGB)', '표준편차(RGB)'), three(std)],
      [translate('Sizes', '크기'), few.join(', ') + (sizes.length > few.length ? ', …' : '')],
      [translate('Largest class to smallest', '가장 큰 클래스와 작은 클래스의 비'), imbalance.toFixed(2)],
    ]),
  );
  const columns = [
    { title: translate('CLASS', '클래스') },
    { title: translate('IMAGES', '이미지'), right: true },
    { title: translate('SHARE', '비율'), right: true },
  ];
  const rows = classes.map(({ name, images: count, share }) => [
    name,
    String(count),
    `${(share * 100).toFixed(1)}%`,
  ]);
  await writeLine(`\n${table(columns, rows)}`);
}

/** Writes a completed run's model into the bucket `models`. */
export async function exportRun(options: CommonOptions, reference: string): Promise<undefined> {
  using client = await ReconnectingClient.open();
  const run = await client.ask((api) => findRun(api, reference));
  const job = await finished(client, await startExport(client, run));
  if (options.json || !job.export) return void (await writeJson(job));
  const { bucket, prefix, parameters, files } = job.export;
  await writeLine(
    facts([
      [translate('Stored at', '저장 위치'), `s3://${bucket}/${prefix}/`],
      [translate('Parameters', '매개변수'), String(parameters)],
    ]),
  );
  const columns = [
    { title: translate('FILE', '파일') },
    { title: translate('SIZE', '크기'), right: true },
    { title: 'SHA-256' },
  ];
  const rows = files.map(({ name, sizeBytes, sha256 }) => [name, formatBytes(sizeBytes), sha256]);
  await writeLine(`\n${table(columns, rows)}`);
}

async function startExport(client: ReconnectingClient, run: string): Promise<Job> {
  const deadline = Date.now() + storingTimeoutMs;
  for (;;) {
    try {
      return await client.ask((api) => api.jobs.start({ kind: 'model.export', run }));
    } catch (error) {
      const isEarly = error instanceof TrainyardError && error.code === 'MODEL_NOT_STORED';
      if (!isEarly || Date.now() > deadline) throw error;
      await delay(500);
    }
  }
}
