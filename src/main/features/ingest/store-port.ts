import type { RunStatus } from '../../../shared/model/run.ts';
import type { Rollups } from '../metrics/rollups.ts';
import type { Batch } from './batch.ts';
import type { StoredCursor } from './cursor.ts';
import type { IngestedAttempt } from './ports.ts';

/** What a commit came to. */
export type CommitOutcome =
  | {
      readonly kind: 'committed';
      /** The run's journal number of the batch's last entry. */
      readonly lastSeq: number;
      readonly status: RunStatus;
      readonly progress: number;
      readonly currentEpoch: number | null;
    }
  /** Somebody else has ingested since: the cursor is no longer where the batch starts. Nothing was written. */
  | { readonly kind: 'moved' };

/** Where ingested batches go. */
export interface IngestStore {
  /**
   * The attempt's cursor, which is made where it is missing.
   * @throws TrainyardError RUN_NOT_FOUND where the attempt has no row
   */
  load(attempt: IngestedAttempt): Promise<StoredCursor>;
  /**
   * Writes a batch in one transaction, if the cursor is still where the batch starts: points, rollups, journal, artifacts, the
   * run's progress, and the cursor's new place.
   * @param rollups takes the batch's points; it is of no use any more where this throws or answers `moved`
   * @param writeLines is called once the cursor is locked and before anything is committed: it puts the batch's log lines
   *   where readers look for them
   * @throws TrainyardError INGEST_REFUSED where it is the batch that can't be written, however often it is tried
   */
  commit(
    attempt: IngestedAttempt,
    batch: Batch,
    rollups: Rollups,
    writeLines: () => Promise<void>,
  ): Promise<CommitOutcome>;
}
