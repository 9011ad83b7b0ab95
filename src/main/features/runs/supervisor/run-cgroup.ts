import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { readStateText } from '../../../platform/state-file.ts';

/** In the run directory: where the run's cgroups are, a path a line, to be found after the supervisor was killed. */
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

/** A tree of cgroups: where it is mounted, and the one in it that this process is in. */
interface Tree {
  readonly mount: string;
  readonly own: string;
}

/** The tree of version 2, and that of version 1 for memory where version 2 does not have it (a system of both). */
function trees(): { readonly unified: Tree | null; readonly memory: Tree | null } {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const cgroups = readFileSync('/proc/self/cgroup', 'utf8');
  const tree = (mounted: RegExp, member: RegExp): Tree | null => {
    const mount = mounts.find((line) => mounted.test(line))?.split(' ')[4];
    const own = member.exec(cgroups)?.[1];
    return mount === undefined || own === undefined ? null : { mount, own: path.join(mount, own) };
  };
  return {
    unified: tree(/ - cgroup2 /, /^0::(\/.*)$/m),
    memory: tree(/ - cgroup \S+ \S*\bmemory\b/, /^\d+:(?:\S*,)?memory(?:,\S*)?:(\/.*)$/m),
  };
}

/** Of the cgroup of a process and the one above, the first whose children may have a limit of memory; null if neither. */
function limitsMemory({ own, mount }: Tree): string | null {
  const above = own === mount ? [] : [path.dirname(own)];
  const given = (folder: string) => readFileSync(path.join(folder, 'cgroup.subtree_control'), 'utf8');
  return [own, ...above].find((folder) => /\bmemory\b/.test(given(folder))) ?? null;
}

/**
 * Calls `start` with this process inside a cgroup of the run, so that whatever it starts is in there from its first instant and
 * cannot leave; and goes back. Where there is no such cgroup to be had, only calls it.
 * @param memoryBytes what all of it together may have; null: no limit
 */
export function startInRunCgroup<T>(runDirectory: string, memoryBytes: number | null, start: () => T): T {
  const homes = process.platform === 'linux' ? enter(runDirectory, memoryBytes) : [];
  try {
    return start();
  } finally {
    for (const home of homes) leave(home);
  }
}

/** What is not to be had here is null. */
function unlessNotHere<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (!hasCode(error, ...notHere)) throw error;
    return null;
  }
}

const moveInto = (folder: string) => writeFileSync(path.join(folder, 'cgroup.procs'), String(process.pid));

function leave(home: string): void {
  // Where it can't, it stays inside, and the run's processes are found by their mark only.
  unlessNotHere(() => moveInto(home));
}

/** Moves this process into the run's cgroups. Returns those that it came from. */
function enter(runDirectory: string, memoryBytes: number | null): string[] {
  const { unified, memory } = unlessNotHere(trees) ?? { unified: null, memory: null };
  const made: { readonly folder: string; readonly home: string }[] = [];
  const make = (parent: string, home: string, limit: (folder: string) => void) =>
    unlessNotHere(() => {
      const folder = path.join(parent, nameOf(runDirectory));
      mkdirSync(folder, { recursive: true });
      made.push({ folder, home });
      limit(folder);
      return folder;
    });
  const limiting =
    memoryBytes === null || unified === null ? null : unlessNotHere(() => limitsMemory(unified));
  const limits =
    limiting === null
      ? []
      : ([
          ['memory.max', memoryBytes],
          ['memory.swap.max', 0],
          ['memory.oom.group', 1],
        ] as const);
  if (unified) make(limiting ?? unified.own, unified.own, (folder) => setLimits(folder, limits));
  let isLimited = limiting !== null;
  if (memory && memoryBytes !== null && !isLimited) {
    const ofOld = [
      ['memory.limit_in_bytes', memoryBytes],
      ['memory.memsw.limit_in_bytes', memoryBytes],
    ] as const;
    isLimited = make(memory.own, memory.own, (folder) => setLimits(folder, ofOld)) !== null;
  }
  if (memoryBytes !== null && !isLimited)
    process.stderr.write('No cgroup with a limit of memory can be had here: the trainer runs without one.\n');
  if (made.length === 0) return [];
  // A power cut ends the processes too: no need to flush it.
  writeFileSync(path.join(runDirectory, recordName), made.map(({ folder }) => folder).join('\n'), {
    mode: 0o600,
  });
  return made.flatMap(({ folder, home }) => {
    const isInside = unlessNotHere(() => {
      moveInto(folder);
      return true;
    });
    return isInside ? [home] : [];
  });
}

/** The first one is the limit itself; the others are not everywhere. */
function setLimits(folder: string, limits: readonly (readonly [file: string, value: number | null])[]): void {
  for (const [at, [file, value]] of limits.entries()) {
    const set = () => writeFileSync(path.join(folder, file), String(value));
    if (at === 0) set();
    else unlessNotHere(set);
  }
}

/** The run's cgroups. A record that is no file, and a line that names another one, was not written by us. */
function foldersOf(runDirectory: string): string[] {
  try {
    const recorded = readStateText(path.join(runDirectory, recordName), { hint: '' });
    const { unified, memory } = trees();
    const mounts = [unified, memory].flatMap((tree) => (tree ? [tree.mount] : []));
    return (recorded ?? '').split('\n').flatMap((line) => {
      const folder =
        path.basename(line) === nameOf(runDirectory) ? unlessNotHere(() => realpathSync(line)) : null;
      if (folder === null || path.basename(folder) !== nameOf(runDirectory)) return [];
      return mounts.some((mount) => folder.startsWith(mount + path.sep)) ? [folder] : [];
    });
  } catch (error) {
    if (!(error instanceof TrainyardError) && !hasCode(error, ...notHere)) throw error;
    return [];
  }
}

/** Whether the system killed a process of the run for want of memory. Known where the run has a limit. */
export function killedForMemory(runDirectory: string): boolean {
  if (process.platform !== 'linux') return false;
  return foldersOf(runDirectory).some((folder) =>
    ['memory.events', 'memory.oom_control'].some((file) =>
      /^oom_kill [1-9]/m.test(unlessNotHere(() => readFileSync(path.join(folder, file), 'utf8')) ?? ''),
    ),
  );
}

function remove(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) remove(path.join(folder, entry.name));
  rmdirSync(folder);
}

/** Kills everything in the run's cgroups and removes them. Returns whether they are gone; true if the run has none. */
export function endRunCgroup(runDirectory: string): boolean {
  return foldersOf(runDirectory)
    .map(endCgroup)
    .every((isGone) => isGone);
}

function endCgroup(folder: string): boolean {
  const { unified, memory } = trees();
  if ([unified?.own, memory?.own].includes(folder)) return true;
  try {
    // Kills them all at once, whatever they start meanwhile (Linux 5.14, version 2).
    if (unified && folder.startsWith(unified.mount + path.sep))
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
