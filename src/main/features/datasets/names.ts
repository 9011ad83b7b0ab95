import { isHidden, isLeftover } from './leftovers.ts';
import { makeProblem, type Problem } from './problems.ts';

/** The spelling in which names are compared and written into manifests: macOS writes Hangul decomposed (NFD), others composed. */
export function normalName(segment: string): string {
  return segment.normalize('NFC');
}

/** Names with the same fold are one name on file systems that ignore case or composition (Windows, macOS). */
export function foldName(segment: string): string {
  return segment.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** Control characters, unpaired surrogates, U+FFFD (undecodable bytes), and the marks that turn the direction of text. */
const unusable = /[\p{Cc}\p{Cs}\uFFFD\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\\]/u;
export const longestSegmentBytes = 255;

export type CheckedPath =
  | { readonly kind: 'path'; readonly segments: readonly string[] }
  /** What systems leave behind. */
  | { readonly kind: 'leftover' }
  /** In a hidden folder, or hidden itself; `folder` is the path down to what hides it. */
  | { readonly kind: 'hidden'; readonly folder: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

const noUtf8 = {
  why: { en: 'it has bytes that are no UTF-8', ko: 'UTF-8이 아닌 바이트가 들어 있습니다' },
  remedy: {
    en: 'Rename it in UTF-8 (names from a Korean Windows: convmv -f cp949 -t utf8 -r --notest FOLDER).',
    ko: 'UTF-8 이름으로 바꾸세요(한국어 Windows에서 만든 이름: convmv -f cp949 -t utf8 -r --notest 폴더).',
  },
};
const unfit = {
  why: {
    en: 'it has control characters, marks that turn text around, a backslash, or more than 255 bytes',
    ko: '제어 문자, 글의 방향을 바꾸는 문자, 역슬래시가 있거나 255바이트를 넘습니다',
  },
  remedy: {
    en: 'Rename it with plain characters, in 255 bytes at most.',
    ko: '특수 문자 없이 255바이트 이하의 이름으로 바꾸세요.',
  },
};

/**
 * The segments of a path as a source spells it, where the path stays inside and can be used on every system. Empty segments
 * and `.` mean nothing and are left out.
 */
export function checkPath(path: string, maxDepth: number): CheckedPath {
  const problem = (found: Problem) => ({ kind: 'problem', problem: found }) as const;
  const parts = path.split('/');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.startsWith('\\\\') || parts.includes('..')) {
    const why = {
      en: 'the path is absolute or goes up by ".."',
      ko: '절대 경로이거나 ".."로 위로 올라가는 경로입니다',
    };
    const remedy = {
      en: 'Pack the archive again from inside the dataset’s folder, so that its paths begin with a class.',
      ko: '경로가 클래스로 시작하도록 데이터셋 폴더 안에서 다시 압축하세요.',
    };
    return problem(makeProblem('PATH_ESCAPES', path, { why, remedy }));
  }
  const segments = parts.filter((part) => part !== '' && part !== '.');
  if (segments.length === 0 || segments.some(isLeftover)) return { kind: 'leftover' };
  const hiding = segments.findIndex(isHidden);
  if (hiding >= 0) return { kind: 'hidden', folder: segments.slice(0, hiding + 1).join('/') };
  const bad = segments.find(
    (part) => unusable.test(part) || Buffer.byteLength(normalName(part)) > longestSegmentBytes,
  );
  if (bad !== undefined) {
    const parameters = bad.includes('\uFFFD') ? noUtf8 : unfit;
    return problem(makeProblem('NAME_UNUSABLE', path, parameters));
  }
  if (segments.length > maxDepth)
    return problem(makeProblem('TOO_DEEP', path, { levels: segments.length, most: maxDepth }));
  return { kind: 'path', segments };
}
