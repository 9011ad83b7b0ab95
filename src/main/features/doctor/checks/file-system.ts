import { execFile } from 'node:child_process';
import { linkSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { errorMessage } from '../../../../shared/errors/error.ts';
import { replaceFile } from '../../../platform/durable-file.ts';
import { openHome } from '../../../platform/home.ts';
import { appRoot } from '../../../platform/paths.ts';
import type { Check, Observation } from '../ports.ts';

const run = promisify(execFile);

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

async function lock(folder: string): Promise<Observation[]> {
  const file = path.join(folder, 'lock.sqlite');
  const holder = new Database(file);
  try {
    holder.exec('BEGIN EXCLUSIVE');
    const library = createRequire(path.join(appRoot(), 'package.json')).resolve('better-sqlite3');
    const { stdout } = await run(process.execPath, ['-e', contender, library, file], { timeout: 7_000 });
    return stdout === 'SQLITE_BUSY'
      ? []
      : [{ code: 'FILESYSTEM_NO_LOCKS', evidence: `${folder}: ${stdout}` }];
  } finally {
    holder.close();
  }
}

/** Writes, flushes, replaces and links a file as everything durable here does. */
function write(folder: string): Observation[] {
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
export function fileSystemCheck(home: string): Check {
  return {
    name: 'file system',
    run: () =>
      inScratchFolder(home, async (folder) => {
        const faults = [...write(folder), ...(await lock(folder))];
        return faults.length > 0 ? faults : [{ code: 'FILESYSTEM_OK', evidence: home }];
      }),
  };
}

/** When this program was made: no clock that is right shows less. */
const earliest = Date.UTC(2026, 0, 1);
const tolerableMs = 3_000;

/** The clock against the program's own age, and against the times that the file system gives. */
export function clockCheck(home: string, now: () => number = Date.now): Check {
  return {
    name: 'clock',
    run: () =>
      inScratchFolder(home, async (folder) => {
        const before = now();
        const file = path.join(folder, 'time');
        replaceFile(file, '');
        const skew = Math.round(statSync(file).mtimeMs - before);
        const evidence = `${new Date(before).toISOString()}, file system ${skew >= 0 ? '+' : ''}${skew} ms`;
        if (before < earliest) return [{ code: 'CLOCK_WRONG', evidence }];
        return [{ code: Math.abs(skew) > tolerableMs ? 'CLOCK_SKEWED' : 'CLOCK_OK', evidence }];
      }),
  };
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
