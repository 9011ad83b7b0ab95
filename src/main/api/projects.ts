import type { Projects } from '../features/projects/projects.ts';
import { api } from './implementer.ts';

/** The contract's projects, by the service. */
export function projectsApi(services: { readonly projects: Projects }) {
  const { projects } = services;
  return {
    list: api.projects.list.handler(async ({ input, context }) => ({
      projects: await projects.list(context.userId, input.search),
    })),
    create: api.projects.create.handler(({ input, context }) => projects.create(context.userId, input)),
    show: api.projects.show.handler(({ input, context }) => projects.show(context.userId, input.project)),
    update: api.projects.update.handler(({ input: { project, ...change }, context }) =>
      projects.update(context.userId, project, change),
    ),
    remove: api.projects.remove.handler(({ input, context }) =>
      projects.remove(context.userId, input.project),
    ),
  };
}
