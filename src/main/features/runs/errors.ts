import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { runRequests, statusWords } from '../../../shared/errors/runs.ts';
import { possibleActions, type RunStatus } from '../../../shared/model/run.ts';

/** What was asked does not fit the run's state; the hint says what does. */
export function notPossible(
  { name, status }: { readonly name: string; readonly status: RunStatus },
  wanted: keyof typeof runRequests,
  hasCheckpoint: boolean,
): TrainyardError {
  const possible = possibleActions(status, hasCheckpoint).join(', ');
  const parameters = { name, status: statusWords[status], wanted: runRequests[wanted], possible };
  return fault('CONFLICT', parameters);
}
