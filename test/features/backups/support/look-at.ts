import { pino } from 'pino';
import { BackupScheduler } from '../../../../src/main/features/backups/backup-scheduler.ts';
import { Backups } from '../../../../src/main/features/backups/backups.ts';
import { hasContents } from '../../../../src/main/features/backups/contents-rows.ts';
import { BackupOperations } from '../../../../src/main/features/backups/operations.ts';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { Db } from '../../../../src/main/postgres/db.ts';
import type { Stores } from '../../../../src/main/stores/profiles/stores.ts';
import type { SettingsStore } from '../../../../src/main/stores/settings/settings-store.ts';

const log = pino({ level: 'silent' });

/** Looks at these times, one after the other, as an engine does that runs then. */
export async function lookAt(
  of: { readonly stores: Stores; readonly settings: SettingsStore; readonly snapshots: string },
  times: readonly string[],
): Promise<void> {
  const { stores, settings, snapshots } = of;
  const changes = new ChangeFeed();
  const operations = new BackupOperations(changes, log);
  const openFolder = () => snapshots;
  await using backups = new Backups({
    ...{ stores, openFolder, operations, settings: () => ({}), who: 'nobody', version: '1.2.3' },
  });
  let now = '';
  await using scheduler = new BackupScheduler({
    ...{ settings, backups, operations, openFolder, changes, log, now: () => new Date(now) },
    hasContents: () => hasContents(new Db(stores.pool)),
    checkRoom: async () => {},
  });
  for (now of times) await scheduler.look();
}
