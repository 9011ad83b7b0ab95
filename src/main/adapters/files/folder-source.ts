import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isIgnored } from '../../domain/datasets/names.ts';
import {
  type DatasetSource,
  type EntryBytes,
  EntryFault,
  type SourceEntry,
} from '../../domain/datasets/ports.ts';
import { makeProblem, type Problem } from '../../domain/datasets/problems.ts';
import { hasCode } from '../../error-code.ts';
import { isInside } from './object-paths.ts';
import { readStart } from './read-start.ts';

interface FolderName {
  /** With U+FFFD in the place of bytes that are no UTF-8: such a file can't be opened by its name. */
  readonly name: string;
  readonly type: 'file' | 'folder' | 'link' | 'special';
}

/** Neither follows a link nor waits for a pipe that took the file's place meanwhile. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const unreadableCodes = ['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'ELOOP', 'EIO'] as const;

/** A folder as a dataset's source. Links are followed to files inside of the folder and nowhere else. */
export class FolderSource implements DatasetSource {
  readonly kind = 'folder';
  readonly path: string;
  readonly name: string;

  /** @param folder absolute, without links */
  constructor(folder: string) {
    this.path = folder;
    this.name = path.basename(folder);
  }

  entries(): AsyncIterable<SourceEntry> {
    return this.walk([]);
  }

  private async *walk(segments: readonly string[]): AsyncGenerator<SourceEntry> {
    const names = await namesIn(path.join(this.path, ...segments));
    if (typeof names === 'string') {
      yield { kind: 'problem', problem: unreadable(segments.join('/'), names) };
      return;
    }
    for (const { name, type } of names) {
      const below = [...segments, name];
      const shown = below.join('/');
      if (isIgnored(name)) continue;
      if (type === 'folder') {
        yield { kind: 'folder', path: shown };
        yield* this.walk(below);
      } else if (type === 'file') yield fileEntry(shown, path.join(this.path, ...below));
      else if (type === 'link') yield await this.follow(shown, path.join(this.path, ...below));
      else yield { kind: 'problem', problem: notAFile(shown, 'is neither file nor folder'), warning: true };
    }
  }

  private async follow(shown: string, link: string): Promise<SourceEntry> {
    try {
      const target = await realpath(link);
      if (!isInside(this.path, target)) return { kind: 'problem', problem: leadsOut(shown) };
      if ((await stat(target)).isFile()) return fileEntry(shown, target);
      return { kind: 'problem', problem: notAFile(shown, 'is a link to a folder'), warning: true };
    } catch (error) {
      if (!hasCode(error, ...unreadableCodes)) throw error;
      return { kind: 'problem', problem: unreadable(shown, error.code) };
    }
  }
}

/** The names in a folder in the order of their bytes, or the code of the error that forbids to read it. */
async function namesIn(folder: string): Promise<FolderName[] | string> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
    entries.sort((one, other) => Buffer.compare(one.name, other.name));
    return entries.map((entry) => ({
      name: entry.name.toString('utf8'),
      type: entry.isFile()
        ? 'file'
        : entry.isDirectory()
          ? 'folder'
          : entry.isSymbolicLink()
            ? 'link'
            : 'special',
    }));
  } catch (error) {
    if (hasCode(error, ...unreadableCodes)) return error.code;
    throw error;
  }
}

function fileEntry(shown: string, file: string): SourceEntry {
  return { kind: 'file', path: shown, read: (limit) => readEntry(shown, file, limit) };
}

async function readEntry(shown: string, file: string, limit: number): Promise<EntryBytes> {
  try {
    await using handle = await open(file, openFlags);
    const { size, mtimeMs } = await handle.stat();
    const bytes = await readStart(handle, Math.min(size, limit));
    return { bytes, complete: size <= limit, modifiedMs: mtimeMs };
  } catch (error) {
    if (!hasCode(error, ...unreadableCodes)) throw error;
    throw new EntryFault(unreadable(shown, error.code), { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ENOENT: 'it is gone, or a link that leads nowhere',
  ELOOP: 'it is a link that leads in a circle',
  EIO: 'the disk can’t read it',
};

function unreadable(shown: string, code: string): Problem {
  return makeProblem(
    'UNREADABLE_FILE',
    shown,
    `It can't be read: ${reasons[code] ?? code}`,
    'Give the user that runs Trainyard the right to read it, or remove it.',
  );
}

function leadsOut(shown: string): Problem {
  return makeProblem(
    'PATH_ESCAPES',
    shown,
    'The link leads out of the dataset’s folder',
    'Put the file itself there in place of the link.',
  );
}

function notAFile(shown: string, what: string): Problem {
  return makeProblem(
    'NOT_AN_IMAGE',
    shown,
    `It ${what} and is left out`,
    'Put image files there in its place.',
  );
}
