import { accessSync, constants, existsSync, linkSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import Database from 'better-sqlite3';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { errorMessage, TrainyardError } from '../../../../shared/errors/error.ts';
import { shellWord } from '../../../../shared/format/shell-word.ts';
import { formatBytes } from '../../../../shared/format/units.ts';
import { diskLevel } from '../../../../shared/model/disk.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { replaceFile } from '../../../platform/durable-file.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { diskRoom, noRoom } from '../../../platform/faults/disk-room.ts';
import { openHome } from '../../../platform/home.ts';
import { appRoot, requireUsablePath } from '../../../platform/paths.ts';
import { runProgram } from '../../../platform/run-program.ts';
import { databaseFile } from '../../../postgres/embedded/location-notes.ts';
import { type Observation, observed } from '../findings.ts';

/** A file's permissions, as `chmod` takes them. */
export const octal = (mode: number) => mode.toString(8).padStart(4, '0');

function permissions(home: string): Observation {
  if (process.platform === 'win32') return { code: 'HOME_OK', evidence: home };
  const mode = statSync(home).mode & 0o777;
  const evidence = `${home} (${octal(mode)})`;
  // 0710 lets the account that PostgreSQL runs under pass through; nobody else can read.
  if ((mode & 0o067) === 0) return { code: 'HOME_OK', evidence };
  return { code: 'HOME_OPEN_TO_OTHERS', evidence, command: `chmod 700 ${shellWord(home)}` };
}

function homeUnusable(home: string, cause: Error): TrainyardError {
  const what = {
    en: `The state folder ${home} cannot be written (${cause.message})`,
    ko: `${home}에 쓸 수 없습니다(${cause.message})`,
  };
  return fault('HOME_UNUSABLE', { what, variable: 'TRAINYARD_HOME' }, { cause });
}

/** Makes the state folder where it is not there, as every start does; looks at the one that is. */
export function checkHome(home: string): Observation[] {
  try {
    requireUsablePath(home);
    // Before openHome, which closes an open folder.
    const seen = statSync(home, { throwIfNoEntry: false }) ? permissions(home) : null;
    openHome(home);
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
    return [seen ?? permissions(home)];
  } catch (error) {
    if (error instanceof TrainyardError) return [observed(error)];
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR')) throw error;
    return [observed(homeUnusable(home, error))];
  }
}

/** What a new database takes before there is anything in it: 48 MiB were seen. */
const newDatabaseBytes = 64 * 1024 ** 2;

/** Room on the disk with the state folder, judged as the engine does that refuses writes there; or that could not be started there. */
export async function checkDisk(home: string, freeBytes?: number): Promise<Observation[]> {
  const room = { ...(await diskRoom(openHome(home))), ...(freeBytes === undefined ? {} : { freeBytes }) };
  const evidence = `${formatBytes(room.freeBytes)} / ${formatBytes(room.totalBytes)} (${home})`;
  const lacksRoom = !existsSync(databaseFile(home)) && room.freeBytes < newDatabaseBytes;
  const level = lacksRoom ? 'full' : diskLevel(room);
  if (level !== 'full') return [{ code: level === 'low' ? 'DISK_LOW' : 'DISK_OK', evidence }];
  const what = {
    en: 'The disk with the state folder is as good as full',
    ko: '상태 폴더가 있는 디스크가 거의 가득 찼습니다',
  };
  return [observed(noRoom(what, room), evidence)];
}

/** Another process tries to take the lock that this one holds: within one process SQLite would say no by itself. */
const contender = `
  const Database = require(process.argv[1]);
  const database = new Database(process.argv[2], { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    process.stdout.write('taken');
  } catch (error) {
    process.stdout.write(error.code);
  }
`;

async function tryLock(folder: string): Promise<Observation[]> {
  const file = path.join(folder, 'lock.sqlite');
  const holder = new Database(file);
  try {
    holder.exec('BEGIN EXCLUSIVE');
    const library = createRequire(path.join(appRoot(), 'package.json')).resolve('better-sqlite3');
    const options = { environment: childEnvironment('node'), timeoutMs: 7_000 };
    const answer = await runProgram(process.execPath, ['-e', contender, library, file], options);
    // Ended otherwise, it says nothing of the file system.
    if (answer.outcome !== 'ended' || answer.exitCode !== 0)
      throw new Error(answer.outcome === 'ended' ? answer.output.slice(0, 300) : `node ${answer.outcome}`);
    const output = answer.stdout;
    return output === 'SQLITE_BUSY'
      ? []
      : [{ code: 'FILESYSTEM_NO_LOCKS', evidence: `${folder}: ${output}` }];
  } finally {
    holder.close();
  }
}

/** Writes, flushes, replaces and links a file as everything durable here does. */
function tryWrite(folder: string): Observation[] {
  const file = path.join(folder, 'file');
  try {
    replaceFile(file, 'one');
    replaceFile(file, 'two');
    linkSync(file, path.join(folder, 'link'));
    const text = readFileSync(path.join(folder, 'link'), 'utf8');
    return text === 'two' ? [] : [{ code: 'FILESYSTEM_UNSUITED', evidence: `${folder}: ${text}` }];
  } catch (error) {
    return [{ code: 'FILESYSTEM_UNSUITED', evidence: errorMessage(error) }];
  }
}

/** Locks, renames, links and flushes in the state folder. */
export function checkFileSystem(home: string): Promise<Observation[]> {
  return inScratchFolder(home, async (folder) => {
    const faults = [...tryWrite(folder), ...(await tryLock(folder))];
    return faults.length > 0 ? faults : [{ code: 'FILESYSTEM_OK', evidence: home }];
  });
}

/** When this program was made: no clock that is right shows less. */
const earliest = Date.UTC(2026, 0, 1);
const tolerableMs = 3_000;

/** The clock against the program's own age, and against the times that the file system gives. */
export function checkClock(home: string, now: () => number = Date.now): Promise<Observation[]> {
  return inScratchFolder(home, async (folder) => {
    const before = now();
    const file = path.join(folder, 'time');
    replaceFile(file, '');
    const skew = Math.round(statSync(file).mtimeMs - before);
    const evidence = `${new Date(before).toISOString()}, file system ${skew >= 0 ? '+' : ''}${skew} ms`;
    if (before < earliest) return [{ code: 'CLOCK_WRONG', evidence }];
    return [{ code: Math.abs(skew) > tolerableMs ? 'CLOCK_SKEWED' : 'CLOCK_OK', evidence }];
  });
}

async function inScratchFolder(
  home: string,
  use: (folder: string) => Promise<Observation[]>,
): Promise<Observation[]> {
  const folder = await mkdtemp(path.join(openHome(home), '.doctor-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
