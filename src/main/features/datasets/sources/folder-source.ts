import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, isSystemCode } from '../../../platform/error-code.ts';
import { isInside } from '../../../stores/objects/files/object-paths.ts';
import { typeOfName } from '../image-types.ts';
import { isLeftover } from '../leftovers.ts';
import { type DatasetSource, type EntryBytes, EntryFault, type SourceEntry } from '../ports.ts';
import { makeProblem, type Problem } from '../problems.ts';
import { readStart } from './read-start.ts';

interface FolderName {
  readonly raw: Buffer;
  /** With U+FFFD in the place of bytes that are no UTF-8. */
  readonly name: string;
  readonly type: 'file' | 'folder' | 'link' | 'special';
}

/** A folder under way: what of it is still to be looked at. */
interface Visit {
  /** The bytes of its path: names that are no UTF-8 can be followed, too. */
  readonly folder: Buffer;
  /** From the source's top on; empty there. */
  readonly shown: string;
  readonly names: Iterator<FolderName>;
}

/** Neither follows a link nor waits for a pipe that took the file's place meanwhile. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const separator = Buffer.from('/');

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

  /** Depth first, in the order of the names' bytes. A stack of its own: folders may be nested thousands of levels deep. */
  async *entries(): AsyncGenerator<SourceEntry> {
    const top = await this.enter(Buffer.from(this.path), '');
    if ('kind' in top) {
      yield top;
      return;
    }
    const stack: Visit[] = [top];
    for (let visit = stack.at(-1); visit; visit = stack.at(-1)) {
      const next = visit.names.next();
      if (next.done) {
        stack.pop();
        continue;
      }
      const { name, raw, type } = next.value;
      if (isLeftover(name)) continue;
      const shown = visit.shown === '' ? name : `${visit.shown}/${name}`;
      const whole = Buffer.concat([visit.folder, separator, raw]);
      if (type === 'folder') {
        yield { kind: 'folder', path: shown };
        const below = await this.enter(whole, shown);
        if ('kind' in below) yield below;
        else stack.push(below);
      } else if (type === 'file') yield fileEntry(shown, whole);
      else if (type === 'link') yield await this.follow(shown, whole);
      else yield { kind: 'problem', problem: notAFile(shown, 'is neither file nor folder'), warning: true };
    }
  }

  async count(onFound: (files: number) => void, signal?: AbortSignal): Promise<number> {
    let files = 0;
    const left = [Buffer.from(this.path)];
    for (let folder = left.pop(); folder; folder = left.pop()) {
      signal?.throwIfAborted();
      const names = await namesIn(folder);
      if (typeof names === 'string') continue;
      for (const { name, raw, type } of names) {
        if (isLeftover(name)) continue;
        if (type === 'folder') left.push(Buffer.concat([folder, separator, raw]));
        else if (type !== 'special') files += 1;
      }
      onFound(files);
    }
    return files;
  }

  private async enter(folder: Buffer, shown: string): Promise<Visit | SourceEntry> {
    const names = await namesIn(folder);
    if (typeof names !== 'string') return { folder, shown, names: names.values() };
    const isTooLong = names === 'ENAMETOOLONG';
    return { kind: 'problem', problem: unreadable(shown, names), warning: isTooLong, fatal: shown === '' };
  }

  private async follow(shown: string, link: Buffer): Promise<SourceEntry> {
    const isWarning = typeOfName(shown) === null;
    try {
      const target = await realpath(link, { encoding: 'buffer' });
      const found = await stat(target);
      if (!isInside(this.path, target.toString('utf8')))
        return { kind: 'problem', problem: leadsOut(shown), warning: isWarning && !found.isDirectory() };
      if (found.isFile()) return fileEntry(shown, target);
      return {
        kind: 'problem',
        problem: notAFile(shown, found.isDirectory() ? 'is a link to a folder' : 'is a link to no file'),
        warning: true,
      };
    } catch (error) {
      return { kind: 'problem', problem: unreadable(shown, fileFault(error)), warning: isWarning };
    }
  }
}

/** The names in a folder in the order of their bytes, or the code of the error that forbids to read it. */
async function namesIn(folder: Buffer): Promise<FolderName[] | string> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
    entries.sort((one, other) => Buffer.compare(one.name, other.name));
    return entries.map((entry) => ({
      raw: entry.name,
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
    return fileFault(error);
  }
}

/** Faults of this process rather than of a path. */
const ownFaults: readonly string[] = ['EMFILE', 'ENFILE', 'ENOMEM'];

/** The system's code of an error that concerns one path; throws every other. */
function fileFault(error: unknown): string {
  const code = codeOf(error);
  if (!isSystemCode(code) || ownFaults.includes(code)) throw error;
  return code;
}

function fileEntry(shown: string, file: Buffer): SourceEntry {
  return { kind: 'file', path: shown, read: (limit) => readEntry(shown, file, limit) };
}

async function readEntry(shown: string, file: Buffer, limit: number): Promise<EntryBytes> {
  try {
    await using handle = await open(file, openFlags);
    const { size, mtimeMs } = await handle.stat();
    const bytes = await readStart(handle, Math.min(size, limit));
    return { bytes, complete: size <= limit, modifiedMs: mtimeMs };
  } catch (error) {
    throw new EntryFault(unreadable(shown, fileFault(error)), { cause: error });
  }
}

const rights = 'Give the user that runs Trainyard the right to read it, or remove it.';
const reasons: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  EACCES: ['this user may not read it', rights],
  EPERM: ['this user may not read it', rights],
  ENOENT: ['it is gone, or a link that leads nowhere', 'Put it back, or remove the link.'],
  ENOTDIR: ['a folder on its way became a file', 'Let whatever writes there finish, then try again.'],
  ELOOP: ['it is a link that leads in a circle', 'Put the file itself there in place of the link.'],
  EIO: ['the disk can’t read it', 'Look at the disk’s health, and get the file again from where it came.'],
  ESTALE: ['the network folder was replaced on its server', 'Mount the folder again.'],
};

function unreadable(shown: string, code: string): Problem {
  if (code === 'ENAMETOOLONG') {
    return makeProblem(
      'PATH_TOO_LONG',
      shown,
      'The path is longer than the system can open: what lies below is not looked at, and images there are left out',
      'Move the folder up or give its folders short names; or remove it, if some program made it by mistake.',
    );
  }
  const [why, hint] = reasons[code] ?? [`the system answers ${code}`, rights];
  return makeProblem('UNREADABLE_FILE', shown, `It can't be read: ${why}`, hint);
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
