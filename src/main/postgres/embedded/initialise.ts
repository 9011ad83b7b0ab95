import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import { formatBytes } from '../../../shared/format/units.ts';
import { childEnvironment } from '../../platform/child-environment.ts';
import { syncFolder } from '../../platform/durable-file.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { diskFull, diskRoom, isDiskSpent, noRoom } from '../../platform/faults/disk-room.ts';
import { isDiskFault } from '../../platform/faults/system-fault.ts';
import { kindOf } from '../../platform/state-file.ts';
import type { Binaries, Installation } from './binaries.ts';
import type { Location } from './location.ts';
import { databaseFile, hadDatabase, noteDatabase } from './location-notes.ts';
import type { ServerUser } from './server-user.ts';

export const roleName = 'admin';
export const databaseName = 'vision_platform';
/** What an empty database with its first log segments takes, and a little to work with. */
const freshBytes = 96 * 1024 ** 2;
const asidePrefix = 'initialising-';

/** Starts one of the server's programs under the server's account. */
export function asServer(user: ServerUser | null, folder: string) {
  return {
    cwd: folder,
    env: childEnvironment('server'),
    windowsHide: true,
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  };
}

/** Runs a program to its end with a text on its standard input; answers what it printed. */
async function complete(
  program: string,
  argv: readonly string[],
  options: ReturnType<typeof asServer>,
  input = '',
): Promise<string> {
  const { execa } = await import('execa');
  const { all, exitCode, cause, signal } = await execa(program, argv, {
    ...options,
    extendEnv: false,
    input,
    all: true,
    reject: false,
    cleanup: false,
  });
  if (exitCode === 0) return all;
  if (exitCode === undefined && signal === undefined) throw cause;
  throw new Error(all || `${path.basename(program)} ended with code ${exitCode ?? signal}`);
}

async function checkRoom(area: string): Promise<void> {
  const room = await diskRoom(area);
  if (room.freeBytes >= freshBytes) return;
  const bytes = formatBytes(freshBytes);
  throw noRoom(
    { en: `A new database needs ${bytes}`, ko: `새 데이터베이스에는 ${bytes}가 필요합니다` },
    room,
  );
}

/** @throws TrainyardError POSTGRES_FOLDER_TAKEN if something else is there */
function requireFolder(folder: string): void {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (!stats || stats.isDirectory()) return;
  const { en, ko } = kindOf(stats);
  const parameters = {
    folder,
    fault: { en: `is ${en}`, ko: `폴더가 있어야 할 자리에 있는 것: ${ko}` },
    hint: {
      en: 'Put the folder itself there; Trainyard starts no server behind a link.',
      ko: '폴더 자체를 그 자리에 두세요. Trainyard는 링크가 가리키는 곳에서 서버를 시작하지 않습니다.',
    },
  };
  throw fault('POSTGRES_FOLDER_TAKEN', parameters, { place: { file: folder } });
}

/**
 * Whether the server will take the data folder as its own: a copy that did not keep the owner and the mode is refused by it.
 * @throws TrainyardError POSTGRES_DATA_OWNER
 */
export function requireOwnData({ dataDirectory: folder }: Location, user: ServerUser | null): void {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (process.platform === 'win32' || !stats || readdirSync(folder).length === 0) return;
  const { uid, mode } = stats;
  const wrong = (en: string, ko: string, command: string) =>
    fault('POSTGRES_DATA_OWNER', { folder, fault: { en, ko }, command }, { place: { file: folder } });
  if (user && uid !== user.uid)
    throw wrong(
      `belongs to account number ${uid}, and PostgreSQL runs under ${user.name}`,
      `소유자는 ${uid}번 계정인데 PostgreSQL은 ${user.name} 계정으로 실행됩니다`,
      `chown -R ${user.name}: ${folder}`,
    );
  if (!user && uid !== process.getuid?.())
    throw wrong(
      `belongs to account number ${uid}, and PostgreSQL runs under yours`,
      `소유자는 ${uid}번 계정인데 PostgreSQL은 지금 계정으로 실행됩니다`,
      `sudo chown -R "$(id -u)": ${folder}`,
    );
  const bits = (mode & 0o777).toString(8);
  if ((mode & 0o027) !== 0)
    throw wrong(
      `is open to other accounts (mode ${bits}), which PostgreSQL refuses`,
      `다른 계정에 열려 있어(권한 ${bits}) PostgreSQL이 거부합니다`,
      `chmod -R go-rwx ${folder}`,
    );
}

/**
 * Whether the data folder is there, or may be made: a database that was made once and is not there is lost, and no first start.
 * @throws TrainyardError DATABASE_MISSING, POSTGRES_FOLDER_TAKEN
 */
export function requireDatabase({ root, area, dataDirectory }: Location): 'there' | 'never made' {
  requireFolder(area);
  requireFolder(dataDirectory);
  const stats = lstatSync(dataDirectory, { throwIfNoEntry: false });
  if (!stats && !hadDatabase(root)) return 'never made';
  if (stats && (readdirSync(dataDirectory).length > 0 || !hadDatabase(root))) return 'there';
  throw fault(
    'DATABASE_MISSING',
    { folder: dataDirectory, note: databaseFile(root) },
    { place: { file: dataDirectory } },
  );
}

/** Makes the database take a password, by the single-user server; no other may run. @throws TrainyardError POSTGRES_PASSWORD_REFUSED */
export async function resetPassword(
  { location: { dataDirectory, area }, binaries, user }: Installation,
  password: string,
): Promise<void> {
  const argv = ['--single', '-D', dataDirectory, '-c', 'log_checkpoints=off', 'template1'];
  try {
    const statement = `ALTER ROLE ${roleName} PASSWORD '${password.replaceAll("'", "''")}';\n`;
    await runSingle(binaries, argv, asServer(user, dataDirectory), statement);
  } catch (error) {
    throw fault('POSTGRES_PASSWORD_REFUSED', { area }, { cause: error });
  }
}

/**
 * Makes the data folder with the role and the empty database, or answers false if it is there. It is made aside and
 * renamed when all of it is on disk: what a kill leaves behind is removed here and made again.
 * @throws TrainyardError POSTGRES_INITDB_FAILED, POSTGRES_DATA_OWNER, DISK_FULL
 */
export async function initialise(
  { location, binaries, user }: Installation,
  password: string,
): Promise<boolean> {
  for (const name of readdirSync(location.area).filter((entry) => entry.startsWith(asidePrefix))) {
    // A starter that was killed may have left initdb running: it goes on writing for a moment.
    rmSync(path.join(location.area, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
  if (requireDatabase(location) === 'there') {
    requireOwnData(location, user);
    noteDatabase(location.root, location.folder);
    return false;
  }
  await checkRoom(location.area);
  failpoint('postgres.initialise.before');
  const aside = mkdtempSync(path.join(location.area, asidePrefix));
  const data = path.join(aside, 'data');
  const passwordFile = path.join(aside, 'password');
  try {
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
    if (user) for (const entry of [aside, data, passwordFile]) chownSync(entry, user.uid, user.gid);
    await complete(
      binaries.initdb,
      [
        `--pgdata=${data}`,
        `--username=${roleName}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-sync',
      ],
      asServer(user, data),
    );
    failpoint('postgres.initdb.after');
    await createDatabase(data, binaries, user);
    rmSync(passwordFile);
    // Once, for all of it, and before it gets its name; a thousand single calls take seconds on a busy disk.
    const method = process.platform === 'linux' ? ['--sync-method=syncfs'] : [];
    await complete(binaries.initdb, ['--sync-only', ...method, `--pgdata=${data}`], asServer(user, data));
    failpoint('postgres.rename.before');
    renameSync(data, location.dataDirectory);
    syncFolder(location.area);
    failpoint('postgres.rename.after');
    noteDatabase(location.root, location.folder);
  } catch (error) {
    if (isDiskFault(error) || isDiskSpent(location.area)) throw diskFull(location.area, error);
    const parameters = { area: location.area, cause: errorMessage(error) };
    throw fault('POSTGRES_INITDB_FAILED', parameters, { cause: error });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return true;
}

/** By the single-user server: the folder gets its name only once the database is in it. */
async function createDatabase(data: string, binaries: Binaries, user: ServerUser | null): Promise<void> {
  const argv = ['--single', '-D', data, '-c', 'log_checkpoints=off', '-c', 'fsync=off', 'template1'];
  await runSingle(binaries, argv, asServer(user, data), `CREATE DATABASE ${databaseName};\n`);
}

async function runSingle(
  binaries: Binaries,
  argv: readonly string[],
  options: ReturnType<typeof asServer>,
  statement: string,
): Promise<void> {
  const output = await complete(binaries.postgres, argv, options, statement);
  // It ends with 0 whatever its statements did.
  const failure = /^.*(?:ERROR|FATAL|PANIC):.*$/m.exec(output);
  if (failure) throw new Error(failure[0]);
}
