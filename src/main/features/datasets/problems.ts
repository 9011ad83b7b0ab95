import type { z } from 'zod';
import type { problem } from '../../../shared/contract/common.ts';

export type Problem = z.infer<typeof problem>;

/** What a validation can find. The messages say what is wrong, the hints how to put it right. */
export type ProblemCode =
  | 'IMAGE_UNREADABLE'
  | 'IMAGE_TYPE_UNSUPPORTED'
  | 'PIXELS_UNSUPPORTED'
  | 'IMAGE_DAMAGED'
  | 'ONE_CLASS'
  | 'FEW_IMAGES'
  | 'CLASS_NOT_VALIDATED'
  | 'IMBALANCED_CLASSES'
  | 'DUPLICATES_ACROSS_SPLITS'
  | 'NEAR_DUPLICATES'
  | 'SINGLE_VALUE'
  | 'EXTENSION_MISMATCH'
  | 'EMPTY_CLASS'
  | 'PATH_ESCAPES'
  | 'ZIP_BOMB'
  | 'DUPLICATE_IMAGE'
  | 'SINGLE_IMAGE_CLASS'
  | 'CASE_COLLISION'
  | 'NOT_AN_IMAGE'
  | 'IMAGE_OUTSIDE_CLASS'
  | 'FILE_TOO_LARGE'
  | 'IMAGE_TOO_LARGE'
  | 'NO_CLASSES'
  | 'PATH_NOT_FOUND'
  | 'ARCHIVE_UNREADABLE'
  | 'ARCHIVE_TRUNCATED'
  | 'NAME_UNUSABLE'
  | 'TOO_DEEP'
  | 'UNREADABLE_FILE'
  | 'PATH_TOO_LONG'
  | 'HIDDEN_LEFT_OUT'
  | 'NAMES_MERGED'
  | 'NAMES_GUESSED'
  | 'NAMES_UNDECODABLE'
  | 'NAMES_ENCODING_UNKNOWN'
  | 'LAYOUT_UNCLEAR'
  | 'LAYOUT_GUESSED'
  | 'EMPTY_SPLIT';

/** A problem with a path as people can read it: control characters are spelled out, and of a very long path its ends are left. */
export function makeProblem(code: ProblemCode, path: string, message: string, hint: string): Problem {
  return { code, path: shortened(printable(path)), message, hint, parameters: {} };
}

const longestPath = 500;

function shortened(path: string): string {
  if (path.length <= longestPath) return path;
  const half = longestPath / 2;
  return `${path.slice(0, half)} … ${path.slice(-half)} (${path.length} characters)`;
}

const invisible = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** The text with characters that hide or turn other text spelled out as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Holds problems, at most so many of all; beyond that each code keeps a fair part and the rest are counted. */
export class Findings {
  private readonly byCode = new Map<string, Problem[]>();
  private readonly listed: number;
  private readonly counts = new Map<string, number>();
  private found = 0;

  constructor(listed = 1000) {
    this.listed = listed;
  }

  /** The same findings, to add others to. */
  copy(): Findings {
    const copy = new Findings(this.listed);
    copy.found = this.found;
    for (const [code, count] of this.counts) copy.counts.set(code, count);
    for (const [code, problems] of this.byCode) copy.byCode.set(code, [...problems]);
    return copy;
  }

  add(problem: Problem): void {
    this.found += 1;
    this.counts.set(problem.code, (this.counts.get(problem.code) ?? 0) + 1);
    const same = this.byCode.get(problem.code) ?? [];
    this.byCode.set(problem.code, same);
    if (same.length < this.listed) same.push(problem);
  }

  get count(): number {
    return this.found;
  }

  /** How many of each code, most first. */
  get countsByCode(): { readonly code: string; readonly count: number }[] {
    return [...this.counts]
      .map(([code, count]) => ({ code, count }))
      .sort((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1));
  }

  /** The problems in the order of their paths, and how many more there were. */
  report(): { problems: Problem[]; more: number } {
    let room = this.listed;
    const kinds = [...this.byCode.values()].sort((one, other) => one.length - other.length);
    const problems = kinds.flatMap((same, index) => {
      const part = same.slice(0, Math.floor(room / (kinds.length - index)));
      room -= part.length;
      return part;
    });
    problems.sort((one, other) => (one.path === other.path ? 0 : one.path < other.path ? -1 : 1));
    return { problems, more: this.found - problems.length };
  }
}
