import { TrainyardError } from '../../../shared/errors/error.ts';

export function versionNotFound(dataset: string, version: number | null): TrainyardError {
  return new TrainyardError(
    'DATASET_VERSION_NOT_FOUND',
    version === null
      ? `The dataset "${dataset}" has no version yet`
      : `The dataset "${dataset}" has no version ${version}`,
    version === null
      ? 'Wait for its import, or import it again where that failed.'
      : 'Look its versions up in the dataset, or leave the version out for the newest.',
    { status: 404, place: { field: 'version' } },
  );
}

export function checkNotFound(checkId: string): TrainyardError {
  return new TrainyardError(
    'CHECK_NOT_FOUND',
    `There is no check ${checkId}: it was cancelled, or nobody asked for it any more`,
    'Check again.',
    { status: 404, place: { field: 'checkId' } },
  );
}

export function tooManyChecks(most: number): TrainyardError {
  return new TrainyardError(
    'TOO_MANY_CHECKS',
    `${most} checks are under way already`,
    'Wait for one to end, or cancel it.',
    { status: 429 },
  );
}

const namedFiles = 5;

/** Files of a version that are not what they were when it was imported. */
export function datasetChanged(
  version: number,
  missing: readonly string[],
  changed: readonly string[],
): TrainyardError {
  const list = (what: string, files: readonly string[]) =>
    files.length === 0
      ? []
      : [
          `${files.length} ${files.length === 1 ? 'file' : 'files'} ${what} (${files.slice(0, namedFiles).join(', ')}${files.length > namedFiles ? ', …' : ''})`,
        ];
  return new TrainyardError(
    'DATASET_CHANGED',
    `Version ${version} of the dataset is not what was imported: ${[...list('missing', missing), ...list('changed', changed)].join(' and ')}`,
    'Put the files back as they were, or import the folder again: that makes a new version.',
    { status: 409, place: { file: missing[0] ?? changed[0] ?? '' } },
  );
}

export function importNotFound(importId: string): TrainyardError {
  return new TrainyardError('NOT_FOUND', `There is no import ${importId}`, 'Start the import again.', {
    status: 404,
    place: { field: 'importId' },
  });
}

export function importCancelled(): TrainyardError {
  return new TrainyardError(
    'IMPORT_CANCELLED',
    'The import was cancelled; nothing of it was kept',
    'Import again.',
    { status: 409 },
  );
}

export function datasetInUse(
  name: string,
  { runs, imports }: { readonly runs: number; readonly imports: number },
): TrainyardError {
  const uses = [
    ...(runs === 0 ? [] : [runs === 1 ? 'a run that is' : `${runs} runs that are`]),
    ...(imports === 0 ? [] : [imports === 1 ? 'an import that is' : `${imports} imports that are`]),
  ];
  return new TrainyardError(
    'DATASET_IN_USE',
    `The dataset "${name}" has ${uses.join(' and ')} not over`,
    'Cancel the runs and imports that use it, or wait for their end.',
    { status: 409, place: { field: 'dataset' } },
  );
}

export function modeNeedsFolder(mode: string, path: string): TrainyardError {
  return new TrainyardError(
    'MODE_NEEDS_FOLDER',
    `The mode "${mode}" leaves files where they are, and ${path} is an archive`,
    'Unpack the archive and import the folder, or import it with mode "copy".',
    { place: { field: 'mode' } },
  );
}

export function linkUnsupported(): TrainyardError {
  return new TrainyardError(
    'LINK_UNSUPPORTED',
    'The objects of this profile are on an S3 server, which cannot take files by link',
    'Import by copy (mode "copy"), or leave the files where they are (mode "in_place", --in-place).',
    { status: 409, place: { field: 'mode' } },
  );
}
