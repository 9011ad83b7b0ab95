import type {
  BackupEncryptionView,
  SetUpEncryptionInput,
  SnapshotKey,
} from '../../../shared/contract/backup-encryption.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { SettingsStore } from '../../stores/settings/settings-store.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import {
  type KeptEncryption,
  type KeptRecipient,
  readEncryption,
  writeEncryption,
} from './kept-encryption.ts';

/** The id under which readers are notified of it. */
const changeId = '00000000-0000-0000-0000-000000000001';

const viewOf = (kept: KeptRecipient | null) =>
  kept && { recipient: kept.recipient, hasPassphrase: kept.key !== null, since: kept.since };

/** Sets up to whom snapshots are encrypted. No identity stays here: whoever set it up proves that they have it. */
export class BackupEncryption {
  private readonly parts;

  constructor(parts: {
    readonly settings: SettingsStore;
    /** Makes the folder of what is thrown away where it is missing, and answers its path. */
    readonly openScratch: () => string;
    readonly changes: ChangeFeed;
  }) {
    this.parts = parts;
  }

  show(): BackupEncryptionView {
    const kept = this.kept();
    return { active: viewOf(kept.active), pending: viewOf(kept.pending) };
  }

  /** Makes a key, or takes a person's; snapshots are made as before until it is proven. @throws TrainyardError ENCRYPTION_RECIPIENT_INVALID */
  async setUp(input: SetUpEncryptionInput): Promise<BackupEncryptionView & { identity: string | null }> {
    const { checkRecipient, lockIdentity, makeIdentity } = await import(
      '../../stores/snapshots/snapshot-key.ts'
    );
    const since = new Date().toISOString();
    let identity: string | null = null;
    let pending: KeptRecipient;
    if ('recipient' in input) {
      await checkRecipient(input.recipient);
      pending = { recipient: input.recipient, key: null, since };
    } else {
      const made = await makeIdentity();
      const key = 'passphrase' in input ? await lockIdentity(made.identity, input.passphrase) : null;
      pending = { recipient: made.recipient, key, since };
      identity = key === null ? made.identity : null;
    }
    failpoint('backup-encryption.set-up.before');
    this.write({ ...this.kept(), pending });
    failpoint('backup-encryption.set-up.after');
    return { ...this.show(), identity };
  }

  /** Opens a test file with the key, and begins to encrypt to it. @throws TrainyardError ENCRYPTION_NOT_PENDING, SNAPSHOT_KEY_…, SNAPSHOT_PASSPHRASE_WRONG, SNAPSHOT_HAS_NO_PASSPHRASE */
  async prove(key: SnapshotKey): Promise<BackupEncryptionView> {
    const { pending } = this.kept();
    if (!pending) throw fault('ENCRYPTION_NOT_PENDING', {});
    const { proveKey } = await import('../../stores/snapshots/prove-key.ts');
    await proveKey(this.parts.openScratch(), pending, key);
    failpoint('backup-encryption.prove.before');
    this.write({ active: { ...pending, since: new Date().toISOString() }, pending: null });
    failpoint('backup-encryption.prove.after');
    return this.show();
  }

  /** Snapshots are made without encryption from now on, and what waits to be proven is forgotten. */
  turnOff(): BackupEncryptionView {
    this.write({ active: null, pending: null });
    return this.show();
  }

  private kept(): KeptEncryption {
    return readEncryption(this.parts.settings) ?? { active: null, pending: null };
  }

  private write(kept: KeptEncryption): void {
    writeEncryption(this.parts.settings, kept);
    this.parts.changes.changed('backup', changeId);
  }
}
