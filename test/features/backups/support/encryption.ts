import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { BackupEncryption } from '../../../../src/main/features/backups/backup-encryption.ts';
import { currentEncryption } from '../../../../src/main/features/backups/current-encryption.ts';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import type { SettingsStore } from '../../../../src/main/stores/settings/settings-store.ts';

/** What an engine has of the encryption of snapshots, with its folders in `home`. */
export function encryptionOf({ settings, home }: { settings: SettingsStore; home: string }) {
  const scratch = path.join(home, 'scratch');
  return new BackupEncryption({
    ...{ settings, changes: new ChangeFeed() },
    openScratch: () => {
      mkdirSync(scratch, { recursive: true });
      return scratch;
    },
  });
}

export const currentOf = (settings: SettingsStore, home: string) =>
  currentEncryption(settings, { folder: path.join(home, 'snapshots'), indexes: path.join(home, 'indexes') });
