import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import type { KeptError } from '../../../shared/errors/error.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { Cache } from '../../stores/cache/ports.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import type { PubSub } from '../../stores/pubsub/ports.ts';
import type { RecordAudit } from '../audit/audit-log.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { NvidiaCard } from '../gpus/nvidia-smi.ts';
import type { TrainableModels } from '../training/trainable-models.ts';
import { RunCommands } from './commands.ts';
import { createRun } from './create-run.ts';
import type { RunDriver } from './driver.ts';
import type { Workstation } from './ports.ts';
import { RunLoop } from './run-loop.ts';
import { RunNotifier } from './run-notifier.ts';
import { RunViews } from './run-views.ts';

/** What the runs' services are built from. */
export interface RunsParts extends Omit<Workstation, 'notifier'> {
  readonly models: TrainableModels;
  readonly documents: DocumentStore;
  /** Has the artifacts of attempts that are over. */
  readonly objects: Pick<ObjectStore, 'get' | 'head'>;
  readonly cache: Cache;
  readonly pubSub: PubSub;
  readonly changes: ChangeFeed;
  readonly audit: RecordAudit;
  readonly log: WorkLog;
  /** Left out: runs are moved within this process. */
  readonly driver?: RunDriver;
}

/** Everything about runs but what their trainers wrote. */
export interface Runs {
  /** See {@link createRun}. */
  create(userId: string, request: CreateRunInput): Promise<{ runId: string }>;
  readonly commands: RunCommands;
  readonly views: RunViews;
  readonly loop: RunLoop;
  /** Where trainers can live here, and the GPUs that they may get. */
  executors(): Promise<{ executors: { name: string; fault: KeptError | null }[]; gpus: NvidiaCard[] }>;
}

/** Puts the runs' services together. Nothing happens until the loop is started. */
export function createRuns(parts: RunsParts): Runs {
  const notifier = new RunNotifier(parts);
  const commands = new RunCommands({ ...parts, notifier });
  return {
    create: (userId, request) => createRun({ ...parts, notifier }, userId, request),
    commands,
    views: new RunViews(parts),
    loop: new RunLoop({ ...parts, notifier, commands }),
    executors: async () => ({
      executors: await Promise.all(
        [...parts.executors.values()].map(async (executor) => ({
          name: executor.name,
          fault: (await executor.unusable())?.record ?? null,
        })),
      ),
      gpus: [...(await parts.cards())],
    }),
  };
}
