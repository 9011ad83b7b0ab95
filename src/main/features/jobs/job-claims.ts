import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { Db } from '../../postgres/db.ts';
import type { PubSub } from '../../stores/pubsub/ports.ts';
import { defaultQueue, type Queue } from '../../stores/queue/ports.ts';
import {
  type Claim,
  claimJob,
  finishJob,
  giveJobBack,
  hasOpenJobs,
  type JobError,
  type JobKindName,
  type JobRecord,
  nextRound,
  type Outcome,
  queuedJobs,
  takeFromLost,
} from './job-rows.ts';

/** How often a job is taken before it counts as failed where nobody brings it to its end. */
const mostAttempts = 5;

/** A job that is queued and whose message may be lost is sent again; the same message is kept once. */
const sentAtOnce = 1000;

/** What is particular to a kind of job. Whoever does it hands in the same, so that it does not matter who did it. */
export interface JobKind {
  readonly name: JobKindName;
  /** All that a worker on another machine needs beside its access to the object store. */
  plan(args: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Does it here. Answers what `conclude` takes. */
  run(args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>;
  /** What is kept of what was handed in. @throws where that is not what this kind hands in */
  conclude(args: Readonly<Record<string, unknown>>, handedIn: unknown): Extract<Outcome, { status: 'done' }>;
}

/** The error of a job that nobody brings to its end. */
const lost = fault('JOB_LOST', {}).record;

/** An error as a row keeps it. */
export function asJobError(error: unknown): JobError {
  const known = error instanceof TrainyardError ? error : fault('JOB_FAILED', { cause: errorMessage(error) });
  return known.record;
}

/** The channel of a job's end. */
export function jobChannel(jobId: string): string {
  return `job:${jobId}:updates`;
}

/**
 * Who has which job. The row decides: a message only says that there may be something to do, so that a lost one is sent again and one
 * too many does nothing.
 */
export class JobClaims {
  private readonly parts;

  constructor(parts: {
    readonly db: Db;
    readonly queue: Queue;
    readonly pubSub: Pick<PubSub, 'publish'>;
    readonly kinds: readonly JobKind[];
    readonly log: WorkLog;
  }) {
    this.parts = parts;
  }

  kindOf(name: string): JobKind | undefined {
    return this.parts.kinds.find((kind) => kind.name === name);
  }

  /** Puts a queued job's message into its queue; harmless when repeated. */
  async send(job: JobRecord): Promise<void> {
    failpoint('job.send.before');
    await this.parts.queue.send(job.queue, {
      id: `${job.id}.${job.round}`,
      body: { task: job.kind, args: [], kwargs: { job: job.id, round: job.round } },
    });
    failpoint('job.send.after');
  }

  /** Null where the job is not to be had: taken, done, or put into a later round. */
  async claim(claim: Claim & { readonly round: number; readonly worker: string }): Promise<JobRecord | null> {
    failpoint('job.claim.before');
    const job = await claimJob(this.parts.db, claim);
    failpoint('job.claim.after');
    if (job) await this.publishChange(job.id);
    return job;
  }

  /** Ends a job with what was handed in; answers whether the claim still held. */
  async finish(job: JobRecord, claim: string, handedIn: unknown): Promise<boolean> {
    let outcome: Outcome;
    try {
      const kind = this.kindOf(job.kind);
      if (!kind) throw new Error(`no jobs of the kind ${job.kind} are done here`);
      outcome = kind.conclude(job.arguments, handedIn);
    } catch (error) {
      outcome = { status: 'failed', error: asJobError(error) };
    }
    return this.end(job.id, claim, outcome);
  }

  /** Ends a job that cannot be done, or gives it back where the cause passes. */
  async fail(jobId: string, claim: string, error: JobError): Promise<boolean> {
    // A store that was away: the same job may succeed later. It is sent again by `recover`, not at once: what is away needs some time.
    if (error.code.endsWith('_UNREACHABLE'))
      return (await this.putBack(jobId, claim, mostAttempts, error)) !== null;
    return this.end(jobId, claim, { status: 'failed', error });
  }

  /** Leaves a job to whoever comes next. */
  async giveBack(jobId: string, claim: string): Promise<boolean> {
    const job = await this.putBack(jobId, claim, Number.POSITIVE_INFINITY, lost);
    if (job?.status === 'queued') await this.send(job);
    return job !== null;
  }

  /** Takes jobs away from whoever disappeared, and sends again what is queued: its message may be lost. Answers whether any job is open. */
  async recover(): Promise<boolean> {
    const isAnyOpen = await hasOpenJobs(this.parts.db);
    const lostJobs = isAnyOpen ? await takeFromLost(this.parts.db, mostAttempts, lost) : [];
    failpoint('job.recover.after');
    for (const job of lostJobs) {
      this.parts.log.warn(
        { jobId: job.id, worker: job.worker },
        'whoever had this job disappeared; somebody else may take it',
      );
      await this.publishChange(job.id);
    }
    if (isAnyOpen) for (const job of await queuedJobs(this.parts.db, sentAtOnce)) await this.send(job);
    return isAnyOpen;
  }

  /**
   * Sends anew, under other ids, what is queued though its queue is empty: workers that disappeared hold those messages.
   * @param idleMs how long nothing happened to a job
   */
  async sendAnew(queue: string, idleMs: number): Promise<number> {
    const jobs = await nextRound(this.parts.db, queue, idleMs);
    for (const job of jobs) await this.send(job);
    return jobs.length;
  }

  private async end(jobId: string, claim: string, outcome: Outcome): Promise<boolean> {
    failpoint('job.finish.before');
    const held = await finishJob(this.parts.db, jobId, claim, outcome);
    failpoint('job.finish.after');
    if (held) await this.publishChange(jobId);
    return held;
  }

  private async putBack(
    jobId: string,
    claim: string,
    attempts: number,
    error: JobError,
  ): Promise<JobRecord | null> {
    failpoint('job.return.before');
    const job = await giveJobBack(this.parts.db, jobId, claim, attempts, error);
    failpoint('job.return.after');
    if (job) await this.publishChange(jobId);
    return job;
  }

  /** Whoever waits for it reads it again; a message that is lost is made up for by their own timeout. */
  private async publishChange(jobId: string): Promise<void> {
    try {
      await this.parts.pubSub.publish(jobChannel(jobId), { type: 'job', data: { id: jobId } });
    } catch (error) {
      this.parts.log.warn({ err: error, jobId }, 'the change of a job could not be published');
    }
  }
}

/** The queue of jobs that need what lies on one machine alone. */
export function machineQueue(machineId: string): string {
  return `${defaultQueue}:${machineId}`;
}
