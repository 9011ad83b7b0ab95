import type pg from 'pg';
import { inTransaction } from '../../postgres/transaction.ts';
import type {
  Claim,
  JobError,
  JobKindName,
  JobRecord,
  JobStatus,
  JobStore,
  NewJob,
  Outcome,
} from './ports.ts';

interface JobRow {
  readonly id: string;
  readonly kind: JobKindName;
  readonly arguments: Record<string, unknown>;
  readonly queue: string;
  readonly status: JobStatus;
  readonly round: number;
  readonly attempts: number;
  readonly worker: string | null;
  readonly result: unknown;
  readonly error: JobError | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

const columns =
  'id, kind, arguments, queue, status, round, attempts, worker, result, error, created_at, started_at, ended_at';

const lease = (parameter: string) => `clock_timestamp() + ${parameter}::bigint * interval '1 millisecond'`;

/** Into the next round, or failed after too many attempts. $1: attempts, $2: error. */
const givenBack = `SET
    status = CASE WHEN attempts >= $1::float8 THEN 'failed' ELSE 'queued' END,
    error = CASE WHEN attempts >= $1::float8 THEN $2::jsonb END,
    ended_at = CASE WHEN attempts >= $1::float8 THEN clock_timestamp() END,
    round = round + 1, claim = NULL, leased_until = NULL`;

/** The rows of `jobs`. */
export class PostgresJobStore implements JobStore {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async put({ userId, kind, arguments: args, idempotencyKey, queue }: NewJob): Promise<JobRecord> {
    const { rows } = await this.pool.query<JobRow>(
      `INSERT INTO jobs AS j (user_id, kind, arguments, idempotency_key, queue) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (user_id, idempotency_key) DO UPDATE SET
        status = CASE WHEN j.status = 'failed' THEN 'queued' ELSE j.status END,
        arguments = CASE WHEN j.status = 'failed' THEN excluded.arguments ELSE j.arguments END,
        queue = CASE WHEN j.status = 'failed' THEN excluded.queue ELSE j.queue END,
        round = j.round + CASE WHEN j.status = 'failed' THEN 1 ELSE 0 END,
        attempts = CASE WHEN j.status = 'failed' THEN 0 ELSE j.attempts END,
        error = CASE WHEN j.status = 'failed' THEN NULL ELSE j.error END,
        ended_at = CASE WHEN j.status = 'failed' THEN NULL ELSE j.ended_at END
      RETURNING ${columns}`,
      [userId, kind, JSON.stringify(args), idempotencyKey, queue],
    );
    const [row] = rows;
    if (!row) throw new Error('a job that was put is there');
    return toJob(row);
  }

  async find(userId: string, jobId: string): Promise<JobRecord | null> {
    return this.one(`SELECT ${columns} FROM jobs WHERE user_id = $1 AND id = $2`, [userId, jobId]);
  }

  async list(
    userId: string,
    { kind, status, limit }: { kind: JobKindName | null; status: JobStatus | null; limit: number },
  ): Promise<JobRecord[]> {
    return this.many(
      `SELECT ${columns} FROM jobs WHERE user_id = $1 AND ($2::text IS NULL OR kind = $2)
        AND ($3::text IS NULL OR status = $3) ORDER BY created_at DESC, id LIMIT $4`,
      [userId, kind, status, limit],
    );
  }

  async claim({
    jobId,
    claim,
    leaseMs,
    round,
    worker,
  }: Claim & { round: number; worker: string }): Promise<JobRecord | null> {
    const taken = await this.one(
      `UPDATE jobs SET status = 'running', worker = $3, claim = $4, attempts = attempts + 1,
        leased_until = ${lease('$5')}, started_at = coalesce(started_at, clock_timestamp())
      WHERE id = $1 AND round = $2 AND status = 'queued' RETURNING ${columns}`,
      [jobId, round, worker, claim, leaseMs],
    );
    // Asked again, because the answer was lost.
    return (
      taken ??
      this.one(`SELECT ${columns} FROM jobs WHERE id = $1 AND status = 'running' AND claim = $2`, [
        jobId,
        claim,
      ])
    );
  }

  async claimed(jobId: string, claim: string): Promise<JobRecord | null> {
    return this.one(`SELECT ${columns} FROM jobs WHERE id = $1 AND claim = $2`, [jobId, claim]);
  }

  async renew({ jobId, claim, leaseMs }: Claim): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE jobs SET leased_until = ${lease('$3')} WHERE id = $1 AND claim = $2 AND status = 'running'`,
      [jobId, claim, leaseMs],
    );
    return rowCount === 1;
  }

  finish(jobId: string, claim: string, outcome: Outcome): Promise<boolean> {
    return inTransaction(this.pool, async (client) => {
      const { rows } = await client.query<{ status: JobStatus }>(
        'SELECT status FROM jobs WHERE id = $1 AND claim = $2 FOR NO KEY UPDATE',
        [jobId, claim],
      );
      const [row] = rows;
      if (!row) return false;
      // Said again, because the answer was lost.
      if (row.status !== 'running') return true;
      if (outcome.status === 'done' && outcome.statistics) {
        const { datasetId, version, value } = outcome.statistics;
        await client.query(
          `UPDATE dataset_versions SET summary = summary || jsonb_build_object('statistics', $3::jsonb)
          WHERE dataset_id = $1 AND version = $2`,
          [datasetId, version, JSON.stringify(value)],
        );
      }
      await client.query(
        `UPDATE jobs SET status = $2, result = $3, error = $4, ended_at = clock_timestamp(), leased_until = NULL
        WHERE id = $1`,
        [
          jobId,
          outcome.status,
          outcome.status === 'done' ? JSON.stringify(outcome.result) : null,
          outcome.status === 'failed' ? JSON.stringify(outcome.error) : null,
        ],
      );
      return true;
    });
  }

  async giveBack(jobId: string, claim: string, attempts: number, error: JobError): Promise<JobRecord | null> {
    return this.one(
      `UPDATE jobs ${givenBack} WHERE id = $3 AND claim = $4 AND status = 'running' RETURNING ${columns}`,
      [attempts, JSON.stringify(error), jobId, claim],
    );
  }

  async takeFromLost(attempts: number, error: JobError): Promise<JobRecord[]> {
    return this.many(
      `UPDATE jobs ${givenBack} WHERE status = 'running' AND leased_until < clock_timestamp() RETURNING ${columns}`,
      [attempts, JSON.stringify(error)],
    );
  }

  async queued(limit: number): Promise<JobRecord[]> {
    return this.many(`SELECT ${columns} FROM jobs WHERE status = 'queued' ORDER BY created_at, id LIMIT $1`, [
      limit,
    ]);
  }

  async nextRound(queue: string, idleMs: number): Promise<JobRecord[]> {
    return this.many(
      `UPDATE jobs SET round = round + 1 WHERE status = 'queued' AND queue = $1
        AND updated_at < clock_timestamp() - $2::bigint * interval '1 millisecond' RETURNING ${columns}`,
      [queue, idleMs],
    );
  }

  private async one(statement: string, values: unknown[]): Promise<JobRecord | null> {
    const [row] = await this.many(statement, values);
    return row ?? null;
  }

  private async many(statement: string, values: unknown[]): Promise<JobRecord[]> {
    const { rows } = await this.pool.query<JobRow>(statement, values);
    return rows.map(toJob);
  }
}

function toJob(row: JobRow): JobRecord {
  const { created_at: createdAt, started_at: startedAt, ended_at: endedAt, ...rest } = row;
  return { ...rest, createdAt, startedAt, endedAt };
}
