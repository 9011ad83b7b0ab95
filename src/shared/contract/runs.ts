import { z } from 'zod';
import { datasetErrors } from '../errors/datasets.ts';
import { doctorDockerErrors } from '../errors/doctor-docker.ts';
import { projectErrors } from '../errors/projects.ts';
import { runErrors } from '../errors/runs.ts';
import { scriptErrors } from '../errors/scripts.ts';
import { trainerEnvironmentErrors } from '../errors/trainer-environment.ts';
import { trainingErrors } from '../errors/training.ts';
import { pretrainedErrors } from '../errors/weights.ts';
import { executorChoices } from '../model/executor.ts';
import { metricValues } from '../model/metrics-by-name.ts';
import { attemptStatuses, defaultGraceMs, runSorts, runStatuses } from '../model/run.ts';
import { scriptSchema } from '../model/script-schema.ts';
import { taskTypes, trainingConfigSchema, trainingOverridesSchema } from '../model/training-config.ts';
import {
  journalCursor,
  nameOf,
  pageInput,
  pageOutput,
  proceduresOf,
  reference,
  time,
  workError,
} from './common.ts';
import { predictionsContract } from './predictions.ts';
import { namedRun, runReadings } from './run-readings.ts';

const { DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND } = datasetErrors;
const { PROJECT_NOT_FOUND } = projectErrors;
const { DOCKER_NOT_LINUX } = doctorDockerErrors;
const { get, post, remove } = proceduresOf('runs', {
  ...runErrors,
  ...scriptErrors,
  ...trainingErrors,
  ...pretrainedErrors,
  ...trainerEnvironmentErrors,
  DATASET_NOT_FOUND,
  DOCKER_NOT_LINUX,
  DATASET_VERSION_NOT_FOUND,
  PROJECT_NOT_FOUND,
});

const attemptSchema = z.object({
  id: z.uuid(),
  attempt: z.int(),
  status: z.enum(attemptStatuses),
  cause: z.string().nullable(),
  message: z.string().nullable(),
  processId: z.int().nullable(),
  exitCode: z.int().nullable(),
  exitSignal: z.string().nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  checkpointPath: z.string().nullable(),
  /** The checkpoint this attempt went on from; null for a fresh start. */
  resumedFrom: z.object({ attempt: z.int(), epoch: z.number(), step: z.int() }).nullable(),
  runDirectory: z.string(),
});

const runSummarySchema = z.object({
  id: z.uuid(),
  name: z.string(),
  project: z.object({ id: z.uuid(), name: z.string() }),
  dataset: z.object({ id: z.uuid(), name: z.string(), version: z.int() }).nullable(),
  model: z.string().describe('source/name, as builtin/cnn; of somebody’s own script/name'),
  taskType: z.string(),
  status: z.enum(runStatuses),
  cancelRequested: z.boolean(),
  progress: z.int().min(0).max(100),
  currentEpoch: z.int().nullable(),
  totalEpochs: z.int().nullable(),
  etaMs: z.number().nullable(),
  finalMetrics: metricValues.nullable(),
  error: z.string().nullable(),
  attemptCount: z.int(),
  createdAt: time,
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  /** Time spent in attempts so far, in milliseconds. */
  durationMs: z.number().nullable(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

const artifactSchema = z.object({
  id: z.uuid(),
  attempt: z.int(),
  kind: z.string(),
  name: z.string(),
  path: z.string(),
  mediaType: z.string().nullable(),
  sizeBytes: z.int().nullable(),
  sha256: z.string().nullable(),
  epoch: z.number().nullable(),
  step: z.int().nullable(),
  createdAt: time,
  /** A path on the engine's own origin. */
  url: z.string(),
});

const runSchema = runSummarySchema.extend({
  description: z.string().nullable(),
  executor: z.string(),
  lastSeq: journalCursor,
  config: trainingConfigSchema.nullable().describe('null: the run is of a script'),
  unread: z
    .array(z.string())
    .describe(
      'fields of the config that another release wrote and this one can’t read; what stands there is not the run’s',
    ),
  script: scriptSchema.nullable().describe('of somebody’s own'),
  attempts: z.array(attemptSchema),
  artifacts: z.array(artifactSchema),
  actions: z.array(z.enum(['cancel', 'resume', 'retry'])),
  metricNames: z.array(z.string()),
});
export type Run = z.infer<typeof runSchema>;

export const createRunInput = z.object({
  project: reference,
  dataset: reference.optional().describe('left out: overrides.dataset.datasetId, or its name'),
  version: z.int().min(1).optional().describe('of the dataset; the newest where left out'),
  model: z
    .string()
    .regex(/^[a-z]+\/\S+$/)
    .optional()
    .describe('source/name; left out: overrides.model, else one that fits the dataset'),
  script: scriptSchema
    .optional()
    .describe('of somebody’s own: no dataset, model, executor or overrides go with it'),
  executor: z
    .enum(executorChoices)
    .default('auto')
    .describe('where the trainer lives; auto: the first that works and has the model'),
  name: nameOf(255).optional(),
  description: z.string().max(10_000).optional(),
  priority: z.int().min(-100).max(100).default(0),
  overrides: trainingOverridesSchema.default({}),
  source: z.enum(['manual', 'template', 'llm_parsed']).default('manual'),
  requestId: z
    .uuid()
    .optional()
    .describe('the same id again gives the same run: a repeated request queues nothing twice'),
});
export type CreateRunInput = z.infer<typeof createRunInput>;

export const runsContract = {
  create: post('/runs', 'Queue a training', { successStatus: 201 })
    .input(createRunInput)
    .output(z.object({ runId: z.uuid() })),
  models: get('/trainable-models', 'Models that an executor here can train, with their defaults').output(
    z.object({
      models: z.array(
        z.object({
          id: z.string(),
          executors: z.array(z.string()),
          taskTypes: z.array(z.enum(taskTypes)),
          description: z.object({ en: z.string(), ko: z.string() }),
          license: z.string().nullable().describe('SPDX; null where it is free to be used for everything'),
          defaults: trainingOverridesSchema,
        }),
      ),
    }),
  ),
  executors: get('/executors', 'Where trainers can live here, and why not').output(
    z.object({
      executors: z.array(
        z.object({
          name: z.string(),
          /** Null: it works. */
          fault: workError.nullable(),
        }),
      ),
      gpus: z.array(z.object({ uuid: z.string(), name: z.string() })),
    }),
  ),
  list: get('/runs', 'A page of the runs, filtered and sorted')
    .input(
      z.strictObject({
        project: reference.optional(),
        status: z.enum(runStatuses).optional(),
        search: z.string().max(255).optional(),
        sort: z.enum(runSorts).default('createdAt'),
        order: z.enum(['asc', 'desc']).default('desc'),
        ...pageInput,
      }),
    )
    .output(z.object({ runs: z.array(runSummarySchema), ...pageOutput })),
  show: get('/runs/{run}', 'One run').input(namedRun).output(runSchema),
  ...runReadings,
  ...predictionsContract,
  cancel: post('/runs/{run}/cancel', 'Stop a run: SIGTERM with a grace, then SIGKILL')
    .meta({ effect: 'needsNoRoom' })
    .input(namedRun.extend({ graceMs: z.int().min(0).max(600_000).default(defaultGraceMs) }))
    .output(runSummarySchema),
  resume: post('/runs/{run}/resume', 'A further attempt from the last checkpoint')
    .input(namedRun)
    .output(runSummarySchema),
  retry: post('/runs/{run}/retry', 'A further attempt from the start')
    .input(namedRun)
    .output(runSummarySchema),
  compare: get('/compare', 'Two to eight runs: what differs in their configs, and their final metrics')
    .input(z.object({ runs: z.string().min(1).max(400).describe('comma-separated run ids, two to eight') }))
    .output(
      z.object({
        runs: z.array(runSummarySchema),
        differences: z.array(z.object({ field: z.string(), values: z.array(z.unknown()) })),
        metricNames: z.array(z.string()),
      }),
    ),
  remove: remove('/runs/{run}', 'Move to the bin (soft delete); refused while it is under way')
    .input(namedRun)
    .output(z.object({ id: z.uuid() })),
};
