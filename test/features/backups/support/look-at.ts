import { pino } from 'pino';
import { BackupScheduler } from '../../../../src/main/features/backups/backup-scheduler.ts';
import { Backups } from '../../../../src/main/features/backups/backups.ts';
import { hasContents } from '../../../../src/main/features/backups/contents-rows.ts';
import { BackupOperations } from '../../../../src/main/features/backups/operations.ts';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { Db } from '../../../../src/main/postgres/db.ts';
import type { Stores } from '../../../../src/main/stores/profiles/stores.ts';
import type { SettingsStore } from '../../../../src/main/stores/settings/settings-store.ts';

import type { Bilingual } from '../../../../src/shared/errors/entry.ts';

const log = pino({ level: 'silent' });

interface Place {
  readonly stores: Stores;
  readonly settings: SettingsStore;
  readonly snapshots: string;
  /** Enough for anything where left out. */
  readonly checkRoom?: (bytes: number, what: Bilingual) => Promise<void>;
}

/** What an engine has of the schedule, with a clock that a test sets. @param onWait it waits for another operation */
export function scheduleOf(
  { stores, settings, snapshots, checkRoom = async () => {} }: Place,
  onWait: () => void = () => {},
) {
  const changes = new ChangeFeed();
  const operations = new BackupOperations(changes, log);
  const openFolder = () => snapshots;
  const backups = new Backups({
    ...{ stores, openFolder, operations, settings: () => ({}), who: 'nobody', version: '1.2.3' },
    encryption: async () => null,
    onMade: () => undefined,
  });
  const clock = { now: '' };
  const seen = {
    get isBusy() {
      return operations.isBusy;
    },
    over: () => {
      onWait();
      return operations.over();
    },
  };
  const scheduler = new BackupScheduler({
    ...{ settings, backups, operations: seen, openFolder, changes, log, now: () => new Date(clock.now) },
    hasContents: () => hasContents(new Db(stores.pool)),
    checkRoom,
  });
  return { operations, backups, scheduler, clock };
}

/** Looks at these times, one after the other, as an engine does that runs then. */
export async function lookAt(place: Place, times: readonly string[]): Promise<void> {
  const { backups, scheduler, clock } = scheduleOf(place);
  await using stack = new AsyncDisposableStack();
  stack.use(backups);
  stack.use(scheduler);
  for (const now of times) {
    clock.now = now;
    await scheduler.look();
  }
}
