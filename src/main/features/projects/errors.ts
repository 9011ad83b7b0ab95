import { TrainyardError } from '../../../shared/errors/error.ts';

export function projectNotFound(reference: string): TrainyardError {
  return new TrainyardError(
    'PROJECT_NOT_FOUND',
    `There is no project "${reference}"`,
    'Look its id or name up in the list of projects.',
    { status: 404, place: { field: 'project' } },
  );
}
