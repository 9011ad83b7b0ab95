import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { diskFull, isReadOnly } from './disk-room.ts';

/** What Node tells of a failed operation on a file. */
export interface FileError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly dest?: string;
}

/** System calls on sockets and processes: their errors have the codes of files, and another meaning. */
const otherCalls = /^(connect|listen|bind|accept|getaddrinfo|send|recv|read ECONN|kill|uv_|spawn)/;

export function isFileError(error: unknown): error is FileError {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return 'syscall' in error && typeof error.syscall === 'string' && !otherCalls.test(error.syscall);
}

/** The first part of a path that is no folder though more follows it; null where there is none. */
function fileInTheWay(file: string): string | null {
  const parts = path.resolve(file).split(path.sep);
  for (let count = 2; count <= parts.length; count += 1) {
    const part = parts.slice(0, count).join(path.sep);
    if (!existsSync(part)) return null;
    if (!statSync(part).isDirectory()) return part;
  }
  return null;
}

const doing: Record<string, string> = {
  mkdir: 'made',
  mkdtemp: 'made',
  open: 'opened',
  read: 'read',
  scandir: 'read',
  opendir: 'read',
  readlink: 'read',
  stat: 'looked at',
  lstat: 'looked at',
  access: 'used',
  rename: 'renamed',
  link: 'linked',
  unlink: 'removed',
  rmdir: 'removed',
  rm: 'removed',
  chmod: 'closed to other users',
  chown: 'handed over',
  watch: 'watched',
};

/** A target that is in the way is what must be named, not what was to take its place. */
const ofTarget = new Set(['EISDIR', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR']);

interface Meaning {
  readonly code: string;
  readonly why: string;
  readonly hint: string;
  readonly status?: number;
}

const inTheWay: Meaning = {
  code: 'FILE_IN_THE_WAY',
  why: 'a file stands where a folder should be',
  hint: 'Move that file away; Trainyard makes the folder anew.',
};
const forbidden: Meaning = {
  code: 'FILE_FORBIDDEN',
  why: 'this user may not do that',
  hint: 'Give the file or folder back to the user that runs Trainyard (chown), or start Trainyard as the user that owns it.',
};
const broken: Meaning = {
  code: 'DISK_FAULT',
  why: 'the disk or the connection to it fails',
  hint: 'Look into the system’s log (dmesg), check the disk or the network share, and copy the state folder to another one.',
};
const crowded: Meaning = {
  code: 'TOO_MANY_OPEN_FILES',
  why: 'too many files are open',
  hint: 'Close other programs, or raise the limit (ulimit -n) and start the engine again.',
};

const readOnly: Meaning = {
  code: 'DISK_READ_ONLY',
  why: 'the file system is mounted for reading only',
  hint: 'Mount it for writing (a disk with faults is switched over by the system: see dmesg), or set TRAINYARD_HOME to another disk.',
  status: 507,
};

const meanings: Readonly<Record<string, Meaning>> = {
  ENOTDIR: inTheWay,
  EISDIR: {
    code: 'FOLDER_IN_THE_WAY',
    why: 'a folder stands where a file should be',
    hint: 'Move that folder away, or put the file back from a backup.',
  },
  ENOTEMPTY: {
    code: 'FOLDER_IN_THE_WAY',
    why: 'a folder that is not empty stands in its place',
    hint: 'Move that folder away.',
  },
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: readOnly,
  ENOENT: {
    code: 'FILE_MISSING',
    why: 'it is not there',
    hint: 'Put it back, or see what removes it; folders of Trainyard are made again at a start.',
  },
  EEXIST: {
    code: 'FILE_EXISTS',
    why: 'there is one of that name',
    hint: 'Move it away, or choose another name.',
  },
  EMFILE: crowded,
  ENFILE: crowded,
  ENAMETOOLONG: {
    code: 'PATH_TOO_LONG',
    why: 'its name or path is longer than the file system takes',
    hint: 'Use a shorter path, or shorter names.',
  },
  ELOOP: { code: 'LINK_LOOP', why: 'its links lead in a circle', hint: 'Remove the link that leads back.' },
  EFBIG: {
    code: 'FILE_TOO_LARGE',
    why: 'it is larger than this file system or this user may have',
    hint: 'Raise the limit (ulimit -f), or use a file system for large files.',
  },
  EBUSY: { code: 'FILE_BUSY', why: 'another program holds it', hint: 'Close that program and try again.' },
  ETXTBSY: { code: 'FILE_BUSY', why: 'it is being run', hint: 'Stop that program and try again.' },
  EXDEV: {
    code: 'FILE_SYSTEM_UNSUITED',
    why: 'it would have to move to another file system',
    hint: 'Keep the whole state folder on one file system.',
  },
  EINVAL: {
    code: 'FILE_SYSTEM_UNSUITED',
    why: 'the file system does not know how',
    hint: 'Set TRAINYARD_HOME to a folder on a local disk; "trainyard doctor" says what the file system lacks.',
  },
  EIO: broken,
  ENXIO: broken,
  ENODEV: broken,
  ESTALE: broken,
  EREMOTEIO: broken,
};
const unsuited = meanings.EINVAL;
const alike: Readonly<Record<string, Meaning | undefined>> = {
  // Node's own, of `rm`.
  ERR_FS_EISDIR: meanings.EISDIR,
  ENOTSUP: unsuited,
  EOPNOTSUPP: unsuited,
  ENOSYS: unsuited,
};

/** A failed operation on a file as an error that a person can act on; null where nothing is known of its code. */
export function fileFault(error: FileError): TrainyardError | null {
  const { code, syscall = '', dest } = error;
  const file = (ofTarget.has(code) ? dest : null) ?? error.path ?? null;
  // A watch that finds no space lacks watches, not bytes.
  if (syscall === 'watch' && (code === 'ENOSPC' || code === 'EMFILE')) return faultOf(error, crowded, file);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(dest ?? file, error, code === 'EDQUOT');
  // Node says so of a folder that it was to make with those above it, where none may be made.
  if (code === 'ENOENT' && syscall === 'mkdir' && file !== null && isReadOnly(file))
    return faultOf(error, readOnly, file);
  const blocked = code === 'ENOTDIR' || code === 'EEXIST' ? fileInTheWay(file ?? '') : null;
  if (blocked !== null && (code === 'ENOTDIR' || syscall === 'mkdir'))
    return faultOf(error, inTheWay, blocked);
  const meaning = meanings[code] ?? alike[code];
  return meaning ? faultOf(error, meaning, file) : null;
}

function faultOf(
  error: FileError,
  { code, why, hint, status }: Meaning,
  blocked: string | null,
): TrainyardError {
  const { code: system, syscall = '', dest } = error;
  const isTarget = dest !== undefined && ofTarget.has(system);
  const file = isTarget ? dest : error.path;
  const what = file ?? 'A file';
  const verb = isTarget ? 'replaced' : (doing[syscall] ?? 'used');
  const by = blocked !== null && blocked !== file ? `: ${blocked}` : '';
  return new TrainyardError(code, `${what} can't be ${verb}: ${why}${by} (${system})`, hint, {
    status: status ?? 500,
    place: blocked === null ? {} : { file: blocked },
    cause: error,
  });
}
