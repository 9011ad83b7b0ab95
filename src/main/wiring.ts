import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { RunStatus } from '../shared/model/run.ts';
import { ThreadExaminer } from './adapters/examiner/thread-examiner.ts';
import { LocalSources } from './adapters/files/local-sources.ts';
import { LocalRootedFiles } from './adapters/files/rooted-files.ts';
import { createRunDirectoryFiles } from './adapters/files/run-directory-tail.ts';
import { BuiltinModels } from './adapters/files/trainable-models.ts';
import { FileUploads } from './adapters/files/uploads.ts';
import { SharpImageReader } from './adapters/images/sharp-image-reader.ts';
import { SharpPixelReader } from './adapters/images/sharp-pixel-sums.ts';
import { PostgresArtifactRows } from './adapters/postgres/artifact-rows.ts';
import { PostgresAttemptStore } from './adapters/postgres/attempts.ts';
import { PostgresImportRepository } from './adapters/postgres/dataset-imports.ts';
import { PostgresDatasetRepository } from './adapters/postgres/datasets.ts';
import { PostgresIngestStore } from './adapters/postgres/ingest-store.ts';
import { PostgresJobStore } from './adapters/postgres/jobs.ts';
import { PostgresJournal, PostgresJournalReader } from './adapters/postgres/journal.ts';
import { PostgresLogIndex } from './adapters/postgres/log-index.ts';
import { MetricPartitions } from './adapters/postgres/metric-partitions.ts';
import { PostgresModelSource } from './adapters/postgres/model-files.ts';
import { PostgresPointReader } from './adapters/postgres/points.ts';
import { PostgresProjectStore } from './adapters/postgres/projects.ts';
import { PostgresRollupReader } from './adapters/postgres/rollups.ts';
import { PostgresRunStore } from './adapters/postgres/runs.ts';
import { PostgresRunReader } from './adapters/postgres/runs-reader.ts';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work.ts';
import { FileRunDirectories } from './adapters/processes/run-directories.ts';
import { SupervisedExecutor } from './adapters/processes/supervised-executor.ts';
import { ArtifactNotes } from './domain/artifacts/artifact-notes.ts';
import { ArtifactStore } from './domain/artifacts/artifact-store.ts';
import { AuditLog } from './domain/audit/audit-log.ts';
import { DatasetFiles } from './domain/datasets/dataset-files.ts';
import { DatasetService } from './domain/datasets/dataset-service.ts';
import { defaultLimits } from './domain/datasets/limits.ts';
import { Manifests } from './domain/datasets/manifests.ts';
import type { DiskWatch } from './domain/disk/disk-watch.ts';
import { localOwnerId } from './domain/identity/local-owner.ts';
import { batchLimits } from './domain/ingest/attempt-reader.ts';
import { IngestionService } from './domain/ingest/ingestion-service.ts';
import { LiveState } from './domain/ingest/live-state.ts';
import { createJobs } from './domain/jobs/jobs.ts';
import { ModelExportJob } from './domain/jobs/model-export.ts';
import { StatisticsJob } from './domain/jobs/statistics.ts';
import { EventService } from './domain/journal/event-service.ts';
import { RunNews } from './domain/journal/run-news.ts';
import { LogLines } from './domain/logs/log-lines.ts';
import { LogService } from './domain/logs/log-service.ts';
import { MetricService } from './domain/metrics/metric-service.ts';
import { rollupShape } from './domain/metrics/rollups.ts';
import { SeriesService } from './domain/metrics/series.ts';
import type { News } from './domain/news/news.ts';
import { Projects } from './domain/projects/projects.ts';
import type { RunDriver } from './domain/runs/driver.ts';
import { createRuns } from './domain/runs/runs.ts';
import type { SettingsStore } from './domain/settings/ports.ts';
import { readSetting } from './domain/settings/read-setting.ts';
import type { TemporalEndpoint } from './domain/stores/endpoints.ts';
import { appRoot } from './paths.ts';
import { openStateFolder } from './state-folder.ts';
import type { Stores } from './stores/stores.ts';

const machineKey = 'machineId';
const slotsKey = 'runsAtOnce';

/** This state folder's own id; the same after a restart. */
function machineIdOf(settings: SettingsStore): string {
  const known = readSetting(settings, machineKey, z.uuid());
  if (known) return known;
  const made = randomUUID();
  settings.set(machineKey, made);
  return made;
}

/** The builtin trainer keeps two cores busy. */
function slotsOf(settings: SettingsStore): number {
  const chosen = readSetting(settings, slotsKey, z.number().min(1));
  return Math.floor(chosen ?? Math.max(1, availableParallelism() / 2));
}

export interface WiringParts {
  readonly home: string;
  readonly stores: Stores;
  readonly settings: SettingsStore;
  readonly news: News;
  readonly disk: DiskWatch;
  readonly log: Logger;
}

export type Services = Awaited<ReturnType<typeof wire>>;

/** Loaded only where the profile has a Temporal: its worker is large. */
async function temporalDriver(
  endpoint: TemporalEndpoint,
  machineId: string,
  log: Logger,
): Promise<RunDriver> {
  const [{ openTemporalDriver }, { ensureTemporalNamespace }] = await Promise.all([
    import('./adapters/temporal/driver.ts'),
    import('./adapters/ensure/temporal-namespace.ts'),
  ]);
  return openTemporalDriver(endpoint, {
    machineId,
    workflowBundle: path.join(appRoot(), 'out', 'node', 'workflows.js'),
    log,
    ensureNamespace: ensureTemporalNamespace,
  });
}

/** Constructs every service on the stores of a profile: the only place that does. Nothing runs until `start`. */
export async function wire({ home, stores, settings, news, disk, log }: WiringParts) {
  const root = appRoot();
  const { pool, documents, cache, pubSub, objects } = stores;
  const uploads = await FileUploads.open(openStateFolder(home, 'uploads'));
  const audit = new AuditLog(documents, (error, action) =>
    log.warn({ err: error, action }, 'an audit note was lost'),
  );
  const machineId = machineIdOf(settings);
  const projectStore = new PostgresProjectStore(pool);
  const projects = new Projects(projectStore, news, audit);
  const repository = new PostgresDatasetRepository(pool);
  const checkRoom = async (bytes: number, what: string) => {
    // Elsewhere the store has its own limits.
    if (stores.links) await disk.checkFits('objects', bytes, what);
  };
  const datasets = new DatasetService({
    repository,
    importRows: new PostgresImportRepository(pool),
    store: objects,
    local: stores.local,
    links: stores.links,
    checkRoom,
    files: new LocalRootedFiles(),
    sources: new LocalSources(defaultLimits, home),
    uploads,
    reader: new SharpImageReader(),
    examiner: new ThreadExaminer({
      program: path.join(root, 'out', 'node', 'examine-thread.js'),
      stateFolder: home,
    }),
    projects: projectStore,
    news,
    audit,
    log,
    machineId,
  });

  const liveState = new LiveState(pubSub, cache, news, log);
  const ingestion = new IngestionService({
    store: new PostgresIngestStore(pool, new MetricPartitions(pool)),
    documents,
    shape: rollupShape,
    limits: batchLimits,
    files: createRunDirectoryFiles(log),
    committed: liveState.committed,
    settle: liveState.settle,
    log,
  });
  const directories = new FileRunDirectories(openStateFolder(home, 'runs'));
  const work = new PostgresUnitOfWork(pool);
  const journal = new PostgresJournal();
  const artifacts = new ArtifactStore({
    rows: new PostgresArtifactRows(pool),
    objects,
    directories,
    checkRoom,
    notes: new ArtifactNotes({ work, journal }),
    machineId,
    news,
    log,
  });
  const executor = new SupervisedExecutor({
    name: 'builtin',
    node: process.execPath,
    supervisor: path.join(root, 'out', 'node', 'supervisor.js'),
    // Another program that keeps to docs/run-directory.md: what benchmarks and tests train with.
    trainer: process.env.TRAINYARD_BUILTIN_TRAINER ?? path.join(root, 'out', 'node', 'trainer-builtin.js'),
    directories,
    log,
  });
  const runs = createRuns({
    machineId,
    work,
    journal,
    runs: new PostgresRunStore(pool),
    attempts: new PostgresAttemptStore(pool),
    reader: new PostgresRunReader(pool),
    projects: projectStore,
    datasets: repository,
    trainingData: datasets,
    models: new BuiltinModels(path.join(root, 'resources', 'trainers', 'builtin', 'defaults.json')),
    documents,
    cache,
    ingestion,
    directories,
    objects,
    attemptEnded: (attemptId) => artifacts.attemptEnded(attemptId),
    executor,
    // What is queued waits for room.
    slots: () => (disk.state.level === 'full' ? 0 : slotsOf(settings)),
    ...(stores.temporal ? { driver: await temporalDriver(stores.temporal, machineId, log) } : {}),
    pubSub,
    news,
    audit,
    log,
  });
  const runNews = new RunNews(pubSub);
  const lines = new LogLines(documents);
  const readers = {
    events: new EventService(new PostgresJournalReader(pool), lines, runNews),
    metrics: new MetricService(new PostgresPointReader(pool), runNews),
    series: new SeriesService(new PostgresRollupReader(pool), rollupShape),
    logs: new LogService(new PostgresLogIndex(pool), lines, runNews),
  };
  const rooted = new LocalRootedFiles();
  const manifests = new Manifests({ store: objects, files: rooted, reader: new SharpImageReader() });
  const files = new DatasetFiles({
    repository,
    store: objects,
    local: stores.local,
    files: rooted,
    manifests,
  });
  const pixels = new SharpPixelReader(defaultLimits.maxPixels);
  const jobs = createJobs({
    store: new PostgresJobStore(pool),
    queue: stores.queue,
    pubSub,
    kinds: [
      new StatisticsJob({ repository, manifests, files, pixels }),
      new ModelExportJob(objects, checkRoom),
    ],
    datasets: repository,
    models: new PostgresModelSource(pool),
    machineId,
    // Objects that are files of this machine cannot be linked to from others, and those of a server cannot be linked to at all.
    objectsAreShared: stores.links === null,
    workers: stores.workers,
    log,
  });
  const close = async () => {
    await jobs[Symbol.asyncDispose]();
    await runs.loop[Symbol.asyncDispose]();
    await artifacts[Symbol.asyncDispose]();
    await Promise.all([ingestion.closeAll(), datasets.close(), runNews[Symbol.asyncDispose]()]);
  };
  const countRuns = async (status: RunStatus) => {
    const query = { status, sort: 'createdAt', order: 'desc', offset: 0, limit: 1 } as const;
    return (await runs.views.list(localOwnerId, query)).total;
  };
  return {
    countRuns,
    sweepCache: () => cache.sweep(),
    documents,
    projects,
    datasets,
    uploads,
    runs,
    artifacts,
    jobs,
    readers,
    close,
  };
}
