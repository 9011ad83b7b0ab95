import { defaultQueue, type WorkerLink } from '../../stores/queue/ports.ts';
import { jobClaims, machineQueue } from './job-claims.ts';
import { consumeJobs } from './job-consumer.ts';
import { jobService } from './job-service.ts';
import { answerWorkers } from './worker-calls.ts';

const recoverEveryMs = 10_000;

type JobsParts = Parameters<typeof jobClaims>[0] &
  Omit<Parameters<typeof jobService>[0], 'claims'> & {
    /** Null where no other program can take jobs. */
    readonly workers: WorkerLink | null;
    /** Whoever does not renew for so long has lost its job. */
    readonly leaseMs?: number;
  };

/** Everything about jobs, put together. */
export function createJobs(parts: JobsParts) {
  const { db, queue, workers, machineId, log, leaseMs = 30_000 } = parts;
  const claims = jobClaims(parts);
  const service = jobService({ ...parts, claims });
  const consume = (queueName: string, isServed: (() => Promise<boolean>) | null) =>
    consumeJobs({ claims, queue, queueName, worker: `engine ${machineId}`, isServed, leaseMs, log });
  const recover = async () => {
    try {
      await claims.recover();
    } catch (error) {
      log.warn({ err: error }, 'jobs that were left could not be looked for; trying again');
    }
  };
  const running = new AsyncDisposableStack();
  return {
    service,
    /** Takes jobs, and sends again what earlier engines left. Never rejects. */
    start: async () => {
      await recover();
      const timer = setInterval(() => void recover(), recoverEveryMs);
      running.defer(() => clearInterval(timer));
      if (workers) running.use(workers.serve(answerWorkers(claims, db, leaseMs, log)));
      running.use(consume(defaultQueue, workers && (() => workers.present())));
      running.use(consume(machineQueue(machineId), null));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
