import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Job } from '../../../shared/contract/jobs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { statusWords } from '../../../shared/format/status.ts';
import { datasetStatisticsSchema, modelExportSchema } from '../../../shared/model/job-results.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Db } from '../../postgres/db.ts';
import { isObjectKey } from '../../stores/objects/keys.ts';
import { defaultQueue } from '../../stores/queue/ports.ts';
import type { ChannelChanges } from '../changes/channel-changes.ts';
import { findDataset, requireVersion } from '../datasets/dataset-rows.ts';
import { type JobClaims, jobChannel, machineQueue } from './job-claims.ts';
import {
  findJob,
  findModel,
  type JobFilter,
  type JobRecord,
  listJobs,
  type NewJob,
  putJob,
} from './job-rows.ts';
import { type ExportArguments, weightsName } from './model-export.ts';

export type JobRequest =
  | { readonly kind: 'dataset.statistics'; readonly dataset: string; readonly version?: number | undefined }
  | { readonly kind: 'model.export'; readonly run: string };

/** Jobs: what people ask for and see of them. */
export class JobService {
  private readonly parts;

  constructor(parts: {
    readonly db: Db;
    readonly claims: JobClaims;
    readonly changes: ChannelChanges;
    readonly machineId: string;
    /** Whether workers on other machines reach the objects: an object store that is a server. */
    readonly objectsAreShared: boolean;
  }) {
    this.parts = parts;
  }

  /**
   * Starts a job, or answers with the one that is there; one that failed is queued again. First the row, then the message.
   * @throws TrainyardError DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND, RUN_NOT_FOUND, RUN_NOT_COMPLETED, MODEL_NOT_EXPORTABLE, MODEL_NOT_STORED
   */
  async start(userId: string, request: JobRequest): Promise<Job> {
    const wanted =
      request.kind === 'dataset.statistics'
        ? await this.statistics(userId, request.dataset, request.version)
        : await this.modelExport(userId, request.run);
    failpoint('job.put.before');
    const job = await putJob(this.parts.db, wanted);
    failpoint('job.put.after');
    if (job.status === 'queued') await this.parts.claims.send(job);
    return asJob(job);
  }

  /** Waits for its end, at most so long. @throws TrainyardError JOB_NOT_FOUND */
  async show(userId: string, jobId: string, waitMs: number, signal?: AbortSignal): Promise<Job> {
    const read = () => this.find(userId, jobId);
    return asJob(await this.parts.changes.read(jobChannel(jobId), { waitMs, signal }, read, isOver));
  }

  /** A page, newest first. @throws TrainyardError INVALID_INPUT for a place that is none */
  async list(userId: string, { kind, status, ...page }: JobFilter & PageQuery) {
    const { rows, ...rest } = await listJobs(this.parts.db, userId, { kind, status }, page);
    return { jobs: rows.map(asJob), ...rest };
  }

  private async find(userId: string, jobId: string): Promise<JobRecord> {
    const job = await findJob(this.parts.db, userId, jobId);
    if (!job) throw fault('JOB_NOT_FOUND', { job: jobId });
    return job;
  }

  private async statistics(userId: string, reference: string, version: number | undefined): Promise<NewJob> {
    const dataset = await findDataset(this.parts.db, userId, reference);
    const record = await requireVersion(this.parts.db, dataset, version);
    return {
      userId,
      kind: 'dataset.statistics',
      arguments: { datasetId: dataset.id, version: record.version },
      idempotencyKey: `dataset.statistics:${dataset.id}:${record.version}`,
      // Files that were left where they are can be read there only.
      queue: record.rootPath === null ? this.sharedQueue() : machineQueue(this.parts.machineId),
    };
  }

  private async modelExport(userId: string, runId: string): Promise<NewJob> {
    const run = await findModel(this.parts.db, userId, runId);
    if (!run) throw fault('RUN_NOT_FOUND', { run: runId });
    const { name } = run;
    if (run.status !== 'completed') {
      throw fault('RUN_NOT_COMPLETED', { name, status: statusWords[run.status] });
    }
    const { attempt, files: found } = run.model ?? { attempt: 0, files: [] };
    if (!found.some((file) => file.name === weightsName)) {
      const reason = { en: `it has no ${weightsName}`, ko: `${weightsName} 파일이 없습니다` };
      throw fault('MODEL_NOT_EXPORTABLE', { name, reason });
    }
    const files = found.map(({ name: fileName, objectKey, sizeBytes, sha256 }) => {
      if (!isObjectKey(`${runId}/${attempt}/${fileName}`) || fileName.includes('/')) {
        const reason = { en: `${fileName} is no name of a file`, ko: `${fileName}: 파일 이름이 아닙니다` };
        throw fault('MODEL_NOT_EXPORTABLE', { name, reason });
      }
      if (objectKey === null || sizeBytes === null || sha256 === null)
        throw fault('MODEL_NOT_STORED', { name });
      return { name: fileName, objectKey, sizeBytes, sha256 };
    });
    const args: ExportArguments = { runId, attempt, files };
    return {
      userId,
      kind: 'model.export',
      arguments: args,
      idempotencyKey: `model.export:${runId}:${attempt}`,
      queue: this.sharedQueue(),
    };
  }

  private sharedQueue(): string {
    return this.parts.objectsAreShared ? defaultQueue : machineQueue(this.parts.machineId);
  }
}

function isOver({ status }: JobRecord): boolean {
  return status === 'done' || status === 'failed';
}

function asJob({ queue: _queue, round: _round, result, ...job }: JobRecord): Job {
  const { kind } = job;
  return {
    ...job,
    statistics:
      kind === 'dataset.statistics' ? (datasetStatisticsSchema.safeParse(result).data ?? null) : null,
    export: kind === 'model.export' ? (modelExportSchema.safeParse(result).data ?? null) : null,
  };
}
