import { constants, type Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Bilingual } from '../../../../shared/errors/entry.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { isInside } from '../../../platform/paths.ts';
import { typeOfName } from '../image-types.ts';
import { isLeftover } from '../leftovers.ts';
import { makeProblem, type Problem } from '../problems.ts';
import { type DatasetSource, type EntryBytes, EntryFault, type SourceEntry } from '../source.ts';
import { KeptFile } from './kept-file.ts';
import { systemReason } from './read-faults.ts';
import { readStart } from './read-start.ts';

/** A folder under way: what of it is still to be looked at. */
interface Visit {
  /** The bytes of its path: names that are no UTF-8 can be followed, too. */
  readonly folder: Buffer;
  /** From the source's top on; empty there. */
  readonly shown: string;
  readonly names: Iterator<Dirent<Buffer>>;
}

/** Neither follows a link nor waits for a pipe that took the file's place meanwhile. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const separator = Buffer.from('/');
const noFile = { en: 'it is neither file nor folder', ko: '파일도 폴더도 아닌 항목' };
const linkToFolder = { en: 'it is a link to a folder', ko: '폴더를 가리키는 링크' };
const linkToNoFile = { en: 'it is a link to no file', ko: '파일이 아닌 것을 가리키는 링크' };

/**
 * A folder as a dataset's source. Links are followed to files inside of the folder and nowhere else.
 * @param root absolute, without links
 */
export function folderSource(root: string): DatasetSource {
  const entries = () => entriesOf(root);
  return {
    kind: 'folder',
    path: root,
    name: path.basename(root),
    entries,
    async count(onFound, signal) {
      let files = 0;
      for await (const { kind } of entries()) {
        signal?.throwIfAborted();
        if (kind === 'file') files += 1;
        if (kind === 'folder') onFound(files);
      }
      return files;
    },
  };
}

/** Depth first, in the order of the names' bytes. A stack of its own: folders may be nested thousands of levels deep. */
async function* entriesOf(root: string): AsyncGenerator<SourceEntry> {
  const stack: Visit[] = [];
  const top = await enter(Buffer.from(root), '');
  if ('kind' in top) yield top;
  else stack.push(top);
  for (let visit = stack.at(-1); visit; visit = stack.at(-1)) {
    const next = visit.names.next();
    if (next.done) {
      stack.pop();
      continue;
    }
    const entry = next.value;
    const name = entry.name.toString('utf8');
    if (isLeftover(name)) continue;
    const shown = visit.shown === '' ? name : `${visit.shown}/${name}`;
    const whole = Buffer.concat([visit.folder, separator, entry.name]);
    if (entry.isDirectory()) {
      yield { kind: 'folder', path: shown };
      const below = await enter(whole, shown);
      if ('kind' in below) yield below;
      else stack.push(below);
    } else if (entry.isFile()) yield fileEntry(shown, whole);
    else if (entry.isSymbolicLink()) yield await follow(root, shown, whole);
    else yield notAFile(shown, noFile);
  }
}

/** The names in a folder, in the order of their bytes. */
async function enter(folder: Buffer, shown: string): Promise<Visit | SourceEntry> {
  try {
    const names = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
    names.sort((one, other) => Buffer.compare(one.name, other.name));
    return { folder, shown, names: names.values() };
  } catch (error) {
    const warning = hasCode(error, 'ENAMETOOLONG');
    return { kind: 'problem', problem: unreadable(shown, error), warning, fatal: shown === '' };
  }
}

async function follow(root: string, shown: string, link: Buffer): Promise<SourceEntry> {
  const isWarning = typeOfName(shown) === null;
  try {
    const target = await realpath(link, { encoding: 'buffer' });
    const found = await stat(target);
    if (!isInside(root, target.toString('utf8')))
      return { kind: 'problem', problem: leadsOut(shown), warning: isWarning && !found.isDirectory() };
    if (found.isFile()) return fileEntry(shown, target);
    return notAFile(shown, found.isDirectory() ? linkToFolder : linkToNoFile);
  } catch (error) {
    return { kind: 'problem', problem: unreadable(shown, error), warning: isWarning };
  }
}

function notAFile(shown: string, why: Bilingual): SourceEntry {
  return { kind: 'problem', problem: makeProblem('NOT_AN_IMAGE', shown, { why }), warning: true };
}

/** Faults of this process rather than of a path. */
const ownFaults: readonly string[] = ['EMFILE', 'ENFILE', 'ENOMEM'];

function fileEntry(shown: string, file: Buffer): SourceEntry {
  return {
    kind: 'file',
    path: shown,
    read: (limit) => readEntry(shown, file, limit),
    chunks: () => readChunks(shown, file),
    keep: () => keepFile(shown, file),
  };
}

async function* readChunks(shown: string, file: Buffer): AsyncGenerator<Uint8Array> {
  await using kept = await keepFile(shown, file);
  yield* kept.chunks();
}

function keepFile(shown: string, file: Buffer): Promise<KeptFile> {
  const asFault = (error: unknown) => new EntryFault(unreadable(shown, error), { cause: error });
  return KeptFile.open(file, { flags: openFlags, shown, asFault });
}

async function readEntry(shown: string, file: Buffer, limit: number): Promise<EntryBytes> {
  try {
    await using handle = await open(file, openFlags);
    const { size, mtimeMs } = await handle.stat();
    const bytes = await readStart(handle, Math.min(size, limit));
    return { bytes, complete: size <= limit, modifiedMs: mtimeMs };
  } catch (error) {
    throw new EntryFault(unreadable(shown, error), { cause: error });
  }
}

const tooLong = {
  what: {
    en: 'The path is longer than the system can open: what lies below is not looked at, and images there are left out',
    ko: '시스템이 열 수 없어 그 아래는 살펴보지 못했고, 거기 있는 이미지는 제외합니다',
  },
  hint: {
    en: 'Move the folder up or give its folders short names; or remove it, if some program made it by mistake.',
    ko: '폴더를 위로 옮겨도 됩니다. 잘못 만들어진 폴더라면 지우세요.',
  },
};

/** What forbids to read a path; throws every error that concerns no path. */
function unreadable(shown: string, error: unknown): Problem {
  const reason = hasCode(error, ...ownFaults) ? null : systemReason(error);
  if (!reason) throw error;
  return hasCode(error, 'ENAMETOOLONG')
    ? makeProblem('PATH_TOO_LONG', shown, tooLong)
    : makeProblem('UNREADABLE_FILE', shown, { file: { en: 'It', ko: '파일이나 폴더' }, ...reason });
}

function leadsOut(shown: string): Problem {
  const why = { en: 'the link points outside of its folder', ko: '링크가 데이터셋 폴더 밖을 가리킵니다' };
  const remedy = {
    en: 'Put the file or folder itself in the place of the link.',
    ko: '링크 자리에 파일이나 폴더 자체를 두세요.',
  };
  return makeProblem('PATH_ESCAPES', shown, { why, remedy });
}
