import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TrainyardError } from '../../../../shared/model/errors.ts';
import { replaceFile } from '../../../durable-file.ts';
import { hasCode } from '../../../error-code.ts';
import { failpoint } from '../../../failpoints.ts';
import { canEnter, type ServerUser } from './server-user.ts';

/** Where everything of one server lies. */
export interface Location {
  /** Ours: the configuration, the log and the two folders below, which are the server's. */
  readonly area: string;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly configuration: string;
  readonly log: string;
  /** A folder for copies of the programs, where they cannot run in place. */
  readonly copies: string;
  /** In the server's process titles: tells its processes from those of other servers. */
  readonly clusterName: string;
}

const shared = '/var/lib/trainyard';
/** macOS takes 103 bytes for a socket's path, Linux 107. */
const longestSocketPath = 103;
export const socketPort = 5432;

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/**
 * Where the server of a state folder lies; decided once and kept in `postgres.json`. It is the state folder itself, except
 * where we are root and the server's account cannot get there (as into /root): then a folder under /var/lib/trainyard.
 * Makes the folders.
 * @throws TrainyardError HOME_OF_ANOTHER_USER, POSTGRES_DATA_OF_ANOTHER_HOME, POSTGRES_FOLDER_TAKEN
 */
export function locate(home: string, user: ServerUser | null): Location {
  const root = realpathSync(home);
  const area = path.resolve(root, readNote(root) ?? chooseFolder(root, user));
  const inside = area.startsWith(root + path.sep);
  if (inside) {
    if (user) openPassage(root, user);
  } else {
    mkdirSync(shared, { recursive: true, mode: 0o755 });
    makeFolder(path.dirname(area), user, 'passage');
    claim(path.join(path.dirname(area), 'home'), root, area);
  }
  makeFolder(area, user, 'passage');
  const socketDirectory = chooseSocketFolder(area, user);
  makeFolder(socketDirectory, user, 'own');
  return {
    area,
    dataDirectory: path.join(area, 'data'),
    socketDirectory,
    configuration: path.join(area, 'postgresql.conf'),
    log: path.join(area, 'server.log'),
    copies: user ? shared : root,
    clusterName: `trainyard-${hashOf(area)}`,
  };
}

const noteFile = (root: string) => path.join(root, 'postgres.json');

/** The folder named in a state folder: relative to it where it lies inside, so that it moves and copies along. */
function readNote(root: string): string | null {
  const file = noteFile(root);
  if (!existsSync(file)) return null;
  const { uid } = statSync(file);
  if (process.getuid && uid !== process.getuid()) {
    throw new TrainyardError(
      'HOME_OF_ANOTHER_USER',
      `The state folder ${root} is another user's (number ${uid})`,
      'Run Trainyard as that user, or set TRAINYARD_HOME to a folder of your own.',
    );
  }
  return String(JSON.parse(readFileSync(file, 'utf8')).folder);
}

function chooseFolder(root: string, user: ServerUser | null): string {
  const near = user === null || canEnter(path.dirname(root), user);
  const folder = near ? 'postgres' : path.join(shared, hashOf(root), 'postgres');
  failpoint('postgres.location.before');
  replaceFile(noteFile(root), `${JSON.stringify({ folder }, null, 2)}\n`);
  failpoint('postgres.location.after');
  return folder;
}

/** Lets the server's group through a folder, without letting it list or read. */
function openPassage(folder: string, user: ServerUser): void {
  chownSync(folder, statSync(folder).uid, user.gid);
  chmodSync(folder, 0o710);
}

function makeFolder(folder: string, user: ServerUser | null, kind: 'passage' | 'own'): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const { uid, mode } = lstatSync(folder);
    const owners = [process.getuid?.() ?? uid, ...(user && kind === 'own' ? [user.uid] : [])];
    if (!lstatSync(folder).isDirectory() || !owners.includes(uid) || (mode & 0o002) !== 0) {
      throw new TrainyardError(
        'POSTGRES_FOLDER_TAKEN',
        `${folder}, where PostgreSQL's files belong, is another user's or no folder`,
        'Remove it, or set TRAINYARD_HOME to another folder.',
      );
    }
  }
  if (!user) return;
  if (kind === 'passage') openPassage(folder, user);
  else chownSync(folder, user.uid, user.gid);
}

/** A state folder that was copied names the original's data: two engines would share one server. A moved one takes it along. */
function claim(file: string, root: string, area: string): void {
  const owner = existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
  if (owner === root) return;
  if (owner !== null && existsSync(noteFile(owner)) && path.resolve(owner, readNote(owner) ?? '') === area) {
    throw new TrainyardError(
      'POSTGRES_DATA_OF_ANOTHER_HOME',
      `The state folder ${root} names the database ${area}, which belongs to ${owner}`,
      `It seems to be a copy: remove ${noteFile(root)} to start it with an empty database.`,
    );
  }
  replaceFile(file, `${root}\n`, 0o600);
}

/** Removes a socket folder that is not among the other files, once no server uses it. */
export function releaseSocketFolder({ area, socketDirectory }: Location): void {
  if (!socketDirectory.startsWith(area + path.sep)) rmSync(socketDirectory, { recursive: true, force: true });
}

function chooseSocketFolder(area: string, user: ServerUser | null): string {
  const fits = (folder: string) => Buffer.byteLength(`${folder}/.s.PGSQL.${socketPort}`) <= longestSocketPath;
  const near = path.join(area, 'socket');
  if (process.platform === 'win32' || fits(near)) return near;
  if (user) {
    mkdirSync(shared, { recursive: true, mode: 0o755 });
    return path.join(shared, `socket-${hashOf(area)}`);
  }
  // Not XDG_RUNTIME_DIR: it goes with the last login, and the server outlives a login.
  const name = `trainyard-${process.getuid?.() ?? 0}-${hashOf(area)}`;
  const own = path.join(tmpdir(), name);
  return fits(own) ? own : path.join('/tmp', name);
}
