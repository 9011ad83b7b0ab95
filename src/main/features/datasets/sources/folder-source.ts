import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import { codeOf, isSystemCode } from '../../../platform/error-code.ts';
import { isInside } from '../../../stores/objects/files/object-folder.ts';
import { typeOfName } from '../image-types.ts';
import { isLeftover } from '../leftovers.ts';
import { makeProblem, type Problem } from '../problems.ts';
import { type DatasetSource, type EntryBytes, EntryFault, type SourceEntry } from '../source.ts';
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
const noFile = { en: 'it is neither file nor folder', ko: '파일도 폴더도 아닌 항목' };
const linkToFolder = { en: 'it is a link to a folder', ko: '폴더를 가리키는 링크' };
const linkToNoFile = { en: 'it is a link to no file', ko: '파일이 아닌 것을 가리키는 링크' };

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
      else
        yield {
          kind: 'problem',
          problem: makeProblem('NOT_AN_IMAGE', shown, { why: noFile }),
          warning: true,
        };
    }
  }

  async count(onFound: (files: number) => void, signal?: AbortSignal): Promise<number> {
    let files = 0;
    for await (const { kind } of this.entries()) {
      signal?.throwIfAborted();
      if (kind === 'file') files += 1;
      if (kind === 'folder') onFound(files);
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
        problem: makeProblem('NOT_AN_IMAGE', shown, {
          why: found.isDirectory() ? linkToFolder : linkToNoFile,
        }),
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

const rights = {
  en: 'Give the user that runs Trainyard the right to read it',
  ko: 'Trainyard를 실행하는 사용자에게 읽기 권한을 주세요.',
};
const forbidden = {
  why: { en: 'this user may not read it', ko: '이 사용자에게는 읽을 권한이 없습니다' },
  remedy: rights,
};
const reasons: Readonly<Record<string, { readonly why: Bilingual; readonly remedy: Bilingual }>> = {
  EACCES: forbidden,
  EPERM: forbidden,
  ENOENT: {
    why: { en: 'it is gone, or a link that leads nowhere', ko: '없어졌거나, 가리키는 곳이 없는 링크입니다' },
    remedy: { en: 'Put it back', ko: '되돌려 놓으세요.' },
  },
  ENOTDIR: {
    why: { en: 'a folder on its way became a file', ko: '경로의 폴더가 파일로 바뀌었습니다' },
    remedy: {
      en: 'Let whatever writes there finish and try again',
      ko: '파일을 쓰는 작업이 끝난 뒤 다시 시도하세요.',
    },
  },
  ELOOP: {
    why: { en: 'it is a link that leads in a circle', ko: '돌고 도는 링크입니다' },
    remedy: { en: 'Put the file itself there in place of the link', ko: '링크 자리에 파일 자체를 두세요.' },
  },
  EIO: {
    why: { en: 'the disk can’t read it', ko: '디스크에서 읽지 못했습니다' },
    remedy: {
      en: 'Look at the disk’s health and get the file again from where it came',
      ko: '디스크 상태를 확인하고 원본에서 파일을 다시 복사하세요.',
    },
  },
  ESTALE: {
    why: { en: 'the network folder was replaced on its server', ko: '네트워크 폴더가 서버에서 바뀌었습니다' },
    remedy: { en: 'Mount the folder again', ko: '폴더를 다시 마운트하세요.' },
  },
};
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

function unreadable(shown: string, code: string): Problem {
  if (code === 'ENAMETOOLONG') return makeProblem('PATH_TOO_LONG', shown, tooLong);
  const why = phrase('the system answers {code}', '시스템이 {code} 오류를 냈습니다', { code });
  return makeProblem('UNREADABLE_FILE', shown, {
    file: { en: 'It', ko: '파일이나 폴더' },
    ...(reasons[code] ?? { why, remedy: rights }),
  });
}

function leadsOut(shown: string): Problem {
  const why = { en: 'the link points outside of its folder', ko: '링크가 데이터셋 폴더 밖을 가리킵니다' };
  const remedy = {
    en: 'Put the file or folder itself in the place of the link.',
    ko: '링크 자리에 파일이나 폴더 자체를 두세요.',
  };
  return makeProblem('PATH_ESCAPES', shown, { why, remedy });
}
