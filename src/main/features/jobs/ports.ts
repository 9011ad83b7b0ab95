import type { DatasetStatistics, Job } from '../../../shared/contract/jobs.ts';
import type { RunStatus } from '../../../shared/model/run.ts';

export type JobKindName = Job['kind'];
export type JobStatus = Job['status'];
export type JobError = NonNullable<Job['error']>;

export interface JobRecord {
  readonly id: string;
  readonly kind: JobKindName;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly queue: string;
  readonly status: JobStatus;
  /** Of its message: what an earlier round's message asks for is not done. */
  readonly round: number;
  readonly attempts: number;
  readonly worker: string | null;
  readonly result: unknown;
  readonly error: JobError | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

export interface NewJob {
  readonly userId: string;
  readonly kind: JobKindName;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The same key is the same job. */
  readonly idempotencyKey: string;
  readonly queue: string;
}

/** Who takes a job, until when. The claim's id fences: whoever has an older one is late. */
export interface Claim {
  readonly jobId: string;
  /** A UUID of the taker's own making; the same again is the same claim. */
  readonly claim: string;
  readonly leaseMs: number;
}

export type Outcome =
  | {
      readonly status: 'done';
      readonly result: unknown;
      /** Put into the version's row in the same transaction. */
      readonly statistics: {
        readonly datasetId: string;
        readonly version: number;
        readonly value: DatasetStatistics;
      } | null;
    }
  | { readonly status: 'failed'; readonly error: JobError };

/** Jobs as rows, which are what counts; each method is one transaction. Leases end by the database's clock. */
export interface JobStore {
  /** The job of this key: a new one, or the one that is there; one that failed is queued again. */
  put(job: NewJob): Promise<JobRecord>;
  find(userId: string, jobId: string): Promise<JobRecord | null>;
  /** Newest first. */
  list(
    userId: string,
    filter: { readonly kind: JobKindName | null; readonly status: JobStatus | null; readonly limit: number },
  ): Promise<JobRecord[]>;
  /** Takes a queued job of this round; null where it is not to be had. Of several at once, one gets it. */
  claim(claim: Claim & { readonly round: number; readonly worker: string }): Promise<JobRecord | null>;
  /** The job that this claim took, whatever became of it since; null where somebody else took it after that. */
  claimed(jobId: string, claim: string): Promise<JobRecord | null>;
  /** Answers whether the claim still holds. */
  renew(claim: Claim): Promise<boolean>;
  /** Ends a job; answers whether the claim still held (or had ended it so already). */
  finish(jobId: string, claim: string, outcome: Outcome): Promise<boolean>;
  /** Queued again in its next round, or failed after `attempts` attempts (Infinity: never); null where the claim does not hold any more. */
  giveBack(jobId: string, claim: string, attempts: number, error: JobError): Promise<JobRecord | null>;
  /** Gives back what nobody renewed. Answers those jobs. */
  takeFromLost(attempts: number, error: JobError): Promise<JobRecord[]>;
  /** Oldest first. */
  queued(limit: number): Promise<JobRecord[]>;
  /** Puts jobs of a queue that nothing happened to for so long into their next round. */
  nextRound(queue: string, idleMs: number): Promise<JobRecord[]>;
}

/** The files of a run's model as artifacts, of the newest attempt that has any. */
export interface ModelFiles {
  readonly attempt: number;
  readonly files: readonly {
    readonly name: string;
    /** In the bucket `artifacts`; null until it is there. */
    readonly objectKey: string | null;
    readonly sizeBytes: number | null;
    readonly sha256: string | null;
  }[];
}

export interface ModelSource {
  /** Null where there is no such run. */
  modelOf(
    userId: string,
    runId: string,
  ): Promise<{ readonly name: string; readonly status: RunStatus; readonly model: ModelFiles | null } | null>;
}

/** Sums over the pixels of an image as 8-bit red, green and blue: whole numbers. */
export interface PixelSums {
  readonly pixels: number;
  readonly sums: readonly [number, number, number];
  readonly squares: readonly [number, number, number];
}

export interface PixelReader {
  /** @param white the value of white of a 16-bit image; null for one of 8 bits @throws ImageFault */
  sums(bytes: Uint8Array, white: number | null): Promise<PixelSums>;
}
