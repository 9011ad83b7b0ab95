import type { WorkLog } from '../../platform/work-log.ts';
import type { Db } from '../../postgres/db.ts';
import type { PubSub } from '../../stores/pubsub/ports.ts';
import { defaultQueue, type Queue, type WorkerLink } from '../../stores/queue/ports.ts';
import type { ChannelChanges } from '../changes/channel-changes.ts';
import { JobClaims, type JobKind, machineQueue } from './job-claims.ts';
import { consumeJobs } from './job-consumer.ts';
import { JobService } from './job-service.ts';

/** How often jobs that were left are looked for, and how often while none is open. */
const recoverBusyMs = 10_000;
const recoverIdleMs = 30_000;

/** What people ask for of jobs, and the engine's own part in doing them. */
export interface Jobs extends AsyncDisposable {
  readonly service: JobService;
  /** Takes jobs, and sends again what earlier engines left. Never rejects. */
  start(): Promise<void>;
}

/** Everything about jobs, put together. */
export function createJobs(parts: {
  readonly db: Db;
  readonly queue: Queue;
  readonly pubSub: Pick<PubSub, 'publish'>;
  readonly changes: ChannelChanges;
  readonly kinds: readonly JobKind[];
  readonly machineId: string;
  /** Whether workers on other machines reach the objects. */
  readonly objectsAreShared: boolean;
  /** Null where no other program can take jobs. */
  readonly workers: WorkerLink | null;
  /** Whoever does not renew for so long has lost its job. */
  readonly leaseMs?: number;
  readonly log: WorkLog;
}): Jobs {
  const { db, queue, workers, machineId, log, leaseMs = 30_000 } = parts;
  const claims = new JobClaims(parts);
  const consume = (queueName: string, isServed: (() => Promise<boolean>) | null) =>
    consumeJobs({ db, claims, queue, queueName, worker: `engine ${machineId}`, isServed, leaseMs, log });
  const running = new AsyncDisposableStack();
  const recover = async () => {
    let isBusy = true;
    try {
      isBusy = await claims.recover();
    } catch (error) {
      log.warn({ err: error }, 'jobs that were left could not be looked for; trying again');
    }
    if (!running.disposed) timer = setTimeout(() => void recover(), isBusy ? recoverBusyMs : recoverIdleMs);
  };
  let timer: NodeJS.Timeout | undefined;
  running.defer(() => clearTimeout(timer));
  return {
    service: new JobService({ ...parts, claims }),
    start: async () => {
      await recover();
      if (workers) {
        const { answerWorkers } = await import('./worker-calls.ts');
        running.use(workers.serve(answerWorkers(claims, db, leaseMs, log)));
      }
      running.use(consume(defaultQueue, workers && (() => workers.present())));
      running.use(consume(machineQueue(machineId), null));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
