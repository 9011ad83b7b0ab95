import type { RunStatus } from '../../../shared/model/run.ts';
import type { Batch } from './batch.ts';
import type { StoredCursor } from './cursor.ts';
import type { Rollups } from '../metrics/rollups.ts';

/** An attempt whose run directory is ingested. */
export interface IngestedAttempt {
  readonly runId: string;
  /** `workflow_runs.id` */
  readonly attemptId: string;
  /** `workflow_runs.attempt`, from 1 */
  readonly attempt: number;
  /** Absolute. */
  readonly runDirectory: string;
}

/** What the trainer has said so far, as far as it is committed. */
export interface IngestSummary {
  /** The trainer's last `result` event; null where it wrote none. */
  readonly result: {
    readonly status: 'completed' | 'cancelled' | 'failed';
    readonly message: string | null;
    readonly metrics: Readonly<Record<string, number | string>>;
  } | null;
  /** The newest checkpoint of kind `last` (of any kind where none is), its path relative to the run directory. */
  readonly checkpoint: { readonly path: string; readonly epoch: number; readonly step: number } | null;
  /** Lines of events.jsonl that were events. */
  readonly events: number;
  /** Lines of events.jsonl that were none; each stands in the log. */
  readonly badLines: number;
  /** Lines in the attempt's log. */
  readonly logLines: number;
}

/**
 * Brings run directories into the stores, exactly once whoever does it and whatever is killed meanwhile: every commit
 * compares the file offsets that it started from.
 */
export interface Ingestion {
  /**
   * Follows an attempt's files until it is closed or finally drained; resolves once it watches. The files need not be there
   * yet; the attempt's row must. Harmless when repeated. A store that fails is tried again, with a pause that grows.
   */
  open(attempt: IngestedAttempt): Promise<void>;
  /**
   * Brings in all that stands in the files now; works on open attempts and on others. `final`: the trainer has ended, so a
   * last line without its newline counts as a line too, and the attempt is closed. Harmless when repeated.
   * @throws what the stores throw; call it again then
   */
  drain(attempt: IngestedAttempt, options?: { readonly final?: boolean }): Promise<IngestSummary>;
  /**
   * Puts a line of the platform itself into the attempt's log ("the engine was restarted") and its journal; resolves once
   * it is committed. What the platform said last of an attempt is not said again: repeating it after a kill is harmless.
   */
  say(attempt: IngestedAttempt, level: 'debug' | 'info' | 'warning' | 'error', message: string): Promise<void>;
  /** Stops following one attempt, once what it is about to commit is committed. */
  close(attemptId: string): Promise<void>;
  /** Stops following all. */
  closeAll(): Promise<void>;
}

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
  load(attemptId: string): Promise<StoredCursor>;
  /**
   * Writes a batch in one transaction, if the cursor is still where the batch starts: points, rollups, journal, artifacts, the
   * run's progress, and the cursor's new place.
   * @param rollups takes the batch's points; it is of no use any more where this throws or answers `moved`
   * @param writeLines is called once the cursor is locked and before anything is committed: it puts the batch's log lines
   *   where readers look for them
   */
  commit(
    attempt: IngestedAttempt,
    batch: Batch,
    rollups: Rollups,
    writeLines: () => Promise<void>,
  ): Promise<CommitOutcome>;
}

/** The three files that a trainer writes lines to. */
export type LineFile = 'events.jsonl' | 'stdout.log' | 'stderr.log';

/** What stands in a file from an offset on. */
export interface FilePart {
  readonly bytes: Buffer;
  /** The size of the file when it was read. */
  readonly size: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** A run directory whose files grow. */
export interface RunDirectoryTail extends AsyncDisposable {
  /** At most `limit` bytes from `offset` on; empty where nothing stands there, or the file is not there yet. */
  read(file: LineFile, offset: number, limit: number): Promise<FilePart>;
  /** The size of a file in the directory; null for anything else. */
  sizeOf(path: string): Promise<number | null>;
  /**
   * Resolves when one of the files may hold more than when it was last read, or when it is time to look anyway, or when the
   * signal aborts.
   */
  changed(signal: AbortSignal): Promise<void>;
}

export interface RunDirectoryFiles {
  open(runDirectory: string): RunDirectoryTail;
}

/** Where the messages of background work go; pino's order of arguments. */
export interface IngestLog {
  warn(details: object, message: string): void;
}
