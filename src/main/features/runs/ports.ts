import type { Readable } from 'node:stream';
import type { Run, RunSummary } from '../../../shared/contract/runs.ts';
import type { AttemptStatus, RunStatus } from '../../../shared/model/run.ts';
import type { TrainingConfig } from '../../../shared/model/training-config.ts';
import type { Checkpoint, RetryWanted } from '../../postgres/run-tables.ts';
import type { Tx } from '../../postgres/unit-of-work.ts';
import type { Observation } from './observation.ts';

/** Where the messages of background work go; pino's order of arguments. */
export interface RunLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** The part of a run's row that its life depends on. */
export interface RunRow {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly executor: string;
  readonly cancelRequestedAt: Date | null;
  readonly cancelGraceMs: number | null;
  readonly retryWanted: RetryWanted | null;
  readonly startedAt: Date | null;
}

export interface NewRun {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly description: string | null;
  readonly requestId: string | null;
  readonly executor: string;
  readonly priority: number;
  readonly config: TrainingConfig;
}

/** Columns to set; those left out stay. */
export interface RunChange {
  readonly status?: RunStatus;
  readonly cancelRequestedAt?: Date | null;
  readonly cancelGraceMs?: number | null;
  readonly retryWanted?: RetryWanted | null;
  readonly queuedAt?: Date;
  readonly startedAt?: Date;
  readonly completedAt?: Date | null;
  readonly deletedAt?: Date;
  readonly progress?: number;
  readonly currentEpoch?: number | null;
  readonly error?: string | null;
  readonly finalMetrics?: Readonly<Record<string, number | string>> | null;
}

/** Runs as rows. Soft-deleted ones are not there. */
export interface RunStore {
  find(runId: string): Promise<RunRow | null>;
  /** The run that a request made, were it deleted since. */
  findByRequest(requestId: string): Promise<string | null>;
  config(runId: string): Promise<TrainingConfig>;
  /** As {@link find}, and no other transaction changes the run before this one ends. */
  lock(tx: Tx, runId: string): Promise<RunRow | null>;
  /**
   * Holds project and dataset in place for the transaction.
   * @returns which of the two is gone; null where both are there
   */
  lockSources(tx: Tx, projectId: string, datasetId: string): Promise<'project' | 'dataset' | null>;
  /** How many runs of the project (deleted ones too) have a name that begins so. Lock the project before. */
  countNamed(tx: Tx, projectId: string, prefix: string): Promise<number>;
  /** Adds the run, `pending`, and its config. Answers false where its request made one already. */
  insert(tx: Tx, run: NewRun): Promise<boolean>;
  change(tx: Tx, runId: string, change: RunChange): Promise<void>;
  /** One transaction at a time passes here: what it reads of the queue stays true until it ends. */
  lockQueue(tx: Tx): Promise<void>;
  /** The queued run without an attempt under way that is first in the order of priority and time. */
  firstQueued(executor: string, machineId: string, tx?: Tx): Promise<string | null>;
  /** The first of the queue, in its order; at most 500. */
  queued(executor: string): Promise<string[]>;
  /** Which of these runs are there, deleted ones too. */
  known(runIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Queued runs whose cancellation was asked for before anything was started. */
  cancelledInQueue(): Promise<string[]>;
}

export interface AttemptRow {
  readonly id: string;
  readonly runId: string;
  readonly attempt: number;
  readonly status: AttemptStatus;
  /** The machine that holds its run directory: no other looks at it. */
  readonly machineId: string;
  readonly runDirectory: string;
  readonly resumedFrom: Checkpoint | null;
  readonly startedAt: Date | null;
}

export interface AttemptChange {
  readonly status?: AttemptStatus;
  readonly cause?: string;
  readonly message?: string | null;
  readonly processId?: number | null;
  readonly exitCode?: number | null;
  readonly exitSignal?: string | null;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly checkpointPath?: string;
}

/** Attempts as rows. */
export interface AttemptStore {
  newest(runId: string, tx?: Tx): Promise<AttemptRow | null>;
  insert(tx: Tx, attempt: Omit<AttemptRow, 'startedAt'>): Promise<void>;
  change(tx: Tx, attemptId: string, change: AttemptChange): Promise<void>;
  /** Runs with an attempt of this machine under way. */
  underWay(machineId: string, executor: string, tx?: Tx): Promise<string[]>;
  /** Checkpoints that the run's attempts on this machine told of, those of the newest attempt first, in each the furthest first. */
  checkpoints(runId: string, machineId: string): Promise<Checkpoint[]>;
}

export interface RunQuery {
  readonly projectId: string | null;
  readonly status: RunStatus | null;
  /** Found in names, case-insensitively. */
  readonly search: string | null;
  readonly sort: 'createdAt' | 'name' | 'status' | 'progress' | 'durationMs' | 'val_accuracy' | 'val_loss';
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

/** An artifact and where it lies. */
export interface ArtifactFile {
  readonly name: string;
  /** Relative to the run directory. */
  readonly path: string;
  readonly mediaType: string | null;
  readonly runDirectory: string;
  /** In the bucket `artifacts`; null until it is there. */
  readonly objectKey: string | null;
}

/** Runs as people see them. Those that are deleted, or whose project is, are not there. */
export interface RunReader {
  list(query: RunQuery): Promise<{ runs: RunSummary[]; total: number }>;
  /** In the order of the ids; missing ones are left out. */
  summaries(runIds: readonly string[]): Promise<RunSummary[]>;
  details(
    runId: string,
  ): Promise<Pick<Run, 'description' | 'executor' | 'lastSeq' | 'attempts' | 'artifacts' | 'metricNames'>>;
  artifactFile(runId: string, artifactId: string): Promise<ArtifactFile | null>;
}

/** Run directories as files. */
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
   * @throws TrainyardError NOT_FOUND where it is not there, or leads out of the directory
   */
  openFile(runDirectory: string, path: string): Promise<{ body: Readable; size: number }>;
  /**
   * The files at a path inside the directory, relative to the directory, with their sizes: the path itself where it is a file, those
   * below it where it is a folder; none where nothing is there, or something else than either. Links in a folder are not followed.
   */
  filesAt(runDirectory: string, path: string): Promise<{ path: string; sizeBytes: number }[]>;
  /** Calls `changed` when the supervisor has written something new. */
  watch(runDirectory: string, changed: () => void): Disposable;
}

/** Where trainers live. */
export interface Executor {
  readonly name: string;
  /** Starts a supervisor for a prepared directory; resolves once it was started or why not is known. Started twice, the second gives way. */
  start(runDirectory: string): Promise<{ readonly started: boolean; readonly message?: string }>;
  /** Calls `changed` when the supervisor has written something new, or one of this process has ended. */
  watch(runDirectory: string, changed: () => void): Disposable;
  /** Ends a trainer whose supervisor is gone: it has `graceMs` to end by itself, then it is told to, then it is killed. Resolves once it is gone. */
  endOrphan(runDirectory: string, graceMs: number): Promise<void>;
}
