import {
  type AttemptStatus,
  mayTransition,
  mayTransitionAttempt,
  type RunStatus,
} from '../../../shared/model/run.ts';
import type { Tx } from '../../postgres/db.ts';
import { appendToJournal } from '../journal/journal-rows.ts';
import { type AttemptChange, type AttemptRow, changeAttempt } from './attempt-rows.ts';
import { changeRun, type RunChange, type RunRow } from './run-rows.ts';

type Details = Readonly<Record<string, unknown>>;

/**
 * Moves a locked run to another status, with its journal entry.
 * @param details stand in the journal beside from and to
 * @throws Error where the state machine has no such transition: a programming error
 */
export async function changeRunStatus(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'status'>,
  to: RunStatus,
  change: Omit<RunChange, 'status'>,
  details: Details = {},
): Promise<void> {
  if (!mayTransition(run.status, to)) throw new Error(`run ${run.id} may not go from ${run.status} to ${to}`);
  await changeRun(tx, run.id, { ...change, status: to });
  await appendToJournal(tx, run.id, null, 'state', { from: run.status, to, ...details });
}

/**
 * Moves an attempt of a locked run to another status, with its journal entry.
 * @throws Error where the state machine has no such transition: a programming error
 */
export async function changeAttemptStatus(
  tx: Tx,
  { id, runId, attempt, status }: AttemptRow,
  to: AttemptStatus,
  change: Omit<AttemptChange, 'status'>,
  details: Details = {},
): Promise<void> {
  if (!mayTransitionAttempt(status, to)) {
    throw new Error(`attempt ${attempt} of run ${runId} may not go from ${status} to ${to}`);
  }
  await changeAttempt(tx, id, { ...change, status: to });
  await appendToJournal(tx, runId, attempt, 'attempt', { from: status, to, ...details });
}
