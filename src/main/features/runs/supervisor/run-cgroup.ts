import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { readStateText } from '../../../platform/state-file.ts';

/** In the run directory: where the run's cgroup is, to be found after the supervisor was killed. */
const recordName = 'cgroup';

/** What says that this system or this user has no cgroup of its own to give. */
const notHere = [
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'EPERM',
  'EROFS',
  'EBUSY',
  'EOPNOTSUPP',
  'EINVAL',
  'ENODEV',
  'EAGAIN',
  'ENOSPC',
  'EDQUOT',
];

const nameOf = (runDirectory: string) =>
  `trainyard-${createHash('sha256').update(runDirectory).digest('hex').slice(0, 24)}`;

/** Where cgroups of version 2 are mounted; null if they are not. */
function mountPoint(): string | null {
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((one) => / - cgroup2 /.test(one));
  return line?.split(' ')[4] ?? null;
}

function ownCgroup(): string | null {
  const mount = mountPoint();
  const own = /^0::(\/.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  return mount !== null && own !== undefined ? path.join(mount, own) : null;
}

/**
 * Calls `start` with this process inside a cgroup of the run, so that whatever it starts is in there from its first instant and
 * cannot leave; and goes back. Where there is no such cgroup to be had, only calls it.
 */
export function startInRunCgroup<T>(runDirectory: string, start: () => T): T {
  const home = process.platform === 'linux' ? enter(runDirectory) : null;
  try {
    return start();
  } finally {
    if (home !== null) leave(home);
  }
}

function leave(home: string): void {
  try {
    writeFileSync(path.join(home, 'cgroup.procs'), String(process.pid));
  } catch (error) {
    // It stays inside then, and the run's processes are found by their mark only.
    if (!hasCode(error, ...notHere)) throw error;
  }
}

/** Moves this process into the run's cgroup. Returns the cgroup it came from; null if it could not. */
function enter(runDirectory: string): string | null {
  try {
    const home = ownCgroup();
    if (home === null) return null;
    const folder = path.join(home, nameOf(runDirectory));
    mkdirSync(folder, { recursive: true });
    // A power cut ends the processes too: no need to flush it.
    writeFileSync(path.join(runDirectory, recordName), folder, { mode: 0o600 });
    writeFileSync(path.join(folder, 'cgroup.procs'), String(process.pid));
    return home;
  } catch (error) {
    if (!hasCode(error, ...notHere)) throw error;
    return null;
  }
}

/** The run's cgroup; null if it has none. A record that is no file or names another one was not written by us. */
function folderOf(runDirectory: string): string | null {
  try {
    const recorded = readStateText(path.join(runDirectory, recordName), { hint: '' });
    const mount = mountPoint();
    if (recorded === null || mount === null || path.basename(recorded) !== nameOf(runDirectory)) return null;
    const folder = realpathSync(recorded);
    return folder.startsWith(mount + path.sep) && path.basename(folder) === nameOf(runDirectory)
      ? folder
      : null;
  } catch (error) {
    if (!(error instanceof TrainyardError) && !hasCode(error, ...notHere)) throw error;
    return null;
  }
}

function remove(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) remove(path.join(folder, entry.name));
  rmdirSync(folder);
}

/** Kills everything in the run's cgroup and removes it. Returns whether it is gone; true if the run has none. */
export function endRunCgroup(runDirectory: string): boolean {
  const folder = folderOf(runDirectory);
  if (folder === null || folder === ownCgroup()) return true;
  try {
    // Kills them all at once, whatever they start meanwhile (Linux 5.14).
    writeFileSync(path.join(folder, 'cgroup.kill'), '1');
    remove(folder);
    return true;
  } catch (error) {
    // They die a moment later, and only then can it be removed; without cgroup.kill the mark finds them.
    if (hasCode(error, 'EBUSY')) return false;
    if (hasCode(error, ...notHere)) return true;
    throw error;
  }
}
