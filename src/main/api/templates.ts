import { api } from './implementer.ts';

export const templatesApi = {
  list: api.templates.list.handler(({ input, context }) =>
    context.services().templates.list(context.userId, input),
  ),
  show: api.templates.show.handler(({ input, context }) =>
    context.services().templates.show(context.userId, input.template),
  ),
  save: api.templates.save.handler(({ input, context }) =>
    context.services().templates.save(context.userId, input),
  ),
  remove: api.templates.remove.handler(({ input, context }) =>
    context.services().templates.remove(context.userId, input.template),
  ),
};
