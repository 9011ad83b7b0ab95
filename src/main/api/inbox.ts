import { api } from './implementer.ts';

export const inboxApi = {
  show: api.inbox.show.handler(({ input, context }) => context.services().inbox.show(input.all)),
  dismiss: api.inbox.dismiss.handler(({ input, context }) =>
    context.services().inbox.dismiss(context.userId, input.name),
  ),
  restore: api.inbox.restore.handler(({ input, context }) =>
    context.services().inbox.restore(context.userId, input.name),
  ),
};
