import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  type Stats,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { fault } from '../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../shared/errors/entry.ts';
import { TrainyardError } from '../../shared/errors/error.ts';
import { replaceFile, syncFolder } from './durable-file.ts';
import { hasCode } from './error-code.ts';
import { failpoint } from './failpoints.ts';
import { irregularStateFile, kindOf, readStateFile } from './state-file.ts';

/** Folders that may be links to another disk; each carries a marker that says whose it is. */
const movable = ['objects', 'cache', 'uploads', 'scratch', 'runs', 'environments', 'snapshots'] as const;
const fixed = ['logs', 'stack', 'postgres', 'compile-cache'] as const;
export type StateFolderName = (typeof movable)[number] | (typeof fixed)[number];

/** Everything that Trainyard itself puts into a state folder. */
const ownFiles = [
  'engine.json',
  'engine.running',
  'engine.sock',
  'engine.lock.sqlite',
  'stack.lock.sqlite',
  'secrets.json',
  'settings.sqlite',
  'external.json',
  'postgres.json',
  'database.json',
  'served.json',
  'switch.json',
  'previous.json',
];
/** State folders within one: what is restored aside, and what a restore took out of service. */
export const innerState = /^(aside|previous)-[0-9a-f]{12}$/;
/** Scratch files and folders of checks, which others may see while they run, or that a kill left. */
const ownScratch = /^\.(doctor|room)-/;
/** What systems leave in a folder by themselves. */
const leftovers = ['lost+found', '.DS_Store', 'Thumbs.db', 'desktop.ini'];

/** Whether a name in a folder is one that only Trainyard gives there. */
function isOwnEntry(name: string): boolean {
  const folders: readonly string[] = [...movable, ...fixed];
  return (
    folders.includes(name) ||
    innerState.test(name) ||
    ownScratch.test(name) ||
    ownFiles.some((own) => name === own || name.startsWith(`${own}-`) || name.startsWith(`${own}.`))
  );
}

/** Whether a folder holds nothing, or something of Trainyard's: then it may be closed to others. */
export function mayBecomeHome(folder: string): boolean {
  const entries = readdirSync(folder).filter((name) => !leftovers.includes(name));
  return entries.length === 0 || entries.some(isOwnEntry);
}

const markerName = '.trainyard.json';
const markerSchema = z.object({
  version: z.literal(1),
  /** The real path of the state folder that it belongs to. */
  home: z.string().check(z.minLength(1)),
  folder: z.string(),
});
type Marker = z.infer<typeof markerSchema>;
const markerHint = {
  en: 'Remove it if this folder is the state folder’s own; it is written again.',
  ko: '이 상태 폴더의 폴더가 맞다면 지우세요. 다시 만들어집니다.',
};

function refused(folder: string, what: Bilingual, hint: Bilingual): TrainyardError {
  return fault('STATE_FOLDER_IRREGULAR', { folder, fault: what, hint }, { place: { file: folder } });
}

/**
 * Refuses what is no folder of ours: a link, a file, somebody else's folder. Nothing in a path that this has not seen may have its
 * mode or owner changed, or be emptied.
 * @param options.owners accounts besides our own that may own it
 * @throws TrainyardError STATE_FOLDER_IRREGULAR
 */
export function requireOwnFolder(
  folder: string,
  options: { readonly owners?: readonly number[]; readonly hint?: Bilingual } = {},
): void {
  const stats = lstatSync(folder);
  const usual = stats.isSymbolicLink()
    ? {
        en: 'Put the folder itself there; Trainyard changes nothing behind a link.',
        ko: '폴더 자체를 그 자리에 두세요. Trainyard는 링크가 가리키는 곳을 바꾸지 않습니다.',
      }
    : {
        en: 'Move it away; where the folder was moved put it back, else a new one is made.',
        ko: '다른 곳으로 옮기세요. 폴더를 옮겼던 것이라면 되돌려 놓으세요. 없으면 새로 만들어집니다.',
      };
  const { owners = [], hint = usual } = options;
  if (!stats.isDirectory()) {
    const { en, ko } = kindOf(stats);
    const what = {
      en: `is ${en}, where a folder of Trainyard's belongs`,
      ko: `Trainyard의 폴더가 있어야 할 자리에 있는 것: ${ko}`,
    };
    throw refused(folder, what, hint);
  }
  const ours = process.getuid?.();
  if (ours === undefined || [ours, ...owners].includes(stats.uid)) return;
  throw refused(
    folder,
    {
      en: `belongs to another user (number ${stats.uid})`,
      ko: `소유자가 다른 사용자(번호 ${stats.uid})입니다`,
    },
    {
      en: 'Give it back to the user that runs Trainyard, or move it away.',
      ko: 'Trainyard를 실행하는 사용자에게 소유권을 돌려주거나 다른 곳으로 옮기세요.',
    },
  );
}

/** Makes a folder closed to others, or closes the one that is there. @throws TrainyardError STATE_FOLDER_IRREGULAR */
function makeClosed(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    syncFolder(path.dirname(folder));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    requireOwnFolder(folder);
    if (process.platform !== 'win32' && (lstatSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
  }
}

/** Whether a state folder has this folder, by itself or by a link of its own. */
function leadsTo(home: string, name: string, folder: string): boolean {
  try {
    return realpathSync(path.join(home, name)) === folder;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return false;
    throw error;
  }
}

/** Where a link of ours leads, if that is a folder which this state folder may use. @throws TrainyardError STATE_FOLDER_IRREGULAR */
function followOwnLink(link: string, home: string, name: StateFolderName): string {
  const howTo = {
    en: `To keep ${name} on another disk, stop the engine, move the folder ${name} there with all that is in it, and link to it.`,
    ko: `${name} 폴더를 다른 디스크에 두려면 엔진을 멈추고, 폴더를 통째로 옮긴 뒤 링크하세요.`,
  };
  let folder: string;
  try {
    folder = realpathSync(link);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) throw error;
    throw refused(
      link,
      { en: 'is a link that leads nowhere', ko: '아무 데도 가리키지 않는 링크입니다' },
      {
        en: 'Mount the disk that it leads to, or put the link right.',
        ko: '링크가 가리키는 디스크를 마운트하거나 링크를 고치세요.',
      },
    );
  }
  requireOwnFolder(folder, { hint: howTo });
  const { mode } = statSync(folder);
  if (process.platform !== 'win32' && (mode & 0o022) !== 0)
    throw refused(
      folder,
      { en: 'can be written by other users', ko: '다른 사용자가 쓸 수 있습니다' },
      { en: `Close it: chmod 700 ${folder}`, ko: `닫으세요: chmod 700 ${folder}` },
    );
  const marker = readMarker(folder);
  if (!marker)
    throw refused(
      link,
      {
        en: `is a link to ${folder}, which nothing marks as this state folder's`,
        ko: `링크가 가리키는 ${folder}에 이 상태 폴더의 것이라는 표시가 없습니다`,
      },
      howTo,
    );
  if (marker.folder !== name)
    throw refused(
      link,
      {
        en: `is a link to ${folder}, which holds ${marker.folder}`,
        ko: `링크가 가리키는 ${folder}에 든 것은 ${marker.folder} 폴더입니다`,
      },
      howTo,
    );
  if (marker.home !== home && leadsTo(marker.home, name, folder)) {
    throw refused(
      link,
      {
        en: `is a link to ${folder}, which belongs to the state folder ${marker.home}`,
        ko: `링크가 가리키는 ${folder}의 주인은 상태 폴더 ${marker.home}입니다`,
      },
      {
        en: `Two state folders cannot share it: copy it, and link ${home} to the copy.`,
        ko: `두 상태 폴더가 함께 쓸 수 없습니다. 복사한 뒤 ${home}에서 사본으로 링크하세요.`,
      },
    );
  }
  return folder;
}

const readMarker = (folder: string): Marker | null =>
  readStateFile(path.join(folder, markerName), markerSchema, { hint: markerHint });

/**
 * One of the folders of a state folder, made closed to others where it is missing. `objects`, `cache`, `uploads`, `scratch`, `runs`,
 * `environments` and `snapshots` may be links to a folder on another disk that was moved there: its marker shows that it is this state folder's. Any other link is refused.
 * @param home absolute
 * @returns its real path
 * @throws TrainyardError STATE_FOLDER_IRREGULAR, STATE_FILE_DAMAGED (its marker)
 */
export function openStateFolder(home: string, name: StateFolderName): string {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const root = realpathSync(home);
  const place = path.join(root, name);
  const mayMove = movable.some((one) => one === name);
  const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const folder = isLink && mayMove ? followOwnLink(place, root, name) : place;
  makeClosed(folder);
  if (!mayMove || readMarker(folder)?.home === root) return folder;
  mark(folder, root, name);
  return folder;
}

function mark(folder: string, home: string, name: StateFolderName): void {
  failpoint('state-folder.mark.before');
  replaceFile(path.join(folder, markerName), `${JSON.stringify({ version: 1, home, folder: name })}\n`);
  failpoint('state-folder.mark.after');
}

/**
 * Where the folders that may be links lead, of a state folder within another one that is to be removed: only what its marker calls by that
 * name, and neither the outer one nor the marker's uses.
 */
export function ownLinks(inner: string): { readonly link: string; readonly folder: string | null }[] {
  return movable.flatMap((name) => {
    const link = path.join(inner, name);
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return [];
    const folder = existsSync(link) ? realpathSync(link) : null;
    const marker = folder === null ? null : readMarker(folder);
    if (folder === null || marker?.folder !== name) return [{ link, folder: null }];
    const others = [path.dirname(inner), marker.home].filter((one) => one !== realpathSync(inner));
    return [{ link, folder: others.some((one) => leadsTo(one, name, folder)) ? null : folder }];
  });
}

/**
 * Prepares a state folder within another one: what lies on another disk there gets a place on the same disk here.
 * @throws TrainyardError STATE_FOLDER_IRREGULAR
 */
export function linkAlike(home: string, inner: string, names: readonly string[]): void {
  for (const name of movable.filter((one) => names.includes(one))) {
    const link = path.join(home, name);
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    // A restore leaves its mark on the name, and the next one replaces it: a name that grew with each would be too long one day.
    const beside = followOwnLink(link, realpathSync(home), name).replace(/(-aside-[0-9a-f]{12})+$/, '');
    const folder = `${beside}-${path.basename(inner)}`;
    makeClosed(folder);
    mark(folder, realpathSync(inner), name);
    symlinkSync(folder, path.join(inner, name));
  }
}

/** Files that are replaced or opened by their names, and not read by a schema. */
const unreadFiles = ['settings.sqlite', 'stack.lock.sqlite', 'engine.running'];

/**
 * What stands in a state folder where a folder or a file of Trainyard's belongs, and is none: without the records, the engine's lock
 * and the database's folder, which whoever reads them looks at. It changes nothing, and opens no file that may be locked.
 * @param home absolute
 */
export function irregularEntries(home: string): TrainyardError[] {
  const root = realpathSync(home);
  const look = (name: string, check: (entry: string, stats: Stats) => void): TrainyardError[] => {
    const entry = path.join(root, name);
    const stats = lstatSync(entry, { throwIfNoEntry: false });
    try {
      if (stats) check(entry, stats);
      return [];
    } catch (error) {
      if (error instanceof TrainyardError) return [error];
      throw error;
    }
  };
  const hint = {
    en: 'Move it away; where a backup of the file exists put that there, else a new one is made.',
    ko: '다른 곳으로 옮기세요. 백업이 있으면 그 자리에 두고, 없으면 새로 만들어집니다.',
  };
  return [
    ...movable.flatMap((name) =>
      look(name, (entry, stats) => {
        if (stats.isSymbolicLink()) followOwnLink(entry, root, name);
        else requireOwnFolder(entry);
      }),
    ),
    ...fixed
      .filter((name) => name !== 'postgres')
      .flatMap((name) => look(name, (entry) => requireOwnFolder(entry))),
    ...unreadFiles.flatMap((name) =>
      look(name, (entry, stats) => {
        if (!stats.isFile()) throw irregularStateFile(entry, stats, hint);
      }),
    ),
    ...look('engine.sock', (entry, stats) => {
      // Any file is replaced.
      if (stats.isDirectory()) throw irregularStateFile(entry, stats, hint);
    }),
  ];
}

/** Closes what stands open in a state folder, as an older version or another umask left it. What is not ours is left alone. */
export function closeEntries(home: string): void {
  if (process.platform === 'win32') return;
  for (const name of readdirSync(home)) {
    const entry = path.join(home, name);
    const stats = lstatSync(entry, { throwIfNoEntry: false });
    if (!stats || stats.uid !== process.getuid?.() || !(stats.isFile() || stats.isDirectory())) continue;
    // The server's account has its way through these.
    const allowed = name === 'postgres' || innerState.test(name) ? 0o710 : 0o700;
    if (isOwnEntry(name) && (stats.mode & 0o777 & ~allowed) !== 0) chmodSync(entry, stats.mode & allowed);
  }
}
