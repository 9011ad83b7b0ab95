import type { Pool } from 'pg';
import { ChannelChanges } from '../../../../src/main/features/changes/channel-changes.ts';
import { DatasetFiles } from '../../../../src/main/features/datasets/dataset-files.ts';
import {
  sharpImageReader,
  sumPixelsUpTo,
} from '../../../../src/main/features/datasets/pixels/sharp-image-reader.ts';
import { rootedFiles } from '../../../../src/main/features/datasets/sources/rooted-files.ts';
import { JobClaims } from '../../../../src/main/features/jobs/job-claims.ts';
import { createJobs } from '../../../../src/main/features/jobs/jobs.ts';
import { createModelExportJob } from '../../../../src/main/features/jobs/model-export.ts';
import { createStatisticsJob } from '../../../../src/main/features/jobs/statistics.ts';
import { Db } from '../../../../src/main/postgres/db.ts';
import type { LocalObjects, ObjectStore } from '../../../../src/main/stores/objects/ports.ts';
import type { PubSub } from '../../../../src/main/stores/pubsub/ports.ts';
import type { Queue, WorkerLink } from '../../../../src/main/stores/queue/ports.ts';

export interface JobStage {
  readonly pool: Pool;
  readonly queue: Queue;
  readonly pubSub: PubSub;
  readonly objects: ObjectStore & LocalObjects;
  readonly workers?: WorkerLink;
  readonly machineId?: string;
  readonly leaseMs?: number;
}

/** An engine's part on jobs, as the engine wires it. */
export function openJobs({ pool, queue, pubSub, objects, workers, machineId, leaseMs }: JobStage) {
  const db = new Db(pool);
  const files = new DatasetFiles({
    db,
    store: objects,
    local: objects,
    rooted: rootedFiles,
    reader: sharpImageReader,
  });
  const kinds = [
    createStatisticsJob({ db, files, sumPixels: sumPixelsUpTo(1e8) }),
    createModelExportJob(objects, async () => undefined),
  ];
  const log = { info: () => undefined, warn: () => undefined };
  const jobs = createJobs({
    db,
    queue,
    pubSub,
    changes: new ChannelChanges(pubSub),
    kinds,
    log,
    machineId: machineId ?? 'this-machine',
    objectsAreShared: workers !== undefined,
    workers: workers ?? null,
    ...(leaseMs ? { leaseMs } : {}),
  });
  return { ...jobs, db, claims: new JobClaims({ db, queue, pubSub, kinds, log }) };
}
