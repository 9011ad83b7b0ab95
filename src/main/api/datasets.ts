import { automatic } from '../features/datasets/reading.ts';
import { api } from './implementer.ts';

export const datasetsApi = {
  list: api.datasets.list.handler(({ input, context }) =>
    context.services().datasets.list(context.userId, input),
  ),
  show: api.datasets.show.handler(({ input, context }) =>
    context.services().datasets.show(context.userId, input.dataset),
  ),
  validate: api.datasets.validate.handler(({ input: { reading = automatic, ...input }, context, signal }) =>
    context.services().datasets.checks.validate({ ...input, reading }, signal),
  ),
  startCheck: api.datasets.startCheck.handler(({ input: { reading = automatic, ...input }, context }) =>
    context.services().datasets.checks.start({ ...input, reading }),
  ),
  waitForCheck: api.datasets.waitForCheck.handler(({ input, context, signal }) =>
    context.services().datasets.checks.wait(input, signal),
  ),
  cancelCheck: api.datasets.cancelCheck.handler(({ input, context }) =>
    context.services().datasets.checks.cancel(input.checkId),
  ),
  import: api.datasets.import.handler(({ input, context }) =>
    context.services().datasets.import(context.userId, input),
  ),
  waitForImport: api.datasets.waitForImport.handler(({ input, context }) =>
    context.services().datasets.waitForImport(input),
  ),
  cancelImport: api.datasets.cancelImport.handler(({ input, context }) =>
    context.services().datasets.cancelImport(context.userId, input.importId),
  ),
  images: api.datasets.images.handler(({ input, context }) =>
    context.services().datasets.images(context.userId, input),
  ),
  image: api.datasets.image.handler(({ input, context }) =>
    context.services().datasets.image(context.userId, input),
  ),
  exportPlan: api.datasets.exportPlan.handler(({ input, context }) =>
    context.services().exports.plan(context.userId, input),
  ),
  verify: api.datasets.verify.handler(({ input, context }) =>
    context.services().datasets.verify(context.userId, input.dataset, input.version),
  ),
  link: api.datasets.link.handler(({ input, context }) =>
    context.services().datasets.link(context.userId, input.dataset, input.project),
  ),
  remove: api.datasets.remove.handler(({ input, context }) =>
    context.services().datasets.remove(context.userId, input.dataset),
  ),
};
