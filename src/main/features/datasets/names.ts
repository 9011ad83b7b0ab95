import { isHidden, isLeftover } from './leftovers.ts';
import { makeProblem, type Problem } from './problems.ts';

/** The spelling by which names are told apart and written into manifests: macOS writes Hangul in parts (NFD), others whole. */
export function normalName(segment: string): string {
  return segment.normalize('NFC');
}

/** Names with the same fold are one name on file systems that ignore case or composition (Windows, macOS). */
export function foldName(segment: string): string {
  return segment.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** Control characters, unpaired surrogates, U+FFFD (undecodable bytes), and the marks that turn the direction of text. */
const unusable = /[\p{Cc}\p{Cs}\uFFFD\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\\]/u;
const longestSegmentBytes = 255;

export type CheckedPath =
  | { readonly kind: 'path'; readonly segments: readonly string[] }
  /** What systems leave behind. */
  | { readonly kind: 'leftover' }
  /** In a hidden folder, or hidden itself; `folder` is the path down to what hides it. */
  | { readonly kind: 'hidden'; readonly folder: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

/**
 * The segments of a path as a source spells it, where the path stays inside and can be used on every system. Empty segments
 * and `.` mean nothing and are left out.
 */
export function checkPath(path: string, maxDepth: number): CheckedPath {
  const problem = (code: 'PATH_ESCAPES' | 'NAME_UNUSABLE' | 'TOO_DEEP', message: string, hint: string) =>
    ({ kind: 'problem', problem: makeProblem(code, path, message, hint) }) as const;
  const parts = path.split('/');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.startsWith('\\\\') || parts.includes('..')) {
    return problem(
      'PATH_ESCAPES',
      'The path leads out of the dataset: it is absolute or goes up by ".."',
      'Pack the archive again from inside the dataset’s folder, so that paths begin with a class.',
    );
  }
  const segments = parts.filter((part) => part !== '' && part !== '.');
  if (segments.length === 0 || segments.some(isLeftover)) return { kind: 'leftover' };
  const hiding = segments.findIndex(isHidden);
  if (hiding >= 0) return { kind: 'hidden', folder: segments.slice(0, hiding + 1).join('/') };
  const bad = segments.find(
    (part) => unusable.test(part) || Buffer.byteLength(normalName(part)) > longestSegmentBytes,
  );
  if (bad !== undefined) {
    return problem(
      'NAME_UNUSABLE',
      bad.includes('\uFFFD')
        ? 'The name has bytes that are no UTF-8'
        : 'The name has control characters, marks that turn text around, a backslash, or more than 255 bytes',
      bad.includes('\uFFFD')
        ? 'Rename it in UTF-8 (names from a Korean Windows: convmv -f cp949 -t utf8 -r --notest FOLDER).'
        : 'Rename it with plain characters.',
    );
  }
  if (segments.length > maxDepth) {
    return problem(
      'TOO_DEEP',
      `The path has ${segments.length} levels; ${maxDepth} are read`,
      'Move the images up: class/image.png is enough.',
    );
  }
  return { kind: 'path', segments };
}
