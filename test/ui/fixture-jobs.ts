import { ORPCError } from '@orpc/server';
import { os } from './fixture-api.ts';

const absent = () =>
  new ORPCError('JOB_NOT_FOUND', {
    status: 404,
    message: 'The fixture has no jobs',
    data: { hint: 'Check its id in the list of jobs.', place: {} },
  });

/** Jobs: none. */
export function fixtureJobs() {
  const { jobs } = os;
  return {
    start: jobs.start.handler(() => {
      throw absent();
    }),
    show: jobs.show.handler(() => {
      throw absent();
    }),
    list: jobs.list.handler(() => ({ jobs: [], next: null, total: 0 })),
  };
}
