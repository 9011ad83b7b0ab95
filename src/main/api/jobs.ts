import { implement } from '@orpc/server';
import { jobsContract } from '../../shared/contract/jobs.ts';
import type { JobService } from '../features/jobs/job-service.ts';
import type { ApiContext } from './implementer.ts';

/** The contract's part on jobs. */
export function jobsApi(service: JobService) {
  const jobs = implement(jobsContract).$context<ApiContext>();
  return {
    start: jobs.start.handler(({ input, context }) => service.start(context.userId, input)),
    show: jobs.show.handler(({ input, context, signal }) =>
      service.show(context.userId, input.job, input.waitMs, signal),
    ),
    list: jobs.list.handler(({ input, context }) => service.list(context.userId, input)),
  };
}
