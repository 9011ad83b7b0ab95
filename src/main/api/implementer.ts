import { implement } from '@orpc/server';
import type { z } from 'zod';
import { contract } from '../../shared/contract/contract.ts';
import { needsRoom } from '../../shared/contract/effects.ts';
import type { systemContract } from '../../shared/contract/system.ts';
import type { Bilingual } from '../../shared/errors/entry.ts';
import type { Profile } from '../../shared/model/stack.ts';
import type { BackupEncryption } from '../features/backups/backup-encryption.ts';
import type { BackupScheduler } from '../features/backups/backup-scheduler.ts';
import type { Backups } from '../features/backups/backups.ts';
import type { Destinations } from '../features/backups/copies/destinations.ts';
import type { SnapshotsApi } from '../features/backups/snapshots-api.ts';
import type { ChangeFeed } from '../features/changes/change-feed.ts';
import type { RunReadings } from '../features/changes/channel-changes.ts';
import type { CheckedDatabase } from '../features/database/checked-database.ts';
import type { MetricMonths } from '../features/database/metric-months.ts';
import type { DatasetService } from '../features/datasets/dataset-service.ts';
import type { DatasetExports } from '../features/datasets/export/exports.ts';
import type { DiskWatch } from '../features/disk/disk-watch.ts';
import type { Doctor } from '../features/doctor/checks/create-doctor.ts';
import type { Inbox } from '../features/inbox/inbox.ts';
import type { JobService } from '../features/jobs/job-service.ts';
import type { LivePoints } from '../features/metrics/live-points.ts';
import type { Predictions } from '../features/predictions/predictions.ts';
import type { Projects } from '../features/projects/projects.ts';
import type { Runs } from '../features/runs/runs.ts';
import type { EngineSettings } from '../features/settings/engine-settings.ts';
import type { Templates } from '../features/templates/templates.ts';
import type { TrainableModels } from '../features/training/trainable-models.ts';
import type { WeightsService } from '../features/weights/weights.ts';
import { isDiskFault } from '../platform/faults/system-fault.ts';
import type { OnProgress } from '../platform/progress.ts';
import type { StackLogService } from '../stack/logs/log-service.ts';
import type { OperationJournal } from '../stack/operations.ts';
import type { StackService } from '../stack/verbs/stack-service.ts';

/** What a handler knows of the caller, of the engine, and of the moment. */
export interface ApiContext {
  readonly userId: string;
  /** What needs the stores, as it is at this moment: it comes and goes with them. @throws TrainyardError STORES_STARTING, STORES_NOT_READY */
  readonly services: () => {
    readonly projects: Projects;
    readonly database: CheckedDatabase;
    readonly metricMonths: MetricMonths;
    readonly backups: Backups;
    readonly backupEncryption: BackupEncryption;
    readonly backupScheduler: BackupScheduler;
    readonly backupDestinations: Destinations;
    readonly datasets: DatasetService;
    readonly exports: DatasetExports;
    readonly inbox: Inbox;
    readonly models: TrainableModels;
    readonly runs: Pick<Runs, 'create' | 'commands' | 'views' | 'executors'>;
    readonly predictions: Predictions;
    readonly readings: RunReadings & { readonly live: LivePoints };
    readonly templates: Templates;
    readonly jobs: JobService;
    readonly weights: WeightsService;
  };
  /** What lives as long as the engine. */
  readonly engine: {
    readonly info: () => Promise<z.infer<(typeof systemContract.info)['~orpc']['outputSchema'] & z.ZodType>>;
    readonly disk: Pick<DiskWatch, 'state'>;
    /** Loaded when somebody asks. */
    readonly doctor: () => Promise<Doctor>;
    /** Loaded when somebody asks. */
    readonly settings: () => Promise<EngineSettings>;
    readonly changes: ChangeFeed;
    readonly ticket: () => { url: string; expiresAt: Date };
    readonly stack: Pick<StackService, 'status' | 'up' | 'down' | 'restart' | 'destroy' | 'urls' | 'usage'>;
    readonly stackLogs: Pick<StackLogService, 'read'>;
    readonly operations: Pick<OperationJournal, 'begin' | 'current' | 'cursor' | 'progress'>;
    readonly profile: () => Profile;
    readonly snapshots: SnapshotsApi;
    /** Goes over to another profile's stores and keeps the choice. */
    readonly useProfile: (profile: Profile) => Promise<void>;
    /** Copies everything to another profile's stores and switches to them. */
    readonly migrate: (to: Profile, replace: boolean, onProgress: OnProgress) => Promise<void>;
  };
  /** Left out: nobody looks at the disk. @throws TrainyardError DISK_FULL, HOME_MOVED if nothing that writes may be begun */
  readonly checkRoom?: (what: Bilingual) => void;
  /** Called when the disk refused a write. */
  readonly diskRefused?: () => void;
}

const noRoomToBegin = {
  en: 'The disk has no room or takes no writes, so this was not begun',
  ko: '디스크에 공간이 없거나 쓸 수 없어 시작하지 않았습니다',
};

/** The contract, ready to be implemented; one file per domain does its part of it. On a full disk it answers reads only. */
export const api = implement(contract)
  .$context<ApiContext>()
  .use(async ({ context, procedure, next }) => {
    if (needsRoom(procedure)) context.checkRoom?.(noRoomToBegin);
    try {
      return await next();
    } catch (error) {
      if (isDiskFault(error)) context.diskRefused?.();
      throw error;
    }
  });
