import type { Readable } from 'node:stream';
import type { ExitRecord, SupervisorRecord } from '../../../shared/model/run-directory.ts';
import type { Db } from '../../postgres/db.ts';
import type { TrainingData } from '../datasets/dataset-files.ts';
import type { IngestionService } from '../ingest/ingestion-service.ts';
import type { RunNotifier } from './run-notifier.ts';

/** What a look at a run directory finds (docs/run-directory.md). */
export type Observation =
  /** No whole config.json: nothing can have been started. `fault`: a record of the supervisor cannot be read, and why. */
  | { readonly kind: 'unprepared'; readonly fault?: string | undefined }
  /** No supervisor has begun here; one that was started a moment ago may be about to. */
  | { readonly kind: 'prepared'; readonly fault?: string | undefined }
  /** A supervisor is here; its trainer is not started yet. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly supervisor: SupervisorRecord }
  | { readonly kind: 'exited'; readonly exit: ExitRecord; readonly supervisor: SupervisorRecord | null }
  /** A supervisor has begun here, is dead, and left no exit.json. */
  | { readonly kind: 'gone'; readonly fault?: string | undefined };

/** Run directories: files, or a test's imagined ones. */
export interface RunDirectories {
  /** The absolute folder of an attempt. */
  folderOf(runId: string, attempt: number): string;
  /**
   * Writes `dataset.jsonl` and then `config.json`, each whole and flushed; harmless when repeated.
   * @param lines of dataset.jsonl, without their ends
   */
  prepare(
    runDirectory: string,
    config: Readonly<Record<string, unknown>>,
    lines: AsyncIterable<string> | Iterable<string>,
  ): Promise<void>;
  /** Puts the `cancel` file there; harmless when repeated. */
  askToStop(runDirectory: string, graceMs: number): Promise<void>;
  /** What stands there now. */
  observe(runDirectory: string): Promise<Observation>;
  /** The last lines of standard error, at most `limit`. */
  lastErrorLines(runDirectory: string, limit: number): Promise<string[]>;
  /** Why a checkpoint cannot be gone on from; null where it can. */
  checkpointFault(path: string): Promise<string | null>;
  /**
   * A file inside the directory.
   * @throws TrainyardError ARTIFACT_NOT_FOUND where it is not there, or leads out of the directory
   */
  openFile(runDirectory: string, path: string): Promise<{ body: Readable; size: number }>;
  /**
   * The files at a path inside the directory, relative to the directory, with their sizes: the path itself where it is a file, those
   * below it where it is a folder; none where nothing is there, or something else than either. Links in a folder are not followed.
   */
  filesAt(runDirectory: string, path: string): Promise<{ path: string; sizeBytes: number }[]>;
}

/** Where trainers live: processes of this machine, or a test's imagined ones. */
export interface Executor {
  readonly name: string;
  /** Starts a supervisor for a prepared directory; null once it was started, else why not. Started twice, the second gives way. */
  start(runDirectory: string): Promise<string | null>;
  /** Calls `changed` when the supervisor has written something new, or one of this process has ended. */
  watch(runDirectory: string, changed: () => void): Disposable;
  /** Ends a trainer whose supervisor is gone: it has `graceMs` to end by itself, then gets SIGTERM, then SIGKILL. Resolves once it is gone. */
  endOrphan(runDirectory: string, graceMs: number): Promise<void>;
}

/** What moves runs on this machine. */
export interface Workstation {
  /** This machine and state folder; the same after a restart. */
  readonly machineId: string;
  readonly db: Db;
  readonly directories: RunDirectories;
  readonly executor: Executor;
  readonly ingestion: Pick<IngestionService, 'open' | 'drain' | 'logLine' | 'close' | 'closeAll'>;
  readonly trainingData: TrainingData;
  readonly notifier: RunNotifier;
  /** How many attempts may be under way here at once. */
  readonly slots: () => number;
  /** Called for every attempt of this machine that came to its end, once that is written down. */
  readonly attemptEnded?: (attemptId: string) => void;
}
