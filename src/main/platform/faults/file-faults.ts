import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { type ErrorCode, fault } from '../../../shared/errors/catalogue.ts';
import { type Bilingual, fill } from '../../../shared/errors/entry.ts';
import type { ErrorOptions, TrainyardError } from '../../../shared/errors/error.ts';
import { failedOnFile } from '../../../shared/errors/machine.ts';
import { diskFull, isReadOnly } from './disk-room.ts';

/** What Node reports of a failed operation on a file. */
export interface FileError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly dest?: string;
}

/** System calls on sockets and processes: their errors have the codes of files, and another meaning. */
const otherCalls = /^(connect|listen|bind|accept|getaddrinfo|send|recv|read ECONN|kill|uv_|spawn)/;

/** Whether an error is that of a file operation of Node, not of a socket or a process. */
export function isFileError(error: unknown): error is FileError {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return 'syscall' in error && typeof error.syscall === 'string' && !otherCalls.test(error.syscall);
}

/** The first part of a path that is no folder though more follows it; null if there is none. */
function fileInTheWay(file: string): string | null {
  const parts = path.resolve(file).split(path.sep);
  for (let count = 2; count <= parts.length; count += 1) {
    const part = parts.slice(0, count).join(path.sep);
    if (!existsSync(part)) return null;
    if (!statSync(part).isDirectory()) return part;
  }
  return null;
}

/** What could not be done. */
export const done = {
  make: { en: 'made', ko: '만들' },
  open: { en: 'opened', ko: '열' },
  read: { en: 'read', ko: '읽을' },
  write: { en: 'written', ko: '쓸' },
  use: { en: 'used', ko: '사용할' },
  replace: { en: 'replaced', ko: '바꿔 넣을' },
} as const;

const byCall: Readonly<Record<string, Bilingual>> = {
  mkdir: done.make,
  mkdtemp: done.make,
  open: done.open,
  read: done.read,
  scandir: done.read,
  opendir: done.read,
  readlink: done.read,
  write: done.write,
  stat: { en: 'looked at', ko: '살펴볼' },
  lstat: { en: 'looked at', ko: '살펴볼' },
  rename: { en: 'renamed', ko: '이름을 바꿀' },
  link: { en: 'linked', ko: '링크할' },
  unlink: { en: 'removed', ko: '지울' },
  rmdir: { en: 'removed', ko: '지울' },
  rm: { en: 'removed', ko: '지울' },
  chmod: { en: 'closed to other users', ko: '다른 사용자에게 닫을' },
  chown: { en: 'handed over', ko: '소유자를 바꿀' },
  watch: { en: 'watched', ko: '지켜볼' },
};

/** A target that is in the way is what must be named, not what was to take its place. */
const ofTarget = new Set(['EISDIR', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR']);

type FileCode = Extract<
  ErrorCode,
  | `FILE_${string}`
  | `DISK_${string}`
  | 'FOLDER_IN_THE_WAY'
  | 'LINK_LOOP'
  | 'PATH_TOO_LONG'
  | 'TOO_MANY_OPEN_FILES'
  | 'STATE_FILE_UNUSABLE'
>;
interface Meaning {
  readonly code: Exclude<FileCode, 'DISK_FULL'>;
  readonly why: Bilingual;
}

const meaning = (code: Meaning['code'], en: string, ko: string): Meaning => ({ code, why: { en, ko } });

const inTheWay = meaning(
  'FILE_IN_THE_WAY',
  'a file stands where a folder should be',
  '폴더가 있어야 할 자리에 파일이 있습니다',
);
const folderInTheWay = meaning(
  'FOLDER_IN_THE_WAY',
  'a folder stands where a file should be',
  '파일이 있어야 할 자리에 폴더가 있습니다',
);
const forbidden = meaning('FILE_FORBIDDEN', 'this user may not do that', '이 사용자에게는 권한이 없습니다');
const broken = meaning(
  'DISK_FAULT',
  'the disk or the connection to it fails',
  '디스크나 디스크와의 연결에 문제가 있습니다',
);
const crowded = meaning('TOO_MANY_OPEN_FILES', 'too many files are open', '열린 파일이 너무 많습니다');
export const readOnly = meaning(
  'DISK_READ_ONLY',
  'the file system is mounted for reading only',
  '파일 시스템이 읽기 전용입니다',
);
const unsuited = meaning(
  'FILE_SYSTEM_UNSUITED',
  'the file system does not know how',
  '이 파일 시스템에서는 할 수 없는 일입니다',
);

const meanings: Readonly<Record<string, Meaning>> = {
  ENOTDIR: inTheWay,
  EISDIR: folderInTheWay,
  // Node's own, of `rm`.
  ERR_FS_EISDIR: folderInTheWay,
  ENOTEMPTY: meaning(
    'FOLDER_IN_THE_WAY',
    'a folder that is not empty stands in its place',
    '그 자리에 비어 있지 않은 폴더가 있습니다',
  ),
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: readOnly,
  ENOENT: meaning('FILE_MISSING', 'it is not there', '그 자리에 없습니다'),
  EEXIST: meaning('FILE_EXISTS', 'there is one of that name', '같은 이름이 이미 있습니다'),
  EMFILE: crowded,
  ENFILE: crowded,
  ENAMETOOLONG: meaning(
    'PATH_TOO_LONG',
    'its name or path is longer than the file system takes',
    '이름이나 경로가 파일 시스템의 한도보다 깁니다',
  ),
  ELOOP: meaning('LINK_LOOP', 'its links lead in a circle', '링크가 돌고 돌아 끝이 없습니다'),
  EFBIG: meaning(
    'FILE_TOO_LARGE',
    'it is larger than this file system or this user may have',
    '이 파일 시스템이나 사용자에게 허용된 크기보다 큽니다',
  ),
  EBUSY: meaning('FILE_BUSY', 'another program holds it', '다른 프로그램이 쓰고 있습니다'),
  ETXTBSY: meaning('FILE_BUSY', 'it is being run', '실행 중인 파일입니다'),
  EXDEV: meaning(
    'FILE_SYSTEM_UNSUITED',
    'it would have to move to another file system',
    '다른 파일 시스템으로 옮겨야 하는 일입니다',
  ),
  EINVAL: unsuited,
  ENOTSUP: unsuited,
  EOPNOTSUPP: unsuited,
  ENOSYS: unsuited,
  EIO: broken,
  ENXIO: broken,
  ENODEV: broken,
  ESTALE: broken,
  EREMOTEIO: broken,
};

/** A failed operation on a file as an error that a person can act on; null if nothing is known of its code. */
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
  const known = meanings[code];
  return known ? faultOf(error, known, file) : null;
}

function faultOf(error: FileError, { code, why }: Meaning, blocked: string | null): TrainyardError {
  const { code: system, syscall = '', dest } = error;
  const isTarget = dest !== undefined && ofTarget.has(system);
  const file = isTarget ? dest : error.path;
  const by = blocked !== null && blocked !== file ? `: ${blocked}` : '';
  const because = { en: `${why.en}${by}`, ko: `${why.ko}${by}` };
  const doing = isTarget ? done.replace : (byCall[syscall] ?? done.use);
  const place = blocked === null ? {} : { place: { file: blocked } };
  return failedOn(code, error, file ?? { en: 'A file', ko: '파일' }, doing, because, place);
}

const tooMuchHints = {
  FILE_TOO_LARGE: {
    en: 'Raise the limit (ulimit -f), or use a file system for large files.',
    ko: '제한을 늘리거나(ulimit -f) 큰 파일을 담는 파일 시스템을 쓰세요.',
  },
  PATH_TOO_LONG: { en: 'Use a shorter path, or shorter names.', ko: '경로가 더 짧아야 합니다.' },
};

/** The error for an operation on a file that the system, or a database, did not do. */
export function failedOn(
  code: Meaning['code'],
  cause: Error & { readonly code: string },
  file: string | Bilingual,
  doing: Bilingual,
  why: string | Bilingual,
  { also = '', ...options }: ErrorOptions & { readonly also?: string | Bilingual } = {},
): TrainyardError {
  const parameters = { file, done: doing, why, system: cause.code, step: '', also };
  if (code !== 'FILE_TOO_LARGE' && code !== 'PATH_TOO_LONG')
    return fault(code, parameters, { ...options, cause });
  const [en, ko] = (['en', 'ko'] as const).map((language) =>
    fill(failedOnFile[language], parameters, language),
  );
  const what = { en: en ?? '', ko: ko ?? '' };
  return fault(code, { what, hint: tooMuchHints[code] }, { ...options, cause });
}
