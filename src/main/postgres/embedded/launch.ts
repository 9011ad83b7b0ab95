import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { childEnvironment } from '../../platform/child-environment.ts';
import { hasCode } from '../../platform/error-code.ts';
import { diskFull, isDiskSpent } from '../../platform/faults/disk-room.ts';
import { signal } from '../../platform/signal.ts';
import { prepareOwnFile } from '../../platform/state-file.ts';
import { until } from '../../platform/waiting.ts';
import type { Binaries, Installation } from './binaries.ts';
import { asServer } from './initialise.ts';
import { type Location, removeSockets } from './location.ts';
import { isPostmaster, orphans, readPostmasterFile, waitFor } from './postmaster.ts';

const largestLog = 10 * 1024 * 1024;
const logHint = {
  en: 'Remove it: it is the log of PostgreSQL, and is made again.',
  ko: '지우세요. PostgreSQL의 로그이고 다시 만들어집니다.',
};
/** Replaying the log after a crash may take long; a server that is at it is not stopped. */
const longestRecovery = 15 * 60_000;

/** A server that runs: its process, and the child's handle where this process started it. */
export interface Postmaster {
  readonly pid: number;
  readonly child: ChildProcess | null;
}

function openLog(file: string): number {
  try {
    if (lstatSync(file).size > largestLog) renameSync(file, `${file}.1`);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  prepareOwnFile(file, logHint);
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  return openSync(file, flags, 0o600);
}

/** The last lines of the server's log, from byte `from` on. */
export function logTail(file: string, from = 0): string {
  if (!existsSync(file)) return '';
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(Math.min(from, size), size - 16_384);
    const buffer = Buffer.alloc(size - start);
    readSync(descriptor, buffer, 0, buffer.length, start);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-15).join('\n');
  } finally {
    closeSync(descriptor);
  }
}

function failed(log: string, text: string, ending: string): TrainyardError {
  const named = [...text.matchAll(/(?:FATAL|PANIC|error): +(.*)|^postgres: (.*)/gm)].at(-1);
  const cause = named?.[1] ?? named?.[2] ?? text.split('\n').at(-1)?.trim();
  // On a full disk the log takes no words either.
  if (/no space left/i.test(text) || isDiskSpent(log)) return diskFull(log, new Error(text));
  const atOnce = { en: `it ended at once (${ending})`, ko: `곧바로 끝났습니다(${ending})` };
  const options = { place: { file: log }, cause: new Error(text) };
  return fault('POSTGRES_START_FAILED', { cause: cause || atOnce, log }, options);
}

/**
 * Starts the server and resolves once it takes connections. It is the server itself that is started, not `pg_ctl`: the
 * parent then learns of its end at once and without asking, no shell reads its arguments, and nothing waits for `pg_ctl`'s
 * tenths of a second. It stands in a session of its own, so neither Ctrl-C nor this process's end stops it. (Windows: by
 * `pg_ctl`, which gives up an administrator's rights.)
 * @throws TrainyardError POSTGRES_START_FAILED with the cause that the server's log names
 */
export async function launch(installation: Installation): Promise<Postmaster> {
  const { location, binaries, user } = installation;
  if (process.platform === 'win32') return launchOnWindows(installation);
  const log = openLog(location.log);
  const logStart = fstatSync(log).size;
  const child = spawn(
    binaries.postgres,
    ['-D', location.dataDirectory, `--config-file=${location.configuration}`],
    {
      ...asServer(user, location.dataDirectory),
      detached: true,
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  child.unref();
  await new Promise((resolve, reject) => child.once('spawn', () => resolve(undefined)).on('error', reject));
  const pid = child.pid ?? 0;
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const ready = () => {
    const found = readPostmasterFile(location.dataDirectory);
    return found?.pid === pid && found.status === 'ready';
  };
  // Everybody waits for this: pauses stay short.
  const answered = await until(() => ended() || ready(), {
    firstMs: 5,
    longestMs: 20,
    timeoutMs: longestRecovery,
  });
  if (answered && !ended()) return { pid, child };
  const text = logTail(location.log, logStart);
  if (!ended()) await stopPostmaster({ pid, child }, installation, 'immediate');
  throw failed(location.log, text, child.signalCode ?? `code ${child.exitCode}`);
}

const pgCtl = (binaries: Binaries, argv: readonly string[]) =>
  promisify(execFile)(binaries.pgCtl, argv, { env: childEnvironment('server'), windowsHide: true });

async function launchOnWindows({ location, binaries }: Installation): Promise<Postmaster> {
  closeSync(openLog(location.log));
  const argv = ['start', '-w', '-t', '600', '-D', location.dataDirectory, '-l', location.log];
  argv.push('-o', `--config-file="${location.configuration}"`);
  try {
    await pgCtl(binaries, argv);
  } catch (error) {
    throw failed(location.log, `${logTail(location.log)}\n${String(error)}`, 'pg_ctl');
  }
  return { pid: readPostmasterFile(location.dataDirectory)?.pid ?? 0, child: null };
}

/**
 * Stops the server and resolves when its last process is gone; one that does not obey is killed. `fast` ends sessions and writes
 * everything out; `immediate` ends at once, and the next start replays the log.
 */
export async function stopPostmaster(
  { pid, child }: Postmaster,
  { location, binaries }: Omit<Installation, 'user'>,
  mode: 'fast' | 'immediate',
): Promise<void> {
  const gone = () =>
    child ? child.exitCode !== null || child.signalCode !== null : !isPostmaster(pid, location);
  if (process.platform === 'win32') {
    if (!gone()) await pgCtl(binaries, ['stop', '-w', '-D', location.dataDirectory, '-m', mode]);
    return;
  }
  const waits = [
    { name: 'SIGINT', timeoutMs: 120_000 },
    { name: 'SIGQUIT', timeoutMs: 5_000 },
    { name: 'SIGKILL', timeoutMs: 5_000 },
  ] as const;
  for (const { name, timeoutMs } of waits.slice(mode === 'fast' ? 0 : 1)) {
    if (gone()) break;
    signal(pid, name);
    // A stopped process must continue to receive it.
    signal(pid, 'SIGCONT');
    if (await waitFor(gone, timeoutMs)) break;
  }
  await waitFor(() => orphans(location).length === 0, 5_000);
}

/**
 * A server that was killed leaves its process number behind, in the data folder and beside the socket. Where that number is
 * another process's by now, or a dead one's that nobody waited for, the next server would refuse to start for fear of a
 * second one: then these files must go.
 */
export function removeStaleFiles(location: Location): void {
  const found = readPostmasterFile(location.dataDirectory);
  if (found && isPostmaster(found.pid, location)) return;
  rmSync(path.join(location.dataDirectory, 'postmaster.pid'), { force: true });
  removeSockets(location.socketDirectory);
}

/** Gives a server that is stopping or starting the time it needs. */
export async function settle(location: Location): Promise<void> {
  const isSettled = () => {
    const found = readPostmasterFile(location.dataDirectory);
    if (!found || !isPostmaster(found.pid, location)) return true;
    return found.status !== 'starting' && found.status !== 'stopping';
  };
  await waitFor(isSettled, longestRecovery);
}
