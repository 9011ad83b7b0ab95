import type { DatasetService } from '../features/datasets/dataset-service.ts';
import { automatic } from '../features/datasets/reading.ts';
import { api } from './implementer.ts';

/** The contract's part on datasets. */
export function datasetsApi(service: DatasetService) {
  const { datasets } = api;
  return {
    list: datasets.list.handler(async ({ input, context }) => ({
      datasets: await service.list(context.userId, input),
    })),
    show: datasets.show.handler(({ input, context }) => service.show(context.userId, input.dataset)),
    validate: datasets.validate.handler(({ input, signal }) =>
      service.validate(input.path, input.format, input.reading, signal),
    ),
    startCheck: datasets.startCheck.handler(({ input: { reading = automatic, ...input } }) =>
      service.checks.start({ ...input, reading }),
    ),
    waitForCheck: datasets.waitForCheck.handler(({ input, signal }) => service.checks.wait(input, signal)),
    cancelCheck: datasets.cancelCheck.handler(({ input }) => service.checks.cancel(input.checkId)),
    import: datasets.import.handler(({ input, context }) => service.import(context.userId, input)),
    waitForImport: datasets.waitForImport.handler(({ input }) => service.waitForImport(input)),
    cancelImport: datasets.cancelImport.handler(({ input, context }) =>
      service.cancelImport(context.userId, input.importId),
    ),
    images: datasets.images.handler(({ input, context }) => service.images(context.userId, input)),
    verify: datasets.verify.handler(({ input, context }) =>
      service.verify(context.userId, input.dataset, input.version),
    ),
    link: datasets.link.handler(({ input, context }) =>
      service.link(context.userId, input.dataset, input.project),
    ),
    remove: datasets.remove.handler(({ input, context }) => service.remove(context.userId, input.dataset)),
  };
}
