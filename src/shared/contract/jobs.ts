import { z } from 'zod';
import { datasetErrors } from '../errors/datasets.ts';
import { jobErrors } from '../errors/jobs.ts';
import { runErrors } from '../errors/runs.ts';
import { datasetStatisticsSchema, modelExportSchema } from '../model/job-results.ts';
import { pageInput, pageOutput, proceduresOf, reference, time, waitMs, workError } from './common.ts';

const { DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND } = datasetErrors;
const { get, post } = proceduresOf('jobs', {
  ...jobErrors,
  ...runErrors,
  DATASET_NOT_FOUND,
  DATASET_VERSION_NOT_FOUND,
});

const jobKinds = ['dataset.statistics', 'model.export'] as const;
const jobStatuses = ['queued', 'running', 'done', 'failed'] as const;

export const jobSchema = z.object({
  id: z.uuid(),
  kind: z.enum(jobKinds),
  status: z.enum(jobStatuses),
  arguments: z.record(z.string(), z.unknown()),
  /** How often somebody took it. */
  attempts: z.int(),
  /** Who has it, or had it last. */
  worker: z.string().nullable(),
  statistics: datasetStatisticsSchema.nullable(),
  export: modelExportSchema.nullable(),
  error: workError.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
});
export type Job = z.infer<typeof jobSchema>;

export const jobsContract = {
  start: post('/jobs', 'Start a job; the same one again answers with the one that is there', {
    successStatus: 202,
    description:
      'Done by a Celery worker where one is connected, else by the engine. A job that failed is queued again.',
  })
    .input(
      z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('dataset.statistics'),
          dataset: reference,
          version: z.int().min(1).optional(),
        }),
        z.object({ kind: z.literal('model.export'), run: z.uuid() }),
      ]),
    )
    .output(jobSchema),
  show: get('/jobs/{job}', 'One job; waits for its end')
    .input(z.object({ job: z.uuid(), waitMs }))
    .output(jobSchema),
  list: get('/jobs', 'A page of the jobs, newest first')
    .input(
      z.strictObject({
        kind: z.enum(jobKinds).optional(),
        status: z.enum(jobStatuses).optional(),
        ...pageInput,
      }),
    )
    .output(z.object({ jobs: z.array(jobSchema), ...pageOutput })),
};
