import {
  type AttemptStatus,
  mayTransition,
  mayTransitionAttempt,
  type RunStatus,
} from '../../../shared/model/run.ts';
import type { Tx } from '../../postgres/unit-of-work.ts';
import type { Journal } from '../journal/ports.ts';
import type { AttemptChange, AttemptRow, AttemptStore, RunChange, RunRow, RunStore } from './ports.ts';

export interface TransitionStores {
  readonly runs: RunStore;
  readonly attempts: AttemptStore;
  readonly journal: Journal;
}

type Details = Readonly<Record<string, unknown>>;

/**
 * Moves a locked run to another status, with its journal entry.
 * @param details stand in the journal beside from and to
 * @throws Error where the state machine has no such transition: a programming error
 */
export async function moveRun(
  stores: TransitionStores,
  tx: Tx,
  run: Pick<RunRow, 'id' | 'status'>,
  to: RunStatus,
  change: Omit<RunChange, 'status'>,
  details: Details = {},
): Promise<void> {
  if (!mayTransition(run.status, to)) throw new Error(`run ${run.id} may not go from ${run.status} to ${to}`);
  await stores.runs.change(tx, run.id, { ...change, status: to });
  await stores.journal.append(tx, run.id, null, 'state', { from: run.status, to, ...details });
}

/**
 * Moves an attempt of a locked run to another status, with its journal entry.
 * @throws Error where the state machine has no such transition: a programming error
 */
export async function moveAttempt(
  stores: TransitionStores,
  tx: Tx,
  attempt: AttemptRow,
  to: AttemptStatus,
  change: Omit<AttemptChange, 'status'>,
  details: Details = {},
): Promise<void> {
  if (!mayTransitionAttempt(attempt.status, to)) {
    throw new Error(
      `attempt ${attempt.attempt} of run ${attempt.runId} may not go from ${attempt.status} to ${to}`,
    );
  }
  await stores.attempts.change(tx, attempt.id, { ...change, status: to });
  await stores.journal.append(tx, attempt.runId, attempt.attempt, 'attempt', {
    from: attempt.status,
    to,
    ...details,
  });
}
