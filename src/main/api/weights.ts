import { api } from './implementer.ts';

export const weightsApi = {
  list: api.weights.list.handler(({ input, context }) =>
    context.services().weights.list(context.userId, input),
  ),
  cached: api.weights.cached.handler(({ context }) => context.services().weights.cached()),
  show: api.weights.show.handler(({ input, context }) =>
    context.services().weights.show(context.userId, input.weights),
  ),
  add: api.weights.add.handler(({ input, context }) => context.services().weights.add(context.userId, input)),
  pull: api.weights.pull.handler(({ input, context }) =>
    context.services().weights.pull(context.userId, input),
  ),
  wait: api.weights.wait.handler(({ input, context }) => context.services().weights.wait(input)),
  remove: api.weights.remove.handler(({ input, context }) =>
    context.services().weights.remove(context.userId, input.weights),
  ),
};
