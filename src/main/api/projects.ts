import { api } from './implementer.ts';

export const projectsApi = {
  list: api.projects.list.handler(({ input, context }) =>
    context.services().projects.list(context.userId, input),
  ),
  create: api.projects.create.handler(({ input, context }) =>
    context.services().projects.create(context.userId, input),
  ),
  show: api.projects.show.handler(({ input, context }) =>
    context.services().projects.show(context.userId, input.project),
  ),
  update: api.projects.update.handler(({ input: { project, ...change }, context }) =>
    context.services().projects.update(context.userId, project, change),
  ),
  remove: api.projects.remove.handler(({ input, context }) =>
    context.services().projects.remove(context.userId, input.project),
  ),
};
