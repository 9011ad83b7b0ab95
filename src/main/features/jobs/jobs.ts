import type { WorkerLink } from '../../stores/queue/ports.ts';
import { defaultQueue } from '../../stores/queue/ports.ts';
import { JobClaims, machineQueue } from './job-claims.ts';
import { JobConsumer } from './job-consumer.ts';
import { JobService } from './job-service.ts';
import { answerWorkers } from './worker-calls.ts';

const recoverEveryMs = 10_000;

type JobsParts = ConstructorParameters<typeof JobClaims>[0] &
  Omit<ConstructorParameters<typeof JobService>[0], 'claims'> & {
    /** Null where no other program can take jobs. */
    readonly workers: WorkerLink | null;
    /** Whoever does not renew for so long has lost its job. */
    readonly leaseMs?: number;
  };

/** Everything about jobs, put together. */
export function createJobs(parts: JobsParts) {
  const { db, queue, workers, machineId, log, leaseMs = 30_000 } = parts;
  const claims = new JobClaims(parts);
  const service = new JobService({ ...parts, claims });
  const consumer = (queueName: string, isServed: (() => Promise<boolean>) | null) =>
    new JobConsumer({ claims, queue, queueName, worker: `engine ${machineId}`, isServed, leaseMs, log });
  const consumers = [
    consumer(defaultQueue, workers && (() => workers.present())),
    consumer(machineQueue(machineId), null),
  ];
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
      for (const each of consumers) running.use(each).start();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
