import { api } from './implementer.ts';

export const databaseApi = {
  revisions: api.database.revisions.handler(({ context }) => context.services().database.revisions()),
  check: api.database.check.handler(({ context }) => context.services().database.check()),
  months: api.database.months.handler(({ context }) => context.services().metricMonths.list()),
  keep: api.database.keep.handler(({ input, context }) => context.services().metricMonths.keep(input.months)),
  detach: api.database.detach.handler(({ input, context }) =>
    context.services().metricMonths.detach(input.month),
  ),
  attach: api.database.attach.handler(({ input, context }) =>
    context.services().metricMonths.attach(input.month),
  ),
  drop: api.database.drop.handler(({ input, context }) => context.services().metricMonths.drop(input.month)),
};
