import { fault } from '../../../shared/errors/catalogue.ts';
import { BackupOperations } from '../../features/backups/operations.ts';
import { ChangeFeed } from '../../features/changes/change-feed.ts';
import { DiskWatch } from '../../features/disk/disk-watch.ts';
import type { AsideParts } from '../aside.ts';
import { openServices } from '../open-services.ts';
import { openServed } from './served-stores.ts';

const graceMs = 10_000;

/** Cancels the runs under way after a last checkpoint, with no engine on the state folder. @throws TrainyardError RESTORE_RUNS_STUCK */
export async function stopRuns(parts: AsideParts): Promise<void> {
  const { home, settings, log } = parts;
  await using stack = new AsyncDisposableStack();
  const stores = await openServed(parts, stack, { schemaUse: 'stays', isLeft: true });
  const changes = new ChangeFeed();
  const disk = stack.use(new DiskWatch(home, () => stores.folders, changes, log));
  await disk.start();
  const backupOperations = new BackupOperations(changes, log);
  const { services } = stack.use(
    await openServices(stores, { home, settings, changes, disk, backupOperations, log }),
  );
  const { left } = await services.runs.loop.stopAll({ graceMs });
  if (left.length > 0) throw fault('RESTORE_RUNS_STUCK', { count: left.length });
}
