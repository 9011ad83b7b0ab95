import { TrainyardError } from '../../../shared/errors/error.ts';
import type { AppliedRevision, RevisionFile } from './ports.ts';

/** The number that people name a revision by: `0003` of `0003_workflows`. */
export function revisionOf(name: string): string {
  return name.split('_', 1)[0] ?? name;
}

/** Applied revisions whose file has another text now. */
export function editedRevisions(
  files: readonly RevisionFile[],
  applied: readonly AppliedRevision[],
): RevisionFile[] {
  const checksums = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  return files.filter(({ name, checksum }) => {
    const known = checksums.get(name);
    return known !== undefined && known !== null && known !== checksum;
  });
}

/** @throws TrainyardError where the applied revisions are not the first of the files, in their order */
function checkOrder(files: readonly RevisionFile[], applied: readonly AppliedRevision[]): void {
  for (const [index, { name }] of applied.entries()) {
    const expected = files[index]?.name;
    if (name === expected) continue;
    if (!files.some((file) => file.name === name)) {
      throw new TrainyardError(
        'SCHEMA_AHEAD',
        `The database has the revision ${name}, which this program does not know`,
        'Use the version of Trainyard that made it, or a newer one.',
        { status: 409 },
      );
    }
    throw new TrainyardError(
      'SCHEMA_OUT_OF_ORDER',
      `The database has the revision ${name} without ${expected ?? 'those before it'}`,
      'Restore a snapshot, or bring the database to a revision in order by hand.',
      { status: 409 },
    );
  }
}

function unknownRevision(target: string, files: readonly RevisionFile[]): TrainyardError {
  const first = revisionOf(files[0]?.name ?? '');
  const last = revisionOf(files.at(-1)?.name ?? '');
  return new TrainyardError(
    'REVISION_UNKNOWN',
    `There is no revision "${target}"`,
    `Name one of ${first} to ${last}, "head" or "base", or a number of steps such as +1 or -1.`,
    { place: { field: 'revision' } },
  );
}

/** How many revisions are applied once `target` is reached. */
function goal(target: string, files: readonly RevisionFile[], applied: number): number {
  if (target === 'head') return files.length;
  if (target === 'base') return 0;
  const steps = /^([+-])(\d{1,4})$/.exec(target);
  const place = steps
    ? applied + Number(`${steps[1]}${steps[2]}`)
    : files.findIndex(
        ({ name }) =>
          name === target || (/^\d+$/.test(target) && Number(revisionOf(name)) === Number(target)),
      ) + 1;
  if (place < 0 || place > files.length || (place === 0 && !steps)) throw unknownRevision(target, files);
  return place;
}

/**
 * The names to apply, in order, to reach `target` (`head`, a revision, or `+n`); empty where it is reached.
 * @throws TrainyardError REVISION_UNKNOWN, REVISION_BEHIND, SCHEMA_AHEAD, SCHEMA_OUT_OF_ORDER, SCHEMA_REVISION_EDITED
 */
export function planUpgrade(
  files: readonly RevisionFile[],
  applied: readonly AppliedRevision[],
  target: string,
): string[] {
  checkOrder(files, applied);
  const [edited] = editedRevisions(files, applied);
  if (edited) {
    throw new TrainyardError(
      'SCHEMA_REVISION_EDITED',
      `The revision ${edited.name} was changed after it was applied, so the database is not what its file says`,
      'Put the file back as it was and write the change as a new revision (or go down below it and up again).',
      { place: { file: `${edited.name}.sql` }, status: 409 },
    );
  }
  const place = goal(target, files, applied.length);
  if (place < applied.length) {
    throw new TrainyardError(
      'REVISION_BEHIND',
      `The database is past ${target} already: it is at ${revisionOf(applied.at(-1)?.name ?? '')}`,
      'Use "db downgrade" to go back.',
      { place: { field: 'revision' } },
    );
  }
  return files.slice(applied.length, place).map(({ name }) => name);
}

/**
 * The names to take back, newest first, to reach `target` (`base`, a revision that stays, or `-n`). An edited revision is
 * taken back by what its file says now.
 * @throws TrainyardError REVISION_UNKNOWN, REVISION_AHEAD, SCHEMA_AHEAD, SCHEMA_OUT_OF_ORDER
 */
export function planDowngrade(
  files: readonly RevisionFile[],
  applied: readonly AppliedRevision[],
  target: string,
): string[] {
  checkOrder(files, applied);
  const place = goal(target, files, applied.length);
  if (place > applied.length || target.startsWith('+')) {
    throw new TrainyardError(
      'REVISION_AHEAD',
      `The database is not at ${target} yet: it is at ${applied.length === 0 ? 'base' : revisionOf(applied.at(-1)?.name ?? '')}`,
      'Use "db upgrade" to go forward.',
      { place: { field: 'revision' } },
    );
  }
  return applied
    .slice(place)
    .map(({ name }) => name)
    .toReversed();
}
