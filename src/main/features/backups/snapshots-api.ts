import type { SnapshotKey } from '../../../shared/contract/backup-encryption.ts';
import type {
  BackupComparison,
  BackupOperation,
  ListedBackup,
  ReplacedState,
} from '../../../shared/contract/backups.ts';
import type { BackupOperations } from './operations.ts';

/** What callers have of the snapshots of a state folder, whether its stores are open or not. A snapshot is named by its id, the first characters of it, "last", or its folder. */
export interface SnapshotsApi {
  list(): Promise<{
    snapshots: ListedBackup[];
    operation: BackupOperation | null;
    replaced: ReplacedState | null;
  }>;
  progress: BackupOperations['progress'];
  /** What a restore would change. @throws TrainyardError SNAPSHOT_NOT_FOUND */
  compare(snapshot: string): Promise<BackupComparison>;
  /** Proves a snapshot. @throws TrainyardError SNAPSHOT_NOT_FOUND, SNAPSHOT_UNDER_WAY */
  drill(snapshot: string, key?: SnapshotKey): Promise<BackupOperation>;
  /** @throws TrainyardError SNAPSHOT_NOT_FOUND, SNAPSHOT_UNDER_WAY, RESTORE_RUNS_UNDER_WAY, RESTORE_SERVERS_FOREIGN */
  restore(snapshot: string, stopRuns: boolean, key?: SnapshotKey): Promise<BackupOperation>;
  /** @throws TrainyardError SNAPSHOT_UNDER_WAY, RESTORE_RUNS_UNDER_WAY, RESTORE_NOTHING_TO_REVERT */
  revert(stopRuns: boolean): Promise<BackupOperation>;
  /** Removes what the last restore took out of service. @throws TrainyardError SNAPSHOT_UNDER_WAY, RESTORE_NOTHING_TO_REVERT */
  discard(): Promise<void>;
}
