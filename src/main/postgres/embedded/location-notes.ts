import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { replaceFile } from '../../platform/durable-file.ts';
import { hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { readStateFile, readStateText } from '../../platform/state-file.ts';

/** The product's own place outside of state folders, for servers whose account could not get into one. */
export const shared = '/var/lib/trainyard';

/** The only two places that a state folder's database may have: nothing else is ever made, given away or removed. */
const folderSchema = z.union([
  z.literal('postgres'),
  z.string().regex(/^\/var\/lib\/trainyard\/[0-9a-f]{16}\/postgres$/),
]);
const noteSchema = z.object({ folder: folderSchema });
const databaseSchema = z.object({ version: z.literal(1), folder: folderSchema, madeAt: z.string() });

const noteFile = (root: string) => path.join(root, 'postgres.json');
export const databaseFile = (root: string) => path.join(root, 'database.json');

function readDatabaseNote(root: string) {
  return readStateFile(databaseFile(root), databaseSchema, {
    hint: 'Put it back from a backup. It says that a database was made here; without it a lost one would look like a first start.',
  });
}

function readOwnNote(root: string): string | null {
  const note = readStateFile(noteFile(root), noteSchema, {
    hint: 'Remove it and start again: the database is looked for where it was, and nothing is in this file but its place.',
  });
  return note?.folder ?? null;
}

/** The folder named in a state folder: relative to it where it lies inside, so that it moves and copies along. */
export function readNote(root: string): string | null {
  return readOwnNote(root) ?? readDatabaseNote(root)?.folder ?? null;
}

export function keepNote(root: string, folder: string): void {
  if (readOwnNote(root) === folder) return;
  failpoint('postgres.location.before');
  replaceFile(noteFile(root), `${JSON.stringify({ folder }, null, 2)}\n`);
  failpoint('postgres.location.after');
}

/** Whether a database was ever made for a state folder. */
export const hadDatabase = (root: string) => readDatabaseNote(root) !== null;

/** Remembers that a database was made: from then on one that is not there is lost, and no first start. */
export function noteDatabase(root: string, folder: string): void {
  const known = readDatabaseNote(root);
  if (known?.folder === folder) return;
  failpoint('postgres.database-note.before');
  const note = { version: 1, folder, madeAt: known?.madeAt ?? new Date().toISOString() };
  replaceFile(databaseFile(root), `${JSON.stringify(note, null, 2)}\n`);
  failpoint('postgres.database-note.after');
}

const ownerFile = (area: string) => path.join(path.dirname(area), 'home');

/** The path that stands there; a blank at its end belongs to it. */
const ownerOf = (area: string, hint: string) =>
  readStateText(ownerFile(area), { hint })?.replace(/\r?\n$/, '') ?? null;

/** Whether another state folder has this database too: one that cannot be read is taken to. */
function names(owner: string, area: string): boolean {
  if (!existsSync(owner)) return false;
  try {
    const folder = readNote(owner);
    return folder !== null && path.resolve(owner, folder) === area;
  } catch (error) {
    if (error instanceof TrainyardError) return true;
    throw error;
  }
}

function isSameFolder(one: string, other: string): boolean {
  const [here, there] = [statSync(one), statSync(other, { throwIfNoEntry: false })];
  return here.dev === there?.dev && here.ino === there.ino;
}

/**
 * Whether a place in `/var/lib/trainyard` is this state folder's, which a file beside it says. A state folder that was copied names
 * the original's data: two engines would share one server. A moved one takes it along.
 * @param own the place that would be named after this state folder
 * @throws TrainyardError POSTGRES_DATA_OF_ANOTHER_HOME
 */
export function requireClaim(root: string, area: string, own: string): void {
  const hint = `Put the path of its state folder into ${ownerFile(area)}, or remove it.`;
  const owner = ownerOf(area, hint);
  if (owner === root) return;
  if (owner === null && area === own) return;
  if (owner !== null && path.isAbsolute(owner)) {
    if (!names(owner, area) || isSameFolder(root, owner)) return;
    throw new TrainyardError(
      'POSTGRES_DATA_OF_ANOTHER_HOME',
      `The state folder ${root} names the database ${area}, which belongs to ${owner}`,
      `It seems to be a copy. To copy the database too, stop the engine of ${owner}, then: mkdir -p ${path.dirname(own)} && cp -a ${area} ${own} && echo '{"folder": "${own}"}' > ${noteFile(root)}. To begin with an empty one, remove postgres.json and database.json from ${root}.`,
      { status: 409, place: { file: noteFile(root) } },
    );
  }
  throw new TrainyardError(
    'POSTGRES_DATA_OF_ANOTHER_HOME',
    `The state folder ${root} names the database ${area}, and nothing there says that it is this folder's`,
    `If it is, say so: echo ${root} > ${ownerFile(area)}`,
    { status: 409, place: { file: noteFile(root) } },
  );
}

/** Writes whose it is, once `requireClaim` let it pass. */
export function claim(root: string, area: string): void {
  if (ownerOf(area, '') !== root) replaceFile(ownerFile(area), `${root}\n`);
}

/** Whether something stands in the data folder's place. A link is refused later. */
export function hasData(area: string): boolean {
  try {
    return lstatSync(path.join(realpathSync(area), 'data'), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
