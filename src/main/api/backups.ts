import { api } from './implementer.ts';

export const backupsApi = {
  list: api.backups.list.handler(({ context }) => context.services().backups.list()),
  create: api.backups.create.handler(({ input, context }) => context.services().backups.begin(input.why)),
  progress: api.backups.progress.handler(({ input: { operation, after, waitMs }, context, signal }) =>
    context.services().backups.progress(operation, after, waitMs, signal),
  ),
  schedule: api.backups.schedule.handler(({ context }) => context.services().backupScheduler.show()),
  setSchedule: api.backups.setSchedule.handler(({ input, context }) =>
    context.services().backupScheduler.set(input),
  ),
  removable: api.backups.removable.handler(({ input, context }) =>
    context.services().backupScheduler.removable(input),
  ),
};
