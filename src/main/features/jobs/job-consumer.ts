import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { pause } from '../../platform/waiting.ts';
import { Wakeups } from '../../platform/wakeups.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { Db } from '../../postgres/db.ts';
import type { Queue, ReceivedMessage } from '../../stores/queue/ports.ts';
import { asJobError, type JobClaims } from './job-claims.ts';
import { type JobRecord, renewClaim } from './job-rows.ts';

/** The message comes back after this; the job's own lease says who has it. */
const visibilityMs = 60_000;
const waitMs = 30_000;
/** How often it is looked whether a worker came or went. */
const lookMs = 3000;
const pauseMs = 2000;

/** A message of ours; others' tasks are left to their own workers. */
const bodySchema = z.object({
  task: z.string(),
  kwargs: z.object({ job: z.uuid(), round: z.int().min(1) }),
});

/** Does the jobs of a queue one after the other, as long as no worker does; disposed it gives back what it is at. */
export function consumeJobs(parts: {
  readonly db: Db;
  readonly claims: JobClaims;
  readonly queue: Queue;
  readonly queueName: string;
  /** Who takes the jobs, for people. */
  readonly worker: string;
  /** Whether somebody else does them; null: nobody else can. */
  readonly isServed: (() => Promise<boolean>) | null;
  /** Whoever does not renew for so long has lost the job. */
  readonly leaseMs: number;
  readonly log: WorkLog;
}): AsyncDisposable {
  const { db, claims, queue, queueName, worker, isServed, leaseMs, log } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function work(): Promise<void> {
    let isReported = false;
    while (!signal.aborted) {
      try {
        await next();
        isReported = false;
      } catch (error) {
        if (signal.aborted) return;
        if (!isReported) log.warn({ err: error, queue: queueName }, 'jobs cannot be taken now; trying again');
        isReported = true;
        await pause(pauseMs, signal);
      }
    }
  }

  async function next(): Promise<void> {
    if (isServed && (await isServed())) return pause(lookMs, signal);
    const message = await queue.receive(queueName, visibilityMs);
    if (message) return take(message);
    if ((await claims.sendAnew(queueName, leaseMs)) > 0) return;
    const most = isServed ? lookMs : Math.min(waitMs, leaseMs);
    const ended = new Wakeups();
    const stopped = ended.wait(most, signal);
    await Promise.race([stopped, queue.wait(queueName, most)]).finally(() => ended.wake());
  }

  async function take(message: ReceivedMessage): Promise<void> {
    const body = bodySchema.safeParse(message.body);
    if (!body.success || !claims.kindOf(body.data.task)) {
      // It is there again when its time is over, for whoever knows it.
      log.info({ messageId: message.id }, 'a message is no job of ours; it is left to others');
      return;
    }
    const { job: jobId, round } = body.data.kwargs;
    const claim = randomUUID();
    const job = await claims.claim({ jobId, round, worker, claim, leaseMs });
    if (job) await run(job, claim);
    await message.acknowledge();
  }

  async function run(job: JobRecord, claim: string): Promise<void> {
    const lostIt = new AbortController();
    const renew = async () => {
      try {
        if (!(await renewClaim(db, { jobId: job.id, claim, leaseMs }))) lostIt.abort();
      } catch (error) {
        log.warn({ err: error, jobId: job.id }, 'the lease of a job could not be renewed; trying again');
      }
    };
    const timer = setInterval(() => void renew(), leaseMs / 3);
    try {
      const handedIn = await claims
        .kindOf(job.kind)
        ?.run(job.arguments, AbortSignal.any([signal, lostIt.signal]));
      await claims.finish(job, claim, handedIn);
    } catch (error) {
      if (signal.aborted) await claims.giveBack(job.id, claim);
      else if (!lostIt.signal.aborted) await claims.fail(job.id, claim, asJobError(error));
    } finally {
      clearInterval(timer);
    }
  }

  const working = work();
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await working;
    },
  };
}
