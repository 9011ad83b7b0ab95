import { TrainyardError } from '../../../shared/model/errors.ts';
import { possibleActions, type RunStatus } from '../../../shared/model/run.ts';

export function runNotFound(runId: string): TrainyardError {
  return new TrainyardError(
    'RUN_NOT_FOUND',
    `There is no run ${runId}`,
    'Look the id up in the list of runs.',
    {
      status: 404,
      place: { field: 'run' },
    },
  );
}

/** What was asked does not fit the run's state; the hint says what does. */
export function notPossible(
  run: { readonly name: string; readonly status: RunStatus },
  wanted: string,
  hasCheckpoint: boolean,
): TrainyardError {
  const possible = possibleActions(run.status, hasCheckpoint);
  return new TrainyardError(
    'CONFLICT',
    `The run "${run.name}" is ${run.status}: it cannot be ${wanted}`,
    `Possible now: ${possible.join(', ')}.`,
    { status: 409, place: { field: 'run' } },
  );
}

/** There is nothing to go on from. */
export function noCheckpoint(run: { readonly name: string }, faults: readonly string[]): TrainyardError {
  const why = faults.length === 0 ? 'none of its attempts on this machine wrote one' : faults.join('; ');
  return new TrainyardError(
    'RUN_CHECKPOINT_MISSING',
    `The run "${run.name}" has no checkpoint to go on from (${why})`,
    'Possible now: retry, which trains from the start.',
    { status: 409, place: { field: 'run' } },
  );
}

/** Its images are in the bin. */
export function datasetGone(run: { readonly name: string }): TrainyardError {
  return new TrainyardError(
    'RUN_DATASET_REMOVED',
    `The dataset of the run "${run.name}" was removed`,
    'Import the dataset again and queue a new run.',
    { status: 409, place: { field: 'run' } },
  );
}
