import { defaultGraceMs } from '../../../shared/model/run.ts';
import type { ExitRecord, SupervisorRecord } from '../../../shared/model/run-directory.ts';
import type { AttemptRow } from './attempt-rows.ts';
import type { Observation } from './ports.ts';
import type { RunRow } from './run-rows.ts';

/** A trainer that is to be asked to stop. */
export interface Stop {
  readonly runDirectory: string;
  readonly graceMs: number;
}

/** The next thing to do for a run. */
export type Step =
  /** Nothing until something changes; but see that the trainer was asked to stop. */
  | { readonly kind: 'rest'; readonly stop: Stop | null }
  /** Give it an attempt, when a slot is free and its turn has come. */
  | { readonly kind: 'claim' }
  /** It was cancelled before anything was started. */
  | { readonly kind: 'cancel-unstarted' }
  | { readonly kind: 'prepare'; readonly attempt: AttemptRow }
  | { readonly kind: 'start'; readonly attempt: AttemptRow; readonly stop: Stop | null }
  | { readonly kind: 'mark-running'; readonly attempt: AttemptRow; readonly supervisor: SupervisorRecord }
  | { readonly kind: 'finish'; readonly attempt: AttemptRow; readonly exit: ExitRecord }
  /** Its supervisor is dead: another one goes on with its trainer where that can be, else it is lost. */
  | { readonly kind: 'adopt'; readonly attempt: AttemptRow; readonly fault?: string | undefined }
  /** Nobody is left who could say how the trainer ended. */
  | { readonly kind: 'mark-lost'; readonly attempt: AttemptRow; readonly fault?: string | undefined };

/** Not over, as far as the rows say. */
export function isUnderWay(
  attempt: AttemptRow | null,
): attempt is AttemptRow & { readonly status: 'starting' | 'running' } {
  return attempt?.status === 'starting' || attempt?.status === 'running';
}

/**
 * The next step from what the rows and the run directory say. Pure: the same rows and files give the same step, whoever
 * asks and however often.
 * @param attempt the newest one
 * @param seen of the newest attempt's directory where it is under way on this machine, else null
 */
export function decide(run: RunRow, attempt: AttemptRow | null, seen: Observation | null): Step {
  const isCancelled = run.cancelRequestedAt !== null;
  if (!isUnderWay(attempt)) {
    if (run.status !== 'queued') return { kind: 'rest', stop: null };
    return isCancelled ? { kind: 'cancel-unstarted' } : { kind: 'claim' };
  }
  const stop = isCancelled
    ? { runDirectory: attempt.runDirectory, graceMs: run.cancelGraceMs ?? defaultGraceMs }
    : null;
  const wasStarted = attempt.status === 'running';
  switch (seen?.kind) {
    case undefined:
      return { kind: 'rest', stop: null };
    case 'unprepared':
      if (wasStarted) return { kind: 'mark-lost', attempt, fault: seen.fault };
      return isCancelled ? { kind: 'cancel-unstarted' } : { kind: 'prepare', attempt };
    case 'prepared':
      // Cancelled or not: a supervisor may have been started a moment ago, and only one that finds the cancel file ends it.
      return wasStarted
        ? { kind: 'mark-lost', attempt, fault: seen.fault }
        : { kind: 'start', attempt, stop };
    case 'starting':
      return { kind: 'rest', stop };
    case 'running':
      if (!wasStarted) return { kind: 'mark-running', attempt, supervisor: seen.supervisor };
      return { kind: 'rest', stop };
    case 'exited':
      if (!wasStarted && seen.supervisor?.trainerPid) {
        return { kind: 'mark-running', attempt, supervisor: seen.supervisor };
      }
      return { kind: 'finish', attempt, exit: seen.exit };
    case 'gone':
      return { kind: 'adopt', attempt, fault: seen.fault };
  }
}
