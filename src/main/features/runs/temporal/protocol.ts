import { defaultGraceMs } from '../../../../shared/model/run.ts';
import type { DriverState } from '../driver.ts';

/** What engines, workflows and people who use Temporal's own tools say to each other. Plain values: the workflow's sandbox loads this, too. */

/** What a workflow knows, and hands on to its next execution. */
export interface RunMemory {
  /** What `advance` last returned; null before its first call. The name stays: running workflows have stored it. */
  readonly standing: DriverState | null;
  /** Workstations that sent `wake`, and have not been asked to `advance` since. */
  readonly callers: readonly string[];
  /** Workstations that serve this run's database, the one seen last first. */
  readonly machines: readonly string[];
  /** A cancellation that is not written down yet: its grace in milliseconds. */
  readonly cancelGraceMs: number | null;
  /** How long nobody has answered, in milliseconds. */
  readonly silentMs: number;
}

/** The argument of a run's workflow. */
export interface RunInput {
  readonly runId: string;
  /** Left out by people who start one by hand: it waits until a workstation wakes it. */
  readonly memory?: RunMemory;
}

export const freshMemory: RunMemory = {
  standing: null,
  callers: [],
  machines: [],
  cancelGraceMs: null,
  silentMs: 0,
};

/** The argument of the signal `wake`: which workstation asks to be called. */
export interface WakeSignal {
  readonly machineId: string;
}

/** What a workstation does for workflows, under these names. */
export interface RunActivities {
  advance(runId: string): Promise<DriverState>;
  cancel(runId: string, graceMs: number): Promise<void>;
}

export const workflowType = 'trainyardRun';
export const wakeName = 'wake';
/** The signal that cancels a run; its argument is `{"graceMs": 5000}`, or left out. */
export const cancelName = 'cancel';
/** The query that answers a {@link DriverState}. */
export const progressName = 'progress';

/** Where the workflows' own decisions are made: by any engine, they touch nothing. */
export const workflowQueue = 'trainyard';

/** Where a workstation takes what only it can do. */
export const machineQueue = (machineId: string): string => `trainyard-${machineId}`;

/**
 * The grace period in a `cancel` signal's argument (`{graceMs}` or a bare number), in milliseconds: at most an hour, and the default if
 * it is missing or invalid.
 */
export function graceOf(argument: unknown): number {
  const given =
    typeof argument === 'object' && argument !== null ? Reflect.get(argument, 'graceMs') : argument;
  return typeof given === 'number' && given >= 0 ? Math.min(given, 3_600_000) : defaultGraceMs;
}
