import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
/** A revision as its file has it. */
export interface RevisionFile {
  /** The file's name without its ending, as `0003_workflows`: what the database remembers. */
  readonly name: string;
  /** SHA-256 of the text, hexadecimal; the same however the lines end. */
  readonly checksum: string;
}

/** A revision that a database has. */
export interface AppliedRevision {
  readonly name: string;
  readonly appliedAt: Date;
  /** Of the text that was applied; null if it was applied by something else than this program. */
  readonly checksum: string | null;
}

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
export function checkOrder(files: readonly RevisionFile[], applied: readonly AppliedRevision[]): void {
  for (const [index, { name }] of applied.entries()) {
    const expected = files[index]?.name;
    if (name === expected) continue;
    if (!files.some((file) => file.name === name)) throw fault('SCHEMA_AHEAD', { revision: name });
    const before = { en: 'those before it', ko: '앞의 리비전' };
    throw fault('SCHEMA_OUT_OF_ORDER', { revision: name, expected: expected ?? before });
  }
}

function unknownRevision(target: string, files: readonly RevisionFile[]): TrainyardError {
  const first = revisionOf(files[0]?.name ?? '');
  const last = revisionOf(files.at(-1)?.name ?? '');
  return fault('REVISION_UNKNOWN', { target, first, last });
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
 * The names to apply, in order, to reach `target` (`head`, a revision, or `+n`); empty if it is reached.
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
    const place = { file: `${edited.name}.sql` };
    throw fault('SCHEMA_REVISION_EDITED', { revision: edited.name }, { place });
  }
  const place = goal(target, files, applied.length);
  if (place < applied.length)
    throw fault('REVISION_BEHIND', { target, at: revisionOf(applied.at(-1)?.name ?? '') });
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
    const at = applied.length === 0 ? 'base' : revisionOf(applied.at(-1)?.name ?? '');
    throw fault('REVISION_AHEAD', { target, at });
  }
  return applied
    .slice(place)
    .map(({ name }) => name)
    .toReversed();
}
