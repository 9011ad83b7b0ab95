import type { RunStatus } from '../../../shared/model/run.ts';

/** How a run stands, for whoever drives it. Plain data: it may cross processes as JSON. */
export interface Standing {
  readonly runId: string;
  /** Null: the run is not there, or no longer. */
  readonly status: RunStatus | null;
  /** Nothing will move it any more unless a person asks for another attempt. */
  readonly isOver: boolean;
  /** 0 to 100. */
  readonly progress: number;
  readonly currentEpoch: number | null;
  readonly totalEpochs: number | null;
  readonly attempt: number;
  /** Where its attempt under way is; null: nowhere. */
  readonly machineId: string | null;
  /** When to look again even where nobody tells of a change. */
  readonly nextLookMs: number;
  /** When this was so, ISO 8601. */
  readonly at: string;
}

/** What a driver calls. All of it may be called by anybody, at any time, twice, and by two drivers at once. */
export interface RunMover {
  /** Does all that this machine can do for a run now. @throws what the stores throw; nothing is half done then: call it again */
  move(runId: string): Promise<void>;
  standing(runId: string): Promise<Standing>;
  /** Whether {@link move} would have something to do now. */
  isDue(runId: string): Promise<boolean>;
  /** Writes that a run is to be stopped; harmless where it is over or gone. */
  cancel(runId: string, graceMs: number): Promise<void>;
  /** Runs that want to be driven: those under way here, and the queue's first. */
  open(): Promise<string[]>;
}

/**
 * Decides who calls `move` for which run, and when: on changes, on timers, again after failures. It decides nothing else: what is to be
 * done stands in the rows, and which machine takes a queued run is settled by its claim.
 */
export interface RunDriver extends AsyncDisposable {
  /** Begins. What is woken before is not heard. */
  start(mover: RunMover): Promise<void>;
  /** A run changed: somebody moves it, soon. */
  wake(runId: string): void;
  /** Called every few seconds with the runs that nobody may have told of: those whose supervisor may have died without a word. */
  sweep(runIds: readonly string[]): void;
}

/** A run's name with its driver; `workflows.temporal_workflow_id` holds it. */
export const drivenId = (runId: string): string => `run-${runId}`;
