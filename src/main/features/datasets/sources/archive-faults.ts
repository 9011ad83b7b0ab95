import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import { codeOf, isSystemCode } from '../../../platform/error-code.ts';
import { makeProblem } from '../problems.ts';
import { EntryFault } from '../source.ts';

const archive = { en: 'The archive', ko: '압축 파일' };
const getAgain = {
  en: 'Get the archive again from where it came, or pack it again',
  ko: '압축 파일을 다시 복사하거나 내려받거나, 새로 압축하세요.',
};
export const withoutPassword = {
  en: 'Unpack it with its password and give the folder, or pack it again without one',
  ko: '암호로 풀어 폴더를 지정하거나 암호 없이 다시 압축하세요.',
};

/** The archive ends before its time. */
export function truncated(path: string, cause: unknown): EntryFault {
  return new EntryFault(makeProblem('ARCHIVE_TRUNCATED', path, {}), { fatal: true, cause });
}

/** Something in the archive can't be understood; `fatal` where nothing behind it can be either. `why` is in our own words. */
export function damaged(
  path: string,
  why: Bilingual,
  fatal: boolean,
  { cause, remedy = getAgain }: { readonly cause?: unknown; readonly remedy?: Bilingual } = {},
): EntryFault {
  return new EntryFault(makeProblem('ARCHIVE_UNREADABLE', path, { archive, why, remedy }), { fatal, cause });
}

/** Links in archives could point anywhere by the time they are used; hard links to what the archive never held. */
export function linkInArchive(path: string): EntryFault {
  const why = {
    en: 'it is a link, and links in archives may lead anywhere',
    ko: '압축 파일 속의 링크는 어디를 가리킬지 알 수 없습니다',
  };
  const remedy = {
    en: 'Pack the files themselves, not links to them (tar: --dereference --hard-dereference).',
    ko: '링크가 아니라 파일 자체를 넣어 다시 압축하세요(tar: --dereference --hard-dereference).',
  };
  return new EntryFault(makeProblem('PATH_ESCAPES', path, { why, remedy }));
}

const reasons: Readonly<Record<string, Bilingual>> = {
  EACCES: { en: 'this user may not read it', ko: '이 사용자에게는 읽을 권한이 없습니다' },
  EPERM: { en: 'this user may not read it', ko: '이 사용자에게는 읽을 권한이 없습니다' },
  ENOENT: { en: 'it is gone', ko: '파일이 없어졌습니다' },
  EIO: { en: 'the disk can’t read it', ko: '디스크에서 읽지 못했습니다' },
};

/** What the operating system says against reading a file, in words; null where the error is another. */
export function systemReason(error: unknown): Bilingual | null {
  const code = codeOf(error);
  if (!isSystemCode(code)) return null;
  return reasons[code] ?? phrase('the system answers {code}', '시스템이 {code} 오류를 냈습니다', { code });
}
