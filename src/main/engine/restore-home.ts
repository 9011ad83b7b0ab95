import type { OnSnapshotProgress } from '../stores/snapshots/create-snapshot.ts';
import type { EngineOptions } from './held-home.ts';
import { holdStores } from './held-stores.ts';

/**
 * Restores a snapshot into the stores of a state folder that hold nothing yet, with no engine on it.
 * @param folder of the snapshot
 * @throws TrainyardError ENGINE_RUNNING, RESTORE_…, SNAPSHOT_… and what opening the stores throws
 */
export async function restoreHome(
  options: Pick<EngineOptions, 'home' | 'profile'>,
  folder: string,
  onProgress: OnSnapshotProgress,
) {
  await using stack = new AsyncDisposableStack();
  const { stores, settings } = await holdStores(options, stack);
  const { restoreSnapshot } = await import('../stores/snapshots/restore-snapshot.ts');
  return await restoreSnapshot(folder, stores, settings, onProgress);
}
