import { z } from 'zod';
import { errorParameters, workError } from '../../../shared/contract/common.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { Db } from '../../postgres/db.ts';
import { asJobError, type JobClaims } from './job-claims.ts';
import { claimedJob, type JobRecord, renewClaim } from './job-rows.ts';

const claimed = { job: z.uuid(), claim: z.uuid() };
const errorSchema = workError.extend({
  code: z.string().min(1).max(100),
  message: z.string().max(10_000),
  hint: z.string().max(10_000),
  parameters: errorParameters.refine((parameters) => JSON.stringify(parameters).length <= 20_000),
});

/** What a worker of another program asks; each may be asked again, with the same answer. */
const callSchema = z.discriminatedUnion('call', [
  z.object({
    call: z.literal('claim'),
    ...claimed,
    round: z.int().min(1),
    worker: z.string().min(1).max(200),
  }),
  z.object({ call: z.literal('renew'), ...claimed }),
  z.object({ call: z.literal('finish'), ...claimed, result: z.unknown() }),
  z.object({ call: z.literal('fail'), ...claimed, error: errorSchema }),
  z.object({ call: z.literal('return'), ...claimed }),
]);

/** Answers a worker's call: `{ok: true, …}`, `{ok: false}` where its claim does not hold, or `{error}`. Never rejects. */
export function answerWorkers(claims: JobClaims, db: Db, leaseMs: number, log: WorkLog) {
  const answer = async (call: z.infer<typeof callSchema>): Promise<object> => {
    const { job: jobId, claim } = call;
    switch (call.call) {
      case 'claim': {
        const job = await claims.claim({ jobId, claim, round: call.round, worker: call.worker, leaseMs });
        return job
          ? { ok: true, leaseMs, kind: job.kind, plan: await planOf(claims, job, claim) }
          : { ok: false };
      }
      case 'renew':
        return { ok: await renewClaim(db, { jobId, claim, leaseMs }) };
      case 'finish': {
        const job = await claimedJob(db, jobId, claim);
        return { ok: job !== null && (await claims.finish(job, claim, call.result)) };
      }
      case 'fail':
        return { ok: await claims.fail(jobId, claim, call.error) };
      case 'return':
        return { ok: await claims.giveBack(jobId, claim) };
    }
  };
  return async (call: unknown): Promise<unknown> => {
    try {
      return await answer(callSchema.parse(call));
    } catch (error) {
      log.warn({ err: error }, "a worker's call could not be answered");
      return { error: asJobError(error) };
    }
  };
}

/** A job that cannot be planned has failed. */
async function planOf(claims: JobClaims, job: JobRecord, claim: string): Promise<unknown> {
  try {
    return await claims.kindOf(job.kind)?.plan(job.arguments);
  } catch (error) {
    await claims.fail(job.id, claim, asJobError(error));
    throw error;
  }
}
