import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/contract.ts';
import { needsRoom } from '../../shared/contract/effects.ts';
import type { DatasetService } from '../features/datasets/dataset-service.ts';
import type { JobService } from '../features/jobs/job-service.ts';
import type { EventService } from '../features/journal/event-service.ts';
import type { LogService } from '../features/logs/log-service.ts';
import type { MetricService } from '../features/metrics/point-rows.ts';
import type { SeriesService } from '../features/metrics/series.ts';
import type { Projects } from '../features/projects/projects.ts';
import type { Runs } from '../features/runs/runs.ts';
import { isDiskFault } from '../platform/faults/system-fault.ts';

/** The services that need the stores. */
export interface StoreServices {
  readonly projects: Projects;
  readonly datasets: DatasetService;
  readonly runs: Pick<Runs, 'creation' | 'commands' | 'views'>;
  readonly events: EventService;
  readonly metrics: MetricService;
  readonly series: SeriesService;
  readonly logs: LogService;
  readonly jobs: JobService;
}

/** What a handler knows of the caller, and of the moment. */
export interface ApiContext {
  readonly userId: string;
  /** Those of this moment: they come and go with the stores. @throws TrainyardError STORES_STARTING, STORES_NOT_READY */
  readonly services: () => StoreServices;
  /** Left out: nobody looks at the disk. @throws TrainyardError DISK_FULL, HOME_MOVED where nothing that writes may be begun */
  readonly checkRoom?: (what: string) => void;
  /** Hears that the disk refused a write. */
  readonly diskRefused?: () => void;
}

/** The contract, ready to be implemented; one file per domain does its part of it. On a full disk it answers reads only. */
export const api = implement(contract)
  .$context<ApiContext>()
  .use(async ({ context, procedure, next }) => {
    if (needsRoom(procedure))
      context.checkRoom?.('The disk has no room or takes no writes, so this was not begun');
    try {
      return await next();
    } catch (error) {
      if (isDiskFault(error)) context.diskRefused?.();
      throw error;
    }
  });
