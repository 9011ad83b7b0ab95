import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import { codeOf, isSystemCode } from '../../../platform/error-code.ts';
import { makeProblem, type Problem } from '../problems.ts';
import { EntryFault } from '../source.ts';

/** Why something can't be read, in our own words, and what to do about it. */
export interface Reason {
  readonly why: Bilingual;
  readonly remedy?: Bilingual;
}

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

/** Something in the archive can't be understood; `fatal` where nothing behind it can be either. */
export function damaged(
  path: string,
  { why, remedy = getAgain }: Reason,
  fatal: boolean,
  cause?: unknown,
): EntryFault {
  return new EntryFault(makeProblem('ARCHIVE_UNREADABLE', path, { archive, why, remedy }), { fatal, cause });
}

/** Links in archives could point anywhere by the time they are used; hard links to what the archive never held. */
export function linkInArchive(path: string): Problem {
  const why = {
    en: 'it is a link, and links in archives may lead anywhere',
    ko: '압축 파일 속의 링크는 어디를 가리킬지 알 수 없습니다',
  };
  const remedy = {
    en: 'Pack the files themselves, not links to them (tar: --dereference --hard-dereference).',
    ko: '링크가 아니라 파일 자체를 넣어 다시 압축하세요(tar: --dereference --hard-dereference).',
  };
  return makeProblem('PATH_ESCAPES', path, { why, remedy });
}

const rights = {
  en: 'Give the user that runs Trainyard the right to read it',
  ko: 'Trainyard를 실행하는 사용자에게 읽기 권한을 주세요.',
};
/** What a right is missing for. */
export const forbidden = {
  why: { en: 'this user may not read it', ko: '이 사용자에게는 읽을 권한이 없습니다' },
  remedy: rights,
};
const reasons: Readonly<Record<string, Required<Reason>>> = {
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

/** What the operating system says against reading a file; null if the error is another. */
export function systemReason(error: unknown): Required<Reason> | null {
  const code = codeOf(error);
  if (!isSystemCode(code)) return null;
  const why = phrase('the system answers {code}', '시스템이 {code} 오류를 냈습니다', { code });
  return reasons[code] ?? { why, remedy: rights };
}
