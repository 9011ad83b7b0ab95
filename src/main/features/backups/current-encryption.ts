import { fault } from '../../../shared/errors/catalogue.ts';
import type { SettingsStore } from '../../stores/settings/settings-store.ts';
import type { SnapshotEncryption } from '../../stores/snapshots/create-snapshot.ts';
import { readEncryption } from './kept-encryption.ts';

/**
 * To whom the next snapshot of a state folder is encrypted; null: to nobody.
 * @param folder of all snapshots
 * @param indexes where copies of indexes are kept
 * @throws TrainyardError ENCRYPTION_FORGOTTEN where the settings were lost: nobody would see that snapshots are not encrypted any more
 */
export async function currentEncryption(
  settings: Pick<SettingsStore, 'get'>,
  { folder, indexes }: { readonly folder: string; readonly indexes: string },
): Promise<SnapshotEncryption | null> {
  const kept = readEncryption(settings);
  if (kept?.active) return { recipient: kept.active.recipient, key: kept.active.key, indexes };
  if (kept) return null;
  const { newestVerified } = await import('../../stores/snapshots/snapshot-folder.ts');
  const recipient = (await newestVerified(folder))?.manifest?.encryption?.recipient;
  if (recipient !== undefined) throw fault('ENCRYPTION_FORGOTTEN', { recipient });
  return null;
}
