import type { Pool } from 'pg';
import { LocalRootedFiles } from '../../../src/main/adapters/files/rooted-files.ts';
import { SharpImageReader } from '../../../src/main/adapters/images/sharp-image-reader.ts';
import { SharpPixelReader } from '../../../src/main/adapters/images/sharp-pixel-sums.ts';
import { PostgresDatasetRepository } from '../../../src/main/adapters/postgres/datasets.ts';
import { PostgresJobStore } from '../../../src/main/adapters/postgres/jobs.ts';
import { PostgresModelSource } from '../../../src/main/adapters/postgres/model-files.ts';
import { DatasetFiles } from '../../../src/main/domain/datasets/dataset-files.ts';
import { Manifests } from '../../../src/main/domain/datasets/manifests.ts';
import { JobClaims } from '../../../src/main/domain/jobs/job-claims.ts';
import { createJobs } from '../../../src/main/domain/jobs/jobs.ts';
import { ModelExportJob } from '../../../src/main/domain/jobs/model-export.ts';
import type { WorkerLink } from '../../../src/main/domain/jobs/ports.ts';
import { StatisticsJob } from '../../../src/main/domain/jobs/statistics.ts';
import type { PubSub } from '../../../src/main/domain/messaging/ports.ts';
import type { LocalObjects, ObjectStore } from '../../../src/main/domain/objects/ports.ts';
import type { Queue } from '../../../src/main/domain/queue/ports.ts';

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
  const repository = new PostgresDatasetRepository(pool);
  const manifests = new Manifests({
    store: objects,
    files: new LocalRootedFiles(),
    reader: new SharpImageReader(),
  });
  const files = new DatasetFiles({
    repository,
    store: objects,
    local: objects,
    files: new LocalRootedFiles(),
    manifests,
  });
  const store = new PostgresJobStore(pool);
  const kinds = [
    new StatisticsJob({ repository, manifests, files, pixels: new SharpPixelReader(1e8) }),
    new ModelExportJob(objects, async () => undefined),
  ];
  const log = { info: () => undefined, warn: () => undefined };
  const jobs = createJobs({
    store,
    queue,
    pubSub,
    kinds,
    log,
    datasets: repository,
    models: new PostgresModelSource(pool),
    machineId: machineId ?? 'this-machine',
    objectsAreShared: workers !== undefined,
    workers: workers ?? null,
    ...(leaseMs ? { leaseMs } : {}),
  });
  return { ...jobs, store, claims: new JobClaims({ store, queue, pubSub, kinds, log }) };
}
