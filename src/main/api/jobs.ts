import { api } from './implementer.ts';

export const jobsApi = {
  start: api.jobs.start.handler(({ input, context }) => context.services().jobs.start(context.userId, input)),
  show: api.jobs.show.handler(({ input, context, signal }) =>
    context.services().jobs.show(context.userId, input.job, input.waitMs, signal),
  ),
  list: api.jobs.list.handler(({ input, context }) => context.services().jobs.list(context.userId, input)),
};
