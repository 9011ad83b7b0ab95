import { api } from './implementer.ts';

export const backupsApi = {
  list: api.backups.list.handler(({ context: { engine } }) => engine.snapshots.list()),
  create: api.backups.create.handler(({ input, context }) => context.services().backups.begin(input.why)),
  progress: api.backups.progress.handler(
    ({ input: { operation, after, waitMs }, context: { engine }, signal }) =>
      engine.snapshots.progress(operation, after, waitMs, signal),
  ),
  schedule: api.backups.schedule.handler(({ context }) => context.services().backupScheduler.show()),
  setSchedule: api.backups.setSchedule.handler(({ input, context }) =>
    context.services().backupScheduler.set(input),
  ),
  removable: api.backups.removable.handler(({ input, context }) =>
    context.services().backupScheduler.removable(input),
  ),
  encryption: api.backups.encryption.handler(({ context }) => context.services().backupEncryption.show()),
  setUpEncryption: api.backups.setUpEncryption.handler(({ input, context }) =>
    context.services().backupEncryption.setUp(input),
  ),
  proveEncryption: api.backups.proveEncryption.handler(({ input, context }) =>
    context.services().backupEncryption.prove(input.key),
  ),
  turnOffEncryption: api.backups.turnOffEncryption.handler(({ context }) =>
    context.services().backupEncryption.turnOff(),
  ),
  destinations: api.backups.destinations.handler(({ context }) =>
    context.services().backupDestinations.list(),
  ),
  addDestination: api.backups.addDestination.handler(({ input, context }) =>
    context.services().backupDestinations.add(input),
  ),
  testDestination: api.backups.testDestination.handler(({ input, context }) =>
    context.services().backupDestinations.test(input.destination),
  ),
  copyToDestination: api.backups.copyToDestination.handler(({ input, context }) =>
    context.services().backupDestinations.copyNow(input.destination),
  ),
  keepAtDestination: api.backups.keepAtDestination.handler(({ input, context }) =>
    context.services().backupDestinations.keep(input.destination, input.keep),
  ),
  removeDestination: api.backups.removeDestination.handler(({ input, context }) =>
    context.services().backupDestinations.remove(input.destination),
  ),
  compare: api.backups.compare.handler(({ input, context: { engine } }) =>
    engine.snapshots.compare(input.snapshot),
  ),
  drill: api.backups.drill.handler(({ input, context: { engine } }) =>
    engine.snapshots.drill(input.snapshot, input.key),
  ),
  restore: api.backups.restore.handler(({ input, context: { engine } }) =>
    engine.snapshots.restore(input.snapshot, input.stopRuns, input.key),
  ),
  revert: api.backups.revert.handler(({ input, context: { engine } }) =>
    engine.snapshots.revert(input.stopRuns),
  ),
  discard: api.backups.discard.handler(async ({ context: { engine } }) => {
    await engine.snapshots.discard();
    return {};
  }),
};
