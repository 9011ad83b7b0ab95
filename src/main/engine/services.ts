import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Bilingual } from '../../shared/errors/entry.ts';
import type { RunStatus } from '../../shared/model/run.ts';
import { chosenValue } from '../../shared/model/settings.ts';
import { ArtifactStore } from '../features/artifacts/artifact-store.ts';
import { auditLog } from '../features/audit/audit-log.ts';
import type { BackupOperations } from '../features/backups/operations.ts';
import type { ChangeFeed } from '../features/changes/change-feed.ts';
import { ChannelChanges } from '../features/changes/channel-changes.ts';
import { CheckedDatabase } from '../features/database/checked-database.ts';
import { MetricMonths } from '../features/database/metric-months.ts';
import { DatasetService } from '../features/datasets/dataset-service.ts';
import { threadExaminer } from '../features/datasets/examiner/thread-examiner.ts';
import { DatasetExports } from '../features/datasets/export/exports.ts';
import { defaultLimits } from '../features/datasets/limits.ts';
import { sharpImageReader, sumPixelsUpTo } from '../features/datasets/pixels/sharp-image-reader.ts';
import { bucketArchivesOf, sourcesOf } from '../features/datasets/sources/open-source.ts';
import { rootedFiles } from '../features/datasets/sources/rooted-files.ts';
import type { DiskWatch } from '../features/disk/disk-watch.ts';
import { listCards } from '../features/gpus/nvidia-smi.ts';
import { localOwnerId } from '../features/identity/local-owner.ts';
import { Inbox, inboxId } from '../features/inbox/inbox.ts';
import { InboxWatch } from '../features/inbox/inbox-watch.ts';
import { IngestStore } from '../features/ingest/ingest-store.ts';
import { IngestionService } from '../features/ingest/ingestion-service.ts';
import { createJobs } from '../features/jobs/jobs.ts';
import { createModelExportJob } from '../features/jobs/model-export.ts';
import { createStatisticsJob } from '../features/jobs/statistics.ts';
import { LivePoints } from '../features/metrics/live-points.ts';
import { Predictions } from '../features/predictions/predictions.ts';
import { PredictorProcess } from '../features/predictions/predictor/predictor-process.ts';
import { Projects } from '../features/projects/projects.ts';
import { ContainerTrainers } from '../features/runs/docker/container-trainers.ts';
import { ScriptContainers } from '../features/runs/docker/script-containers.ts';
import { TrainerImage } from '../features/runs/docker/trainer-image.ts';
import type { RunDriver } from '../features/runs/driver.ts';
import { BuiltinTrainers } from '../features/runs/process/builtin-trainers.ts';
import { FileRunDirectories } from '../features/runs/process/run-directories.ts';
import { checkScript, ScriptTrainers } from '../features/runs/process/script-trainers.ts';
import { supervisedExecutors } from '../features/runs/process/supervised-executor.ts';
import { createRuns } from '../features/runs/runs.ts';
import { VenvTrainers } from '../features/runs/venv/venv-trainers.ts';
import { Templates } from '../features/templates/templates.ts';
import { trainableModels } from '../features/training/trainable-models.ts';
import { FileUploads } from '../features/uploads/files/file-uploads.ts';
import { nameOfSource, openFetched, openWeights } from '../features/weights/files/weights-source.ts';
import { Downloads } from '../features/weights/hubs/download.ts';
import { HubCaches } from '../features/weights/hubs/hub-caches.ts';
import { accountAt, hubToken, splitAccount } from '../features/weights/hubs/hub-token.ts';
import { Pretrained } from '../features/weights/pretrained.ts';
import { WeightsService } from '../features/weights/weights.ts';
import type { TemporalEndpoint } from '../platform/endpoints.ts';
import { readSecrets } from '../platform/home.ts';
import { appRoot } from '../platform/paths.ts';
import { Scratch } from '../platform/scratch.ts';
import { openStateFolder } from '../platform/state-folder.ts';
import { Db } from '../postgres/db.ts';
import type { Stores } from '../stores/profiles/stores.ts';
import { readSetting, type SettingsStore } from '../stores/settings/settings-store.ts';
import { createBackupServices } from './backup-services.ts';
import { torchTrainerFolder, trainerEnvironmentOf } from './trainer-environment.ts';

const machineKey = 'machineId';
const slotsKey = 'runsAtOnce';
const keptMonthsKey = 'metricsKeepMonths';

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

export type Services = Awaited<ReturnType<typeof wire>>;

/** Loaded only where the profile has a Temporal: its worker is large. */
async function temporalDriver(
  endpoint: TemporalEndpoint,
  machineId: string,
  log: Logger,
): Promise<RunDriver> {
  const [{ TemporalDriver }, { ensureTemporalNamespace }] = await Promise.all([
    import('../features/runs/temporal/driver.ts'),
    import('../stack/ensure/temporal-namespace.ts'),
  ]);
  return new TemporalDriver(endpoint, {
    machineId,
    workflowBundle: path.join(appRoot(), 'out', 'node', 'workflows.js'),
    log,
    timeoutMs: 1000,
    ensureNamespace: ensureTemporalNamespace,
  });
}

/** What an engine has whatever its profile is. */
export interface ServicesParts {
  readonly home: string;
  readonly settings: SettingsStore;
  readonly changes: ChangeFeed;
  readonly disk: DiskWatch;
  readonly backupOperations: BackupOperations;
  readonly log: Logger;
}

/** Constructs every service on the stores of a profile: the only place that does. Nothing runs until `start`. */
export async function wire(
  stores: Stores,
  { home, settings, changes, disk, backupOperations, log }: ServicesParts,
) {
  const root = appRoot();
  const { pool, documents, cache, pubSub, objects } = stores;
  const uploads = await FileUploads.open(openStateFolder(home, 'uploads'));
  const audit = auditLog(documents, (error, action) =>
    log.warn({ err: error, action }, 'an audit note was lost'),
  );
  const machineId = machineIdOf(settings);
  const db = new Db(pool);
  const projects = new Projects(db, changes, audit);
  const templates = new Templates(db, audit);
  const checkRoom = async (bytes: number, what: Bilingual) => {
    // Elsewhere the store has its own limits.
    if (stores.links) await disk.checkFits('objects', bytes, what);
  };
  const scratch = new Scratch(path.join(home, 'scratch'), () => openStateFolder(home, 'scratch'));
  const inboxOf = async (s3: NonNullable<Stores['s3']>) => {
    const bucket = (await import('../features/inbox/bucket/s3-inbox.ts')).s3Inbox(s3);
    return { bucket, watch: new InboxWatch(bucket, () => changes.changed('inbox', inboxId), log) };
  };
  const lookedAt = stores.s3 ? await inboxOf(stores.s3) : { bucket: null, watch: null };
  const inbox = new Inbox({ ...lookedAt, db, changes, audit });
  const datasets = new DatasetService({
    db,
    store: objects,
    local: stores.local,
    links: stores.links,
    checkRoom,
    dropOf: (source) => inbox.dropOf(source),
    checkScratch: (bytes, what) => disk.checkFits('scratch', bytes, what),
    findArchive: bucketArchivesOf(stores.s3),
    rooted: rootedFiles,
    open: sourcesOf(defaultLimits, home, stores.s3),
    uploads,
    scratch,
    reader: sharpImageReader,
    examine: threadExaminer(path.join(root, 'out', 'node', 'examine-thread.js'), home, stores.s3),
    changes,
    audit,
    log,
    machineId,
  });

  const caches = new HubCaches(process.env);
  const hub = () => {
    const address = chosenValue('hubMirror', settings.get('hubMirror'), process.env);
    return address ? splitAccount(address) : null;
  };
  const weights = new WeightsService({
    ...{ db, objects, uploads, changes, audit, machineId, log, checkRoom },
    open: openWeights,
    openFetched,
    nameOf: nameOfSource,
    downloads: new Downloads(() => path.join(openStateFolder(home, 'cache'), 'downloads')),
    token: () => hubToken(process.env, readSecrets(home)?.hubToken ?? null),
    cached: () => caches.list(),
    huggingFace: () => hub()?.address,
    accountAt: (url) => accountAt(hub(), url),
  });

  const pretrained = new Pretrained({
    ...{ db, local: stores.local, open: openWeights },
    find: (model) => caches.find(model),
  });

  const livePoints = new LivePoints(pubSub);
  const ingestion = new IngestionService({
    livePoints,
    store: new IngestStore(db),
    documents,
    pubSub,
    cache,
    changes,
    log,
  });
  const directories = new FileRunDirectories(openStateFolder(home, 'runs'));
  const artifacts = new ArtifactStore({
    db,
    objects,
    directories,
    checkRoom,
    machineId,
    changes,
    log,
  });
  // Another program that keeps to docs/run-directory.md: what benchmarks and tests train with.
  const builtinTrainer =
    process.env.TRAINYARD_BUILTIN_TRAINER ?? path.join(root, 'out', 'node', 'trainer-builtin.js');
  const imageWith = (withUltralytics: boolean) =>
    new TrainerImage(torchTrainerFolder(), {
      baseImage: process.env.TRAINER_BASE_IMAGE || undefined,
      withUltralytics,
    });
  const images = { plain: imageWith(false), ultralytics: imageWith(true) };
  const sidecar = path.join(root, 'out', 'node', 'sidecar.js');
  const cards = () => listCards(process.env);
  const imageOf = ({ source }: { source: string }) =>
    images[source === 'ultralytics' ? 'ultralytics' : 'plain'];
  const hasCards = async () => (await cards()).length > 0;
  const scriptContainers = new ScriptContainers({ sidecar, home, hasCards });
  const kinds = [
    new BuiltinTrainers(process.execPath, builtinTrainer),
    new ScriptTrainers(sidecar),
    new ContainerTrainers(imageOf, home),
    new VenvTrainers(trainerEnvironmentOf(home, settings), torchTrainerFolder()),
    scriptContainers,
  ];
  const executors = supervisedExecutors(kinds, {
    node: process.execPath,
    supervisor: path.join(root, 'out', 'node', 'supervisor.js'),
    directories,
    log,
  });
  const models = trainableModels(path.join(root, 'resources', 'trainers', 'builtin', 'defaults.json'));
  const runs = createRuns({
    machineId,
    db,
    trainingData: datasets.files,
    pretrained,
    models,
    documents,
    cache,
    ingestion,
    directories,
    objects,
    attemptEnded: (attemptId) => artifacts.attemptEnded(attemptId),
    executors,
    checkScript: (script) => {
      checkScript(script);
      return scriptContainers.check(script);
    },
    cards,
    // What is queued waits for room.
    slots: () => (disk.state.level === 'full' ? 0 : slotsOf(settings)),
    ...(stores.temporal ? { driver: await temporalDriver(stores.temporal, machineId, log) } : {}),
    pubSub,
    changes,
    audit,
    log,
  });
  const predictor = new PredictorProcess({
    program: path.join(root, 'out', 'node', 'predict-program.js'),
    builtinProgram: path.join(root, 'out', 'node', 'builtin-model.js'),
    folder: root,
    scratch,
  });
  const predictions = new Predictions({
    runs: runs.views,
    uploads,
    predictor,
    writeFile: (file, body) => pipeline(body, createWriteStream(file, { mode: 0o600 })),
    log,
  });
  const channelChanges = new ChannelChanges(pubSub);
  const { files } = datasets;
  const exports = new DatasetExports({ db, files });
  const sumPixels = sumPixelsUpTo(defaultLimits.maxPixels);
  const jobs = createJobs({
    db,
    queue: stores.queue,
    pubSub,
    changes: channelChanges,
    kinds: [createStatisticsJob({ db, files, sumPixels }), createModelExportJob(objects, checkRoom)],
    machineId,
    // Objects that are files of this machine cannot be linked to from others, and those of a server cannot be linked to at all.
    objectsAreShared: stores.links === null,
    workers: stores.workers,
    log,
  });
  const {
    start: startBackups,
    close: closeBackups,
    ...backupServices
  } = createBackupServices({
    ...{ home, stores, db, settings, operations: backupOperations, changes, log },
    checkRoom: (bytes, what) => disk.checkFits('snapshots', bytes, what),
  });
  const metricMonths = new MetricMonths({
    ...{ db, log },
    kept: {
      read: () => readSetting(settings, keptMonthsKey, z.int().min(1)) ?? null,
      write: (months) =>
        months === null ? settings.remove(keptMonthsKey) : settings.set(keptMonthsKey, months),
    },
  });
  const { mongo } = stores;
  const database = new CheckedDatabase(stores.schema, async () =>
    mongo ? (await import('../stores/documents/mongo/drift.ts')).checkMongo(mongo) : [],
  );
  const close = async () => {
    await closeBackups();
    await predictor[Symbol.asyncDispose]();
    await jobs[Symbol.asyncDispose]();
    await runs.loop[Symbol.asyncDispose]();
    await artifacts[Symbol.asyncDispose]();
    await Promise.all([
      ingestion.closeAll(),
      datasets.close(),
      inbox.close(),
      weights.storing.close(),
      channelChanges[Symbol.asyncDispose](),
      livePoints[Symbol.asyncDispose](),
    ]);
  };
  const hasRuns = async (status: RunStatus) => {
    const query = { status, sort: 'createdAt', order: 'desc', limit: 1 } as const;
    return (await runs.views.list(localOwnerId, query)).runs.length > 0;
  };
  return {
    hasRuns,
    database,
    metricMonths,
    models,
    documents,
    projects,
    templates,
    datasets,
    inbox,
    exports,
    uploads,
    runs,
    artifacts,
    predictions,
    jobs,
    ...backupServices,
    startBackups,
    weights,
    readings: { db, documents, changes: channelChanges, live: livePoints },
    close,
  };
}
