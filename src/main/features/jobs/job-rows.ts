import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Job } from '../../../shared/contract/jobs.ts';
import type { DatasetStatistics } from '../../../shared/model/job-results.ts';
import type { RunStatus } from '../../../shared/model/run.ts';
import type { Db } from '../../postgres/db.ts';
import { newestFirst, type Page, Parameters, readPage } from '../../postgres/pages.ts';
import { isoText, query } from '../../postgres/rows.ts';

export type JobKindName = Job['kind'];
export type JobError = NonNullable<Job['error']>;

export interface JobRecord extends Readonly<Omit<Job, 'statistics' | 'export'>> {
  readonly queue: string;
  /** Of its message: what an earlier round's message asks for is not done. */
  readonly round: number;
  readonly result: unknown;
}

export interface JobFilter {
  readonly kind?: JobKindName | undefined;
  readonly status?: Job['status'] | undefined;
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

const columns = `id, kind, arguments, queue, status, round, attempts, worker, result, error,
  ${isoText('created_at')} AS "createdAt", ${isoText('started_at')} AS "startedAt", ${isoText('ended_at')} AS "endedAt"`;

const lease = (parameter: string) => `clock_timestamp() + ${parameter}::bigint * interval '1 millisecond'`;

/** Into the next round, or failed after too many attempts. $1: attempts, $2: error. */
const givenBack = `SET
    status = CASE WHEN attempts >= $1::float8 THEN 'failed' ELSE 'queued' END,
    error = CASE WHEN attempts >= $1::float8 THEN $2::jsonb END,
    ended_at = CASE WHEN attempts >= $1::float8 THEN clock_timestamp() END,
    round = round + 1, claim = NULL, leased_until = NULL`;

// Jobs are rows, which are what counts; each function is one transaction. Leases end by the database's clock.

/** The job of this key: a new one, or the one that is there; one that failed is queued again. */
export async function putJob(db: Db, job: NewJob): Promise<JobRecord> {
  const { userId, kind, arguments: args, idempotencyKey, queue } = job;
  const ifFailed = (then: string, otherwise: string) =>
    `CASE WHEN j.status = 'failed' THEN ${then} ELSE ${otherwise} END`;
  const [row] = await query<JobRecord>(
    db,
    `INSERT INTO jobs AS j (user_id, kind, arguments, idempotency_key, queue) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id, idempotency_key) DO UPDATE SET
      status = ${ifFailed("'queued'", 'j.status')}, arguments = ${ifFailed('excluded.arguments', 'j.arguments')},
      queue = ${ifFailed('excluded.queue', 'j.queue')}, round = j.round + ${ifFailed('1', '0')},
      attempts = ${ifFailed('0', 'j.attempts')}, error = ${ifFailed('NULL', 'j.error')},
      ended_at = ${ifFailed('NULL', 'j.ended_at')}
    RETURNING ${columns}`,
    [userId, kind, JSON.stringify(args), idempotencyKey, queue],
  );
  if (!row) throw new Error('a job that was put is there');
  return row;
}

/** A job of this user; null if there is none. */
export async function findJob(db: Db, userId: string, jobId: string): Promise<JobRecord | null> {
  return one(db, `SELECT ${columns} FROM jobs WHERE user_id = $1 AND id = $2`, [userId, jobId]);
}

/** A page, newest first. */
export function listJobs(
  db: Db,
  userId: string,
  { kind, status }: JobFilter,
  page: PageQuery,
): Promise<Page<JobRecord>> {
  const parameters = new Parameters();
  const conditions = [`user_id = ${parameters.add(userId)}`];
  if (kind !== undefined) conditions.push(`kind = ${parameters.add(kind)}`);
  if (status !== undefined) conditions.push(`status = ${parameters.add(status)}`);
  const list = { columns, from: 'FROM jobs', where: conditions.join(' AND ') };
  return readPage(db, { ...list, order: newestFirst('jobs'), parameters }, page);
}

/** Takes a queued job of this round; null where it is not to be had. Of several at once, one gets it. */
export async function claimJob(
  db: Db,
  { jobId, claim, leaseMs, round, worker }: Claim & { readonly round: number; readonly worker: string },
): Promise<JobRecord | null> {
  const taken = await one(
    db,
    `UPDATE jobs SET status = 'running', worker = $3, claim = $4, attempts = attempts + 1,
      leased_until = ${lease('$5')}, started_at = coalesce(started_at, clock_timestamp())
    WHERE id = $1 AND round = $2 AND status = 'queued' RETURNING ${columns}`,
    [jobId, round, worker, claim, leaseMs],
  );
  if (taken) return taken;
  // Asked again, because the answer was lost.
  const text = `SELECT ${columns} FROM jobs WHERE id = $1 AND status = 'running' AND claim = $2`;
  return one(db, text, [jobId, claim]);
}

/** The job that this claim took, whatever became of it since; null where somebody else took it after that. */
export async function claimedJob(db: Db, jobId: string, claim: string): Promise<JobRecord | null> {
  return one(db, `SELECT ${columns} FROM jobs WHERE id = $1 AND claim = $2`, [jobId, claim]);
}

/** Answers whether the claim still holds. */
export async function renewClaim(db: Db, { jobId, claim, leaseMs }: Claim): Promise<boolean> {
  const renewed = await query(
    db,
    `UPDATE jobs SET leased_until = ${lease('$3')} WHERE id = $1 AND claim = $2 AND status = 'running' RETURNING id`,
    [jobId, claim, leaseMs],
  );
  return renewed.length === 1;
}

/** Ends a job; answers whether the claim still held (or had ended it so already). */
export async function finishJob(db: Db, jobId: string, claim: string, outcome: Outcome): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [row] = await query<Pick<JobRecord, 'status'>>(
      tx,
      'SELECT status FROM jobs WHERE id = $1 AND claim = $2 FOR NO KEY UPDATE',
      [jobId, claim],
    );
    if (!row) return false;
    // Asked again, because the answer was lost.
    if (row.status !== 'running') return true;
    const isDone = outcome.status === 'done';
    if (isDone && outcome.statistics) {
      const { datasetId, version, value } = outcome.statistics;
      await query(
        tx,
        `UPDATE dataset_versions SET summary = summary || jsonb_build_object('statistics', $3::jsonb)
        WHERE dataset_id = $1 AND version = $2`,
        [datasetId, version, JSON.stringify(value)],
      );
    }
    const result = isDone ? JSON.stringify(outcome.result) : null;
    const error = isDone ? null : JSON.stringify(outcome.error);
    await query(
      tx,
      `UPDATE jobs SET status = $2, result = $3, error = $4, ended_at = clock_timestamp(), leased_until = NULL
      WHERE id = $1`,
      [jobId, outcome.status, result, error],
    );
    return true;
  });
}

/** Queued again in its next round, or failed after `attempts` attempts (Infinity: never); null where the claim does not hold any more. */
export async function giveJobBack(
  db: Db,
  jobId: string,
  claim: string,
  attempts: number,
  error: JobError,
): Promise<JobRecord | null> {
  return one(
    db,
    `UPDATE jobs ${givenBack} WHERE id = $3 AND claim = $4 AND status = 'running' RETURNING ${columns}`,
    [attempts, JSON.stringify(error), jobId, claim],
  );
}

/** Whether any job is queued or under way. */
export async function hasOpenJobs(db: Db): Promise<boolean> {
  const [row] = await query<{ open: boolean }>(
    db,
    `SELECT EXISTS (SELECT FROM jobs WHERE status IN ('queued', 'running')) AS open`,
  );
  return row?.open === true;
}

/** Gives back what nobody renewed. Answers those jobs. */
export async function takeFromLost(db: Db, attempts: number, error: JobError): Promise<JobRecord[]> {
  return query(
    db,
    `UPDATE jobs ${givenBack} WHERE status = 'running' AND leased_until < clock_timestamp() RETURNING ${columns}`,
    [attempts, JSON.stringify(error)],
  );
}

/** Oldest first. */
export async function queuedJobs(db: Db, limit: number): Promise<JobRecord[]> {
  const text = `SELECT ${columns} FROM jobs WHERE status = 'queued' ORDER BY jobs.created_at, id LIMIT $1`;
  return query(db, text, [limit]);
}

/** Puts jobs of a queue that nothing happened to for so long into their next round. */
export async function nextRound(db: Db, queue: string, idleMs: number): Promise<JobRecord[]> {
  return query(
    db,
    `UPDATE jobs SET round = round + 1 WHERE status = 'queued' AND queue = $1
      AND updated_at < clock_timestamp() - $2::bigint * interval '1 millisecond' RETURNING ${columns}`,
    [queue, idleMs],
  );
}

async function one(db: Db, text: string, values: readonly unknown[]): Promise<JobRecord | null> {
  const [row] = await query<JobRecord>(db, text, values);
  return row ?? null;
}

/** A run's artifacts of the kind `model`, of the newest attempt that has any. */
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

/** A run with its model's files; null where there is no such run. */
export async function findModel(
  db: Db,
  userId: string,
  runId: string,
): Promise<{ readonly name: string; readonly status: RunStatus; readonly model: ModelFiles | null } | null> {
  const [row] = await query<{ name: string; status: RunStatus; model: ModelFiles | null }>(
    db,
    `SELECT run.name, run.status, (
      SELECT jsonb_build_object('attempt', attempt, 'files', jsonb_agg(jsonb_build_object('name', name,
        'objectKey', object_key, 'sizeBytes', size_bytes, 'sha256', sha256) ORDER BY name))
      FROM run_artifacts WHERE workflow_id = run.id AND kind = 'model'
      GROUP BY attempt ORDER BY attempt DESC LIMIT 1) AS model
    FROM workflows AS run WHERE run.id = $2 AND run.user_id = $1 AND run.deleted_at IS NULL`,
    [userId, runId],
  );
  return row ?? null;
}
