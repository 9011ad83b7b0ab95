import { userInfo } from 'node:os';
import type { Logger } from 'pino';
import type { Bilingual } from '../../shared/errors/entry.ts';
import { BackupEncryption } from '../features/backups/backup-encryption.ts';
import { BackupScheduler } from '../features/backups/backup-scheduler.ts';
import { Backups } from '../features/backups/backups.ts';
import { hasContents } from '../features/backups/contents-rows.ts';
import { Copier } from '../features/backups/copies/copier.ts';
import { Destinations } from '../features/backups/copies/destinations.ts';
import { KeptDestinations } from '../features/backups/copies/kept-destinations.ts';
import { currentEncryption } from '../features/backups/current-encryption.ts';
import type { BackupOperations } from '../features/backups/operations.ts';
import type { ChangeFeed } from '../features/changes/change-feed.ts';
import { openStateFolder } from '../platform/state-folder.ts';
import type { Db } from '../postgres/db.ts';
import type { DestinationPlace } from '../stores/destinations/destination.ts';
import { openDestination, type Patience } from '../stores/destinations/open-destination.ts';
import type { Stores } from '../stores/profiles/stores.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';
import { keptSettings } from '../stores/snapshots/kept-settings.ts';
import { snapshotIndexes } from './snapshot-before.ts';
import { version } from './version.ts';

interface BackupParts {
  readonly home: string;
  readonly stores: Stores;
  readonly db: Db;
  readonly settings: SettingsStore;
  readonly operations: BackupOperations;
  readonly changes: ChangeFeed;
  /** @throws TrainyardError DISK_FULL where so many bytes do not fit beside the snapshots */
  readonly checkRoom: (bytes: number, what: Bilingual) => Promise<void>;
  readonly log: Logger;
}

/** What makes snapshots of open stores, and copies them elsewhere. */
export function createBackupServices(parts: BackupParts) {
  const { home, stores, db, settings, operations, changes, checkRoom, log } = parts;
  const openFolder = () => openStateFolder(home, 'snapshots');
  const openScratch = () => openStateFolder(home, 'scratch');
  const backupEncryption = new BackupEncryption({ settings, changes, openScratch });
  const kept = new KeptDestinations(settings);
  const open = (place: DestinationPlace, patience: Patience) =>
    openDestination(place, { home, openScratch, patience });
  const copier = new Copier({ kept, open, openFolder, changes, log });
  const backupDestinations = new Destinations({ kept, copier, open, changes });
  const backups = new Backups({
    ...{ stores, openFolder, version, operations },
    settings: () => keptSettings(settings),
    encryption: () => currentEncryption(settings, { folder: openFolder(), indexes: snapshotIndexes(home) }),
    who: userInfo().username,
    onMade: () => void copier.look(),
  });
  const backupScheduler = new BackupScheduler({
    ...{ settings, backups, operations, changes, log, openFolder, checkRoom },
    hasContents: () => hasContents(db),
  });
  return {
    ...{ backups, backupEncryption, backupScheduler, backupDestinations },
    /** Begins what is done by itself. */
    start: () => {
      backupScheduler.start();
      copier.start();
    },
    close: async () => {
      const others = [backupScheduler[Symbol.asyncDispose](), copier[Symbol.asyncDispose]()];
      await backups[Symbol.asyncDispose]();
      await Promise.all(others);
    },
  };
}
