import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { replaceFile } from '../../platform/durable-file.ts';
import { hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { readStateFile, readStateText, type StateFileHint } from '../../platform/state-file.ts';

/** The product's own place outside of state folders, for servers whose account could not get into one. */
export const shared = '/var/lib/trainyard';

/** The only two places that a state folder's database may have: nothing else is ever made, given away or removed. */
const folderSchema = z.union([
  z.literal('postgres'),
  z.string().check(z.regex(/^\/var\/lib\/trainyard\/[0-9a-f]{16}\/postgres$/)),
]);
const noteSchema = z.object({ folder: folderSchema });
const databaseSchema = z.object({ version: z.literal(1), folder: folderSchema, madeAt: z.string() });

const noteFile = (root: string) => path.join(root, 'postgres.json');
/** The file that says that a database was made for this state folder. */
export const databaseFile = (root: string) => path.join(root, 'database.json');

function readDatabaseNote(root: string) {
  return readStateFile(databaseFile(root), databaseSchema, {
    hint: {
      en: 'Put it back from a backup. It says that a database was made here; without it a lost one would look like a first start.',
      ko: '백업에서 되돌리세요. 여기에 데이터베이스가 만들어졌다는 기록이라서, 없으면 잃어버린 데이터베이스를 첫 시작으로 여기게 됩니다.',
    },
  });
}

function readOwnNote(root: string): string | null {
  const note = readStateFile(noteFile(root), noteSchema, {
    hint: {
      en: 'Remove it and start again: the database is looked for where it was, and nothing is in this file but its place.',
      ko: '지우고 다시 시작하세요. 데이터베이스는 있던 곳에서 찾고, 이 파일에는 그 위치만 있습니다.',
    },
  });
  return note?.folder ?? null;
}

/** The folder named in a state folder: relative to it where it lies inside, so that it moves and copies along. */
export function readNote(root: string): string | null {
  return readOwnNote(root) ?? readDatabaseNote(root)?.folder ?? null;
}

/** Saves the data folder of a state folder, unless it is saved already. */
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
const ownerOf = (area: string, hint: StateFileHint) =>
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
  const file = ownerFile(area);
  const hint = {
    en: `Put the path of its state folder into ${file}, or remove it.`,
    ko: `${file}에 이 데이터베이스를 쓰는 상태 폴더의 경로를 적거나 파일을 지우세요.`,
  };
  const ofAnother = (whose: Bilingual, what: Bilingual) =>
    fault(
      'POSTGRES_DATA_OF_ANOTHER_HOME',
      { home: root, area, whose, hint: what },
      { place: { file: noteFile(root) } },
    );
  const owner = ownerOf(area, hint);
  if (owner === root) return;
  if (owner === null && area === own) return;
  if (owner !== null && path.isAbsolute(owner)) {
    if (!names(owner, area) || isSameFolder(root, owner)) return;
    const commands = `mkdir -p ${path.dirname(own)} && cp -a ${area} ${own} && echo '{"folder": "${own}"}' > ${noteFile(root)}`;
    throw ofAnother(
      { en: `which belongs to ${owner}`, ko: `주인은 상태 폴더 ${owner}입니다` },
      {
        en: `It seems to be a copy. To copy the database too, stop the engine of ${owner}, then: ${commands}. To begin with an empty one, remove postgres.json and database.json from ${root}.`,
        ko: `복사한 상태 폴더로 보입니다. 데이터베이스도 복사하려면 ${owner}의 엔진을 멈추고 다음을 실행하세요: ${commands}. 빈 데이터베이스로 시작하려면 ${root}에서 postgres.json과 database.json을 지우세요.`,
      },
    );
  }
  throw ofAnother(
    {
      en: "and nothing there says that it is this folder's",
      ko: '이 상태 폴더의 것이라는 표시가 없습니다',
    },
    {
      en: `If it is, say so: echo ${root} > ${file}`,
      ko: `이 상태 폴더의 것이 맞다면 표시하세요: echo ${root} > ${file}`,
    },
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
