import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { hasCode } from '../../platform/error-code.ts';
import { signal } from '../../platform/signal.ts';
import { readStateText } from '../../platform/state-file.ts';
import { until } from '../../platform/waiting.ts';
import type { Location } from './location.ts';

/** What the server says of itself in `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly status: string;
}

/** Null if no server runs or is known to have run (a clean stop removes the file). */
export function readPostmasterFile(dataDirectory: string): PostmasterFile | null {
  // The server's own account wrote it.
  const text = readStateText(path.join(dataDirectory, 'postmaster.pid'), {
    hint: {
      en: 'Remove it once no PostgreSQL uses this folder.',
      ko: '이 폴더를 쓰는 PostgreSQL이 없을 때 지우세요.',
    },
    owners: 'any',
  });
  if (text === null) return null;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim() };
}

/** A process's command line; null if there is no such process (or only its remains). */
function commandLine(pid: number): string[] | null {
  if (process.platform === 'linux') {
    try {
      const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return text === '' ? null : text.split('\0');
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ESRCH')) return null;
      throw error;
    }
  }
  try {
    const argv =
      process.platform === 'win32'
        ? [
            'powershell',
            '-NoProfile',
            '-Command',
            `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
          ]
        : ['ps', '-ww', '-p', String(pid), '-o', 'command='];
    const text = execFileSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' }).trim();
    return text === '' ? null : [text];
  } catch (error) {
    // ps ends with 1 if it finds no such process.
    if (error instanceof Error && 'status' in error && error.status === 1) return null;
    throw error;
  }
}

/**
 * Whether the process is alive and is the server of this data folder: a number is used again after a crash of the machine,
 * and a folder may have been moved under its server.
 * @throws TrainyardError POSTGRES_UNKNOWN_PROCESS if it is a PostgreSQL whose data folder cannot be determined
 */
export function isPostmaster(pid: number, location: Location): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 1) return false;
  const argv = commandLine(pid);
  if (!argv) return false;
  const named = argv.some((part) => part.includes(location.dataDirectory));
  if (!named && !/(^|[\\/])postgres(\.exe)?["\s]*(-D|$)/.test(argv[0] ?? '')) return false;
  const here = worksIn(pid, location.dataDirectory);
  if (here !== null) return here;
  if (named) return true;
  if (!commandLine(pid)) return false;
  const folder = location.dataDirectory;
  throw fault('POSTGRES_UNKNOWN_PROCESS', { pid, folder, pidFile: path.join(folder, 'postmaster.pid') });
}

/** Whether a process works in a folder (a server and its children: in their data folder, whatever its path is now); null if it cannot be asked. */
function worksIn(pid: number, folder: string): boolean | null {
  if (process.platform !== 'linux') return null;
  try {
    const [there, here] = [statSync(`/proc/${pid}/cwd`), statSync(folder)];
    return there.dev === here.dev && there.ino === here.ino;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES')) return null;
    throw error;
  }
}

/**
 * Processes that a dead server left behind: by their folder, or by the cluster's name in their titles where that cannot be
 * asked. Linux only; elsewhere none is known.
 */
export function orphans(location: Location): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const title = commandLine(pid)?.[0] ?? '';
      if (!title.startsWith('postgres: ')) return false;
      return worksIn(pid, location.dataDirectory) ?? title.includes(` ${location.clusterName}: `);
    });
}

/** Waits until `test` holds; answers false when the time is over. */
export function waitFor(test: () => boolean, timeoutMs: number): Promise<boolean> {
  return until(test, { firstMs: 5, longestMs: 100, timeoutMs });
}

/**
 * Ends what a dead server left behind. Its processes notice the death by themselves, unless they are in the middle of a
 * long computation; as long as one lives, the shared memory is in use and no server may start.
 */
export async function clearOrphans(location: Location): Promise<void> {
  const gone = () => orphans(location).length === 0;
  if (await waitFor(gone, 1_000)) return;
  for (const pid of orphans(location)) signal(pid, 'SIGQUIT');
  if (await waitFor(gone, 2_000)) return;
  for (const pid of orphans(location)) signal(pid, 'SIGKILL');
  await waitFor(gone, 2_000);
}
