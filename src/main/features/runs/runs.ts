import type { UnitOfWork } from '../../postgres/unit-of-work.ts';
import type { Cache } from '../../stores/cache/ports.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import type { PubSub } from '../../stores/pubsub/ports.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { DatasetRepository, TrainingData } from '../datasets/ports.ts';
import type { Ingestion } from '../ingest/ports.ts';
import type { Journal } from '../journal/ports.ts';
import type { ProjectStore } from '../projects/project-rows.ts';
import type { TrainableModels } from '../training/trainable-models.ts';
import { RunCommands } from './commands.ts';
import { RunCreation } from './create-run.ts';
import type { RunDriver } from './driver.ts';
import type { AttemptStore, Executor, RunDirectories, RunLog, RunReader, RunStore } from './ports.ts';
import { RunLoop } from './run-loop.ts';
import { RunNotifier } from './run-notifier.ts';
import { RunViews } from './run-views.ts';

export interface RunsParts {
  /** This machine and state folder; the same after a restart. */
  readonly machineId: string;
  readonly work: UnitOfWork;
  readonly journal: Journal;
  readonly runs: RunStore;
  readonly attempts: AttemptStore;
  readonly reader: RunReader;
  readonly projects: ProjectStore;
  readonly datasets: Pick<DatasetRepository, 'find' | 'findVersion'>;
  readonly trainingData: TrainingData;
  readonly models: TrainableModels;
  readonly documents: DocumentStore;
  readonly cache: Cache;
  readonly ingestion: Ingestion;
  readonly directories: RunDirectories;
  /** Has the artifacts of attempts that are over. */
  readonly objects: Pick<ObjectStore, 'get' | 'head'>;
  /** Hears of every attempt of this machine that came to its end, once that is written down. */
  readonly attemptEnded?: (attemptId: string) => void;
  readonly executor: Executor;
  /** How many attempts may be under way here at once. */
  readonly slots: () => number;
  /** Left out: runs are moved within this process. The loop disposes it. */
  readonly driver?: RunDriver;
  readonly pubSub: PubSub;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
  readonly log: RunLog;
}

/** Everything about runs but what their trainers said. */
export interface Runs {
  readonly creation: RunCreation;
  readonly commands: RunCommands;
  readonly views: RunViews;
  readonly loop: RunLoop;
}

/** Puts the runs' services together. Nothing happens until the loop is started. */
export function createRuns(parts: RunsParts): Runs {
  const notifier = new RunNotifier(parts);
  const commands = new RunCommands({ ...parts, notifier });
  return {
    creation: new RunCreation({ ...parts, notifier }),
    commands,
    views: new RunViews(parts),
    loop: new RunLoop({ ...parts, notifier, commands }),
  };
}
