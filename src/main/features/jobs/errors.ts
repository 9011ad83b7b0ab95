import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import type { JobError } from './ports.ts';

export function jobNotFound(jobId: string): TrainyardError {
  return new TrainyardError(
    'JOB_NOT_FOUND',
    `There is no job ${jobId}`,
    'Look its id up in the list of jobs.',
    {
      status: 404,
      place: { field: 'job' },
    },
  );
}

export function notCompleted(name: string, status: string): TrainyardError {
  return new TrainyardError(
    'RUN_NOT_COMPLETED',
    `The run "${name}" is ${status}: there is no finished model to export`,
    'Wait until it has completed.',
    { status: 409, place: { field: 'run' } },
  );
}

export function notExportable(name: string, reason: string): TrainyardError {
  return new TrainyardError(
    'MODEL_NOT_EXPORTABLE',
    `The model of the run "${name}" cannot be exported: ${reason}`,
    'Train with a model that leaves a model.safetensors among its artifacts.',
    { status: 409, place: { field: 'run' } },
  );
}

export function notStoredYet(name: string): TrainyardError {
  return new TrainyardError(
    'MODEL_NOT_STORED',
    `The model of the run "${name}" is not in the object store yet`,
    'Try again in a moment: artifacts are stored right after a run ends, by the machine that trained it.',
    { status: 409, place: { field: 'run' } },
  );
}

/** What becomes of a job that nobody brings to its end. */
export const lost: JobError = {
  code: 'JOB_LOST',
  message: 'Everybody who took this job disappeared before its end',
  hint: 'See whether the engine or the worker runs out of memory, then start the job again.',
};

/** An error as a row keeps it. */
export function asJobError(error: unknown): JobError {
  if (error instanceof TrainyardError) {
    return { code: error.code, message: error.message, hint: error.hint };
  }
  const message = errorMessage(error);
  return {
    code: 'JOB_FAILED',
    message: `The job failed: ${message}`,
    hint: 'See the log of whoever did it, then start the job again.',
  };
}

/** Stores that were away: the same job may succeed later. */
export function isPassing({ code }: JobError): boolean {
  return code.endsWith('_UNREACHABLE');
}
