import { isEnded, type RunStatus } from '../../../shared/model/run.ts';
import type { Db } from '../../postgres/db.ts';
import { newestAttempt } from './attempt-rows.ts';
import { isUnderWay } from './decide.ts';
import { runSummaries } from './run-queries.ts';

/** A run's state, as its driver needs it. Plain data: it may cross processes as JSON. */
export interface DriverState {
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
  /** When to look again even where no change is reported. */
  readonly nextLookMs: number;
  /** When this was so, ISO 8601. */
  readonly at: string;
}

/** What a driver calls. All of it may be called by anybody, at any time, twice, and by two drivers at once. */
export interface RunMover {
  /** Does all that this machine can do for a run now. @throws what the stores throw; nothing is half done then: call it again */
  move(runId: string): Promise<void>;
  state(runId: string): Promise<DriverState>;
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
  /** Begins. What is woken before is lost. */
  start(mover: RunMover): Promise<void>;
  /** A run changed: somebody moves it, soon. */
  wake(runId: string): void;
  /** Called every few seconds with the runs whose changes nobody may have reported: their supervisor may have died without a word. */
  sweep(runIds: readonly string[]): void;
}

const soonestLookMs = 5000;
const latestLookMs = 300_000;

/**
 * A run's state as its driver needs it. The next look is the further away the longer its attempt goes on: looks only find what was not
 * reported, and a run of a week shall not be looked at as often as one of a minute.
 */
export async function driverState(db: Db, runId: string): Promise<DriverState> {
  const [[run], attempt] = await Promise.all([runSummaries(db, [runId]), newestAttempt(db, runId)]);
  const now = Date.now();
  const current = isUnderWay(attempt) ? attempt : null;
  const sinceMs = current?.startedAt ? now - current.startedAt.getTime() : 0;
  const nextLookMs = current
    ? Math.min(latestLookMs, Math.max(soonestLookMs, Math.round(sinceMs / 10)))
    : latestLookMs;
  return {
    runId,
    status: run?.status ?? null,
    isOver: !run || isEnded(run.status),
    progress: run?.progress ?? 0,
    currentEpoch: run?.currentEpoch ?? null,
    totalEpochs: run?.totalEpochs ?? null,
    attempt: attempt?.attempt ?? 0,
    machineId: current?.machineId ?? null,
    nextLookMs,
    at: new Date(now).toISOString(),
  };
}
