import type { Readable } from 'node:stream';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import type { ExitRecord, SupervisorRecord } from '../../../shared/model/run-directory.ts';
import type { Script } from '../../../shared/model/script-schema.ts';
import type { TrainingConfig } from '../../../shared/model/training-config.ts';
import type { Db } from '../../postgres/db.ts';
import type { TrainingData } from '../datasets/dataset-files.ts';
import type { NvidiaCard } from '../gpus/nvidia-smi.ts';
import type { IngestionService } from '../ingest/ingestion-service.ts';
import type { Pretrained } from '../weights/pretrained.ts';
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

/** What a trainer reads beside `config.json`. */
export interface RunInputs {
  /** Of `dataset.jsonl`, without their ends. */
  readonly lines: AsyncIterable<string> | Iterable<string>;
  /** `annotations.jsonl`; null where no objects are labelled. */
  readonly openAnnotations: (() => Promise<AsyncIterable<Uint8Array>>) | null;
  /** `container.json`: how the container is made that the trainer runs in; null without one. */
  readonly container: object | null;
}

/** Run directories: files, or a test's imagined ones. */
export interface RunDirectories {
  /** The absolute folder of an attempt. */
  folderOf(runId: string, attempt: number): string;
  /** Writes the inputs and then `config.json`, each whole and flushed; harmless when repeated. */
  prepare(runDirectory: string, config: object, inputs: RunInputs): Promise<void>;
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

/** What `config.json` of a run directory holds (docs/run-directory.md). */
export interface RunConfig extends Omit<TrainingConfig, 'dataset'> {
  readonly protocol: 1;
  readonly runId: string;
  readonly attempt: number;
  readonly dataset: TrainingConfig['dataset'] & {
    /** Absolute. */
    readonly root: string;
    readonly manifest: string;
    readonly annotations?: string;
  };
  readonly resume: { readonly from: string; readonly epoch: number; readonly step: number } | null;
}

/** A config as a trainer gets it, with the paths where it finds them, and how its container is made (null without one). */
export interface Placement {
  readonly config: RunConfig;
  readonly container: object | null;
}

/** What an attempt gets of this machine, and which files it reads there. */
export interface Placing {
  readonly gpuUuids: readonly string[];
  /** Relative to the dataset's root. */
  readonly files: Iterable<string>;
}

/** Where trainers live: processes of this machine, containers, or a test's imagined ones. */
export interface Executor {
  readonly name: string;
  /** Why it starts no training on this machine; null where it does. Looks anew each time, for a second or so. */
  unusable(): Promise<TrainyardError | null>;
  /**
   * Makes what it needs for a model: an image, an environment. Looks first what is there; harmless when repeated and cut off.
   * @param report what goes on, a line at a time
   * @throws TrainyardError
   */
  setUp(model: RunConfig['model'], report: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** How the trainer of an attempt gets its config. @throws TrainyardError where this machine can't give what it asks for */
  place(runDirectory: string, config: RunConfig, placing: Placing): Promise<Placement>;
  /** Starts a supervisor for a prepared directory; null once it was started, else why not. Started twice, the second gives way. */
  start(runDirectory: string, gpuUuids: readonly string[]): Promise<string | null>;
  /** Calls `changed` when the supervisor has written something new, or one of this process has ended. */
  watch(runDirectory: string, changed: () => void): Disposable;
  /**
   * Gives a trainer whose supervisor is gone another one, where it lives on without or how it ended is known still.
   * @returns false where neither is so
   * @throws TrainyardError DISK_FULL; why it could not be looked for
   */
  adopt(runDirectory: string): Promise<boolean>;
  /** Ends a trainer whose supervisor is gone: it has `graceMs` to end by itself, then gets SIGTERM, then SIGKILL. Resolves once it is gone. */
  endOrphan(runDirectory: string, graceMs: number): Promise<void>;
  /** Removes what an attempt that is over may have left on this machine. */
  clear(runDirectory: string): Promise<void>;
}

/** The executors of this engine, by their names. */
export type Executors = ReadonlyMap<string, Executor>;

/** The executor that a run was made for. */
export function executorOf(
  { executors }: { readonly executors: Executors },
  { executor: name }: { readonly executor: string },
): Executor {
  const executor = executors.get(name);
  if (!executor) throw new Error(`there is no executor "${name}" here`);
  return executor;
}

/** What moves runs on this machine. */
export interface Workstation {
  /** This machine and state folder; the same after a restart. */
  readonly machineId: string;
  readonly db: Db;
  readonly directories: RunDirectories;
  readonly executors: Executors;
  /** Whether a script of somebody's own can be started here. @throws TrainyardError why not */
  readonly checkScript: (script: Script) => void | Promise<void>;
  /** The GPUs of this machine. */
  readonly cards: () => Promise<readonly NvidiaCard[]>;
  readonly ingestion: Pick<IngestionService, 'open' | 'drain' | 'logLine' | 'close' | 'closeAll'>;
  readonly trainingData: TrainingData;
  /** The weights that a training begins with. */
  readonly pretrained: Pick<Pretrained, 'resolve' | 'locate'>;
  readonly notifier: RunNotifier;
  /** How many attempts may be under way here at once. */
  readonly slots: () => number;
  /** Called for every attempt of this machine that came to its end, once that is written down. */
  readonly attemptEnded?: (attemptId: string) => void;
}
