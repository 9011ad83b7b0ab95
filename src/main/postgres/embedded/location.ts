import { createHash } from 'node:crypto';
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import { requireOwnFolder } from '../../platform/state-folder.ts';
import { claim, hadDatabase, hasData, keepNote, readNote, requireClaim, shared } from './location-notes.ts';
import { closedFolder, type ServerUser } from './server-user.ts';

/** Where everything of one server lies. */
export interface Location {
  /** The state folder's real path. */
  readonly root: string;
  /** As the state folder's files name the place: `postgres`, or an absolute path. */
  readonly folder: string;
  /** Ours: the configuration, the log and the two folders below, which are the server's. */
  readonly area: string;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly configuration: string;
  readonly log: string;
  /** A folder for copies of the programs, where they cannot run in place. */
  readonly copies: string;
  /** In the server's process titles: distinguishes its processes from those of other servers. */
  readonly clusterName: string;
}

/** macOS takes 103 bytes for a socket's path, Linux 107. */
const longestSocketPath = 103;
export const socketPort = 5432;

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
const ownShared = (root: string) => path.join(shared, hashOf(root), 'postgres');

/**
 * Where the server of a state folder lies, without making or changing anything: the state folder itself, except where we are root and
 * the server's account cannot get there (as into /root): then a folder under /var/lib/trainyard.
 * @throws TrainyardError STATE_FILE_DAMAGED, POSTGRES_FOLDER_CLOSED, POSTGRES_DATA_OF_ANOTHER_HOME, POSTGRES_FOLDER_TAKEN
 */
export function findLocation(home: string, user: ServerUser | null): Location {
  const root = realpathSync(home);
  const folder = chooseFolder(root, user);
  const area = path.resolve(root, folder);
  if (folder !== 'postgres') {
    if (!user) throw taken(area, 'is for engines that root runs', 'root가 실행하는 엔진을 위한 곳입니다');
    requireClaim(root, area, ownShared(root));
  }
  return {
    root,
    folder,
    area,
    dataDirectory: path.join(area, 'data'),
    socketDirectory: socketFolder(area, user),
    configuration: path.join(area, 'postgresql.conf'),
    log: path.join(area, 'server.log'),
    copies: copiesFolder(root, user),
    clusterName: `trainyard-${hashOf(area)}`,
  };
}

/** Where copies of the server's programs lie, wherever the database does. */
export function copiesFolder(root: string, user: ServerUser | null): string {
  return user ? shared : root;
}

/**
 * The same, decided once and kept in `postgres.json`; makes the folders.
 * @throws TrainyardError as `findLocation`, STATE_FOLDER_IRREGULAR
 */
export function locate(home: string, user: ServerUser | null): Location {
  const location = findLocation(home, user);
  const { root, folder, area, socketDirectory } = location;
  requireOwnFolder(root);
  keepNote(root, folder);
  if (user && location.copies === shared) makeShared();
  if (folder === 'postgres') {
    if (user) openPassage(root, user);
  } else {
    makeFolder(path.dirname(area), user, 'passage');
    claim(root, area);
  }
  makeFolder(area, user, 'passage');
  makeFolder(socketDirectory, user, 'own');
  return location;
}

/** The place that the state folder names; one with no data yet that the server's account cannot reach any more is chosen anew. */
function chooseFolder(root: string, user: ServerUser | null): string {
  const named = readNote(root);
  if (named !== null && named !== 'postgres') return named;
  const closed = user ? closedFolder(path.dirname(root), user) : null;
  if (!user || closed === null) return 'postgres';
  const inside = path.join(root, 'postgres');
  if (!hasData(inside) && !(named !== null && hadDatabase(root))) return ownShared(root);
  const parameters = { folder: inside, account: user.name, closed };
  throw fault('POSTGRES_FOLDER_CLOSED', parameters, { place: { file: closed } });
}

function taken(folder: string, en: string, ko: string): TrainyardError {
  const hint = {
    en: 'Remove it, or set TRAINYARD_HOME to another folder.',
    ko: '지우거나 TRAINYARD_HOME을 다른 폴더로 지정하세요.',
  };
  return fault('POSTGRES_FOLDER_TAKEN', { folder, fault: { en, ko }, hint }, { place: { file: folder } });
}

/** The place outside of state folders: root's, open to pass through. */
function makeShared(): void {
  mkdirSync(shared, { recursive: true, mode: 0o755 });
  requireOwnFolder(shared);
  const { mode } = lstatSync(shared);
  if ((mode & 0o022) !== 0)
    throw taken(shared, 'can be written by other users', '다른 사용자가 쓸 수 있습니다');
  if ((mode & 0o055) !== 0o055) chmodSync(shared, 0o755);
}

/** Lets the server's group through a folder of ours, without letting it list or read. */
export function openPassage(folder: string, user: ServerUser): void {
  const { uid, gid, mode } = lstatSync(folder);
  if (gid !== user.gid) lchownSync(folder, uid, user.gid);
  if ((mode & 0o777) !== 0o710) chmodSync(folder, 0o710);
}

function makeFolder(folder: string, user: ServerUser | null, kind: 'passage' | 'own'): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const stats = lstatSync(folder);
    const owners = [process.getuid?.() ?? stats.uid, ...(user && kind === 'own' ? [user.uid] : [])];
    if (!stats.isDirectory() || !owners.includes(stats.uid) || (stats.mode & 0o002) !== 0)
      throw taken(folder, "is another user's or no folder", '폴더가 아니거나 다른 사용자의 것입니다');
  }
  if (!user) return;
  if (kind === 'passage') openPassage(folder, user);
  else lchownSync(folder, user.uid, user.gid);
}

/** Removes a socket folder that is not among the other files, once no server uses it. */
export function releaseSocketFolder({ area, socketDirectory }: Location): void {
  if (socketDirectory.startsWith(area + path.sep)) return;
  try {
    removeSockets(socketDirectory);
    rmdirSync(socketDirectory);
  } catch (error) {
    // Somebody has put something there, or it is gone: neither is ours to remove.
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
  }
}

/** Removes the sockets that a server left. */
export function removeSockets(folder: string): void {
  if (!lstatSync(folder).isDirectory()) return;
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('.s.PGSQL.')))
    rmSync(path.join(folder, name), { force: true });
}

function socketFolder(area: string, user: ServerUser | null): string {
  const near = path.join(area, 'socket');
  if (process.platform === 'win32') return near;
  if (Buffer.byteLength(`${near}/.s.PGSQL.${socketPort}`) <= longestSocketPath) return near;
  if (user) return path.join(shared, `socket-${hashOf(area)}`);
  // Neither TMPDIR nor XDG_RUNTIME_DIR: they differ from shell to shell, and one goes with the last login. The server outlives both.
  return path.join('/tmp', `trainyard-${process.getuid?.() ?? 0}-${hashOf(area)}`);
}
