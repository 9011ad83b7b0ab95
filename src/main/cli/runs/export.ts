import type { Job } from '../../../shared/contract/jobs.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { retry } from '../../platform/waiting.ts';
import type { Api } from '../lib/client.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { withRun } from '../lib/find-run.ts';
import { formatBytes } from '../lib/format.ts';
import { finishedJob } from '../lib/jobs.ts';
import { translate } from '../lib/language.ts';
import { facts, table, writeResult } from '../lib/output.ts';

/** A run that just ended has its artifacts in the object store a moment later. */
const storingTimeoutMs = 30_000;

function startExport(api: Api, run: string): Promise<Job> {
  return retry(() => api.jobs.start({ kind: 'model.export', run }), {
    isPassing: (error) => error instanceof TrainyardError && error.code === 'MODEL_NOT_STORED',
    firstMs: 500,
    timeoutMs: storingTimeoutMs,
  });
}

function describe({ bucket, prefix, parameters, files }: NonNullable<Job['export']>): string {
  const about = facts([
    [translate('Stored at', '저장 위치'), `s3://${bucket}/${prefix}/`],
    [translate('Parameters', '매개변수'), String(parameters)],
  ]);
  const stored = table(files, [
    [translate('FILE', '파일'), ({ name }) => name],
    [translate('SIZE', '크기'), ({ sizeBytes }) => formatBytes(sizeBytes), 'right'],
    ['SHA-256', ({ sha256 }) => sha256],
  ]);
  return `${about}\n\n${stored}`;
}

export function defineExport(group: Command): void {
  defineCommand(group, {
    usage: 'export <run>',
    english: "put a completed run's model into the bucket models: safetensors, description, card with hashes",
    korean: '완료된 학습의 모델을 models 버킷에 둡니다: safetensors, 설명, 해시가 든 카드',
    examples: ['runs export last', 'runs export 3f2a91c0 --json'],
    json: '{"id", "status", "worker", "export": {"bucket", "prefix", "parameters", "files": [{"name", "key", "sizeBytes", "sha256"}]}, …}',
  }).perform(
    withRun(async (options, { api }, run) => {
      const job = await finishedJob(api, await startExport(api, run));
      return writeResult(options, job, () => (job.export ? describe(job.export) : JSON.stringify(job)));
    }),
  );
}
