import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { auditLog } from '../../../../src/main/features/audit/audit-log.ts';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import type { TrainingData } from '../../../../src/main/features/datasets/dataset-files.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { IngestStore } from '../../../../src/main/features/ingest/ingest-store.ts';
import { IngestionService } from '../../../../src/main/features/ingest/ingestion-service.ts';
import { Projects } from '../../../../src/main/features/projects/projects.ts';
import type { RunDriver } from '../../../../src/main/features/runs/driver.ts';
import { BuiltinTrainers } from '../../../../src/main/features/runs/process/builtin-trainers.ts';
import { FileRunDirectories } from '../../../../src/main/features/runs/process/run-directories.ts';
import { checkScript, ScriptTrainers } from '../../../../src/main/features/runs/process/script-trainers.ts';
import { supervisedExecutors } from '../../../../src/main/features/runs/process/supervised-executor.ts';
import { createRuns, type Runs, type RunsParts } from '../../../../src/main/features/runs/runs.ts';
import type { TrainableModels } from '../../../../src/main/features/training/trainable-models.ts';
import type { WorkLog } from '../../../../src/main/platform/work-log.ts';
import { Db } from '../../../../src/main/postgres/db.ts';
import { createPool } from '../../../../src/main/postgres/pool.ts';
import { createCache } from '../../../../src/main/stores/cache/postgres-cache.ts';
import { PostgresDocumentStore } from '../../../../src/main/stores/documents/postgres/document-store.ts';
import type { PubSub } from '../../../../src/main/stores/pubsub/ports.ts';
import { fault } from '../../../../src/shared/errors/catalogue.ts';
import { MemoryPubSub } from './memory-pub-sub.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

/** Models whose names are what the fake trainer does. */
const models: TrainableModels = async () =>
  ['quick', 'flaky', 'failing', 'silent', 'crashing', 'slow', 'stubborn', 'waiting', 'steady'].map(
    (name) => ({
      id: `builtin/${name}`,
      executors: ['builtin'],
      license: null,
      taskTypes: ['classification'],
      description: { en: name, ko: name },
      defaults: {
        dataset: { trainSplit: 0.8, valSplit: 0.2, testSplit: 0 },
        training: {
          epochs: 2,
          batchSize: 8,
          learningRate: 0.01,
          optimizer: 'adam',
          scheduler: { type: 'none', warmupEpochs: 0 },
        },
      },
    }),
  );

/** A dataset of three images that the tests train on, made where it is not there. */
export async function ensureDataset(pool: pg.Pool, id: string = randomUUID()): Promise<string> {
  await pool.query(
    `INSERT INTO datasets (id, user_id, name, storage_path, format, size_bytes, file_count, status)
     VALUES ($1, $2, $3, $4, 'imagenet', 0, 0, 'ready') ON CONFLICT DO NOTHING`,
    [id, localOwnerId, `shapes-${id.slice(0, 4)}`, `s3://datasets/${id}/1`],
  );
  await pool.query(
    `INSERT INTO dataset_versions (dataset_id, version, manifest_sha256, mode, image_count, size_bytes, classes)
     VALUES ($1, 1, 'none', 'copy', 3, 30, '[{"name": "round", "count": 2}, {"name": "square", "count": 1}]')
     ON CONFLICT DO NOTHING`,
    [id],
  );
  return id;
}

const trainingData: TrainingData = {
  prepareForTraining: async (datasetId, datasetVersion) => ({
    datasetId,
    datasetVersion,
    root: '/images',
    classes: [],
    images: 3,
    openAnnotations: null,
    lines: ['round/1.png', 'round/2.png', 'square/1.png'].map((name) => {
      const facts = { sha256: '0'.repeat(64), size: 10, width: 2, height: 2, channels: 1, split: null };
      return { file: name, path: name, class: path.dirname(name), ...facts };
    }),
  }),
};

export interface Stage extends AsyncDisposable {
  readonly pool: pg.Pool;
  readonly runs: Runs;
  readonly projects: Projects;
  readonly parts: RunsParts;
  readonly warnings: unknown[];
}

export interface StageOptions {
  readonly url: string;
  /** Where the run directories lie. */
  readonly folder: string;
  readonly machineId?: string;
  readonly slots?: number;
  readonly pubSub?: PubSub;
  readonly supervisor?: string;
  readonly parts?: (parts: RunsParts) => Partial<RunsParts>;
  /** Left out: within the process. */
  readonly driver?: (machineId: string, log: WorkLog) => RunDriver;
}

/** The runs' services on a real database, with real supervisors and the fake trainer. The loop is not started. */
export function createStage(options: StageOptions): Stage {
  const { folder, machineId = 'machine', slots = 2, pubSub = new MemoryPubSub() } = options;
  mkdirSync(folder, { recursive: true });
  const pool = createPool({ url: options.url }, { max: 6 });
  const warnings: unknown[] = [];
  const log = {
    info: () => {},
    warn: (details: object, message: string) => void warnings.push({ message, ...details }),
  };
  const directories = new FileRunDirectories(path.join(folder, 'runs'));
  const noObjects: RunsParts['objects'] = {
    head: async () => null,
    get: async (bucket, key) => {
      throw fault('OBJECT_NOT_FOUND', { bucket, key });
    },
  };
  const documents = new PostgresDocumentStore(pool);
  const cache = createCache(pool);
  const changes = new ChangeFeed();
  const audit = auditLog(documents, (err, action) => log.warn({ err, action }, 'no audit'));
  const db = new Db(pool);
  const ingestion = new IngestionService({
    store: new IngestStore(db),
    documents,
    cache,
    pubSub,
    changes,
    log,
  });
  const base: RunsParts = {
    machineId,
    db,
    trainingData,
    pretrained: { resolve: async () => null, locate: async ({ name }) => name },
    models,
    documents,
    cache,
    ingestion,
    directories,
    objects: noObjects,
    executors: supervisedExecutors(
      [
        new BuiltinTrainers(process.execPath, path.join(import.meta.dirname, 'fake-trainer.mjs')),
        new ScriptTrainers(path.join(root, 'resources/trainers/sidecar/main.ts')),
      ],
      {
        node: process.execPath,
        supervisor: options.supervisor ?? path.join(root, 'src/main/features/runs/supervisor/supervisor.ts'),
        directories,
        log,
      },
    ),
    checkScript,
    cards: async () => [],
    slots: () => slots,
    pubSub,
    changes,
    audit,
    log,
    ...(options.driver && { driver: options.driver(machineId, log) }),
  };
  const parts = { ...base, ...options.parts?.(base) };
  const runs = createRuns(parts);
  return {
    pool,
    runs,
    parts,
    warnings,
    projects: new Projects(db, changes, audit),
    [Symbol.asyncDispose]: async () => {
      await runs.loop[Symbol.asyncDispose]();
      await ingestion.closeAll();
      await pool.end();
    },
  };
}

/** A supervisor that cannot begin, for a test of what is said then. */
export function brokenSupervisor(folder: string): string {
  const file = path.join(folder, 'broken-supervisor.mjs');
  writeFileSync(file, `process.stderr.write('no such thing\\n'); process.exit(1);\n`);
  return file;
}
