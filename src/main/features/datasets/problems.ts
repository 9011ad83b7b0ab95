import type { z } from 'zod';
import type { problem } from '../../../shared/contract/common.ts';
import { type ErrorCode, type ErrorParameters, english } from '../../../shared/errors/catalogue.ts';
import type { Parameter } from '../../../shared/errors/entry.ts';
import { printable } from '../../../shared/format/printable.ts';

export type Problem = z.infer<typeof problem>;

/** A finding, its path and what it names as people can read them: control characters are spelled out, and of what is very long its ends are left. */
export function makeProblem<Code extends ErrorCode>(
  code: Code,
  path: string,
  parameters: ErrorParameters<Code>,
  line?: number,
): Problem {
  const shown = Object.fromEntries(
    Object.entries<Parameter>(parameters).map(([name, value]) => [name, readable(value)]),
  );
  const where = line === undefined ? {} : { line };
  return { code, path: shortened(printable(path)), ...where, ...english(code, shown), parameters: shown };
}

function readable(value: Parameter): Parameter {
  if (typeof value === 'number') return value;
  const shown = (text: string) => shortened(printable(text), longestParameter);
  return typeof value === 'string' ? shown(value) : { en: shown(value.en), ko: shown(value.ko) };
}

/** The first of some names; `…` stands for the others. */
export const listed = (names: readonly string[], most = 10) =>
  `${names.slice(0, most).join(', ')}${names.length > most ? ', …' : ''}`;

const longestPath = 500;
/** Of a list of names, too. What a file names may be as long as the file. */
const longestParameter = 4000;

function shortened(text: string, longest = longestPath): string {
  if (text.length <= longest) return text;
  const half = longest / 2;
  return `${text.slice(0, half)} … ${text.slice(-half)} (${text.length} characters)`;
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

  add(problem: Problem): void {
    this.found += 1;
    this.counts.set(problem.code, (this.counts.get(problem.code) ?? 0) + 1);
    const same = this.byCode.get(problem.code) ?? [];
    this.byCode.set(problem.code, same);
    if (same.length < this.listed) same.push(problem);
  }

  /** Counts one more of a code, of which enough are listed. */
  addUnlisted(code: string): void {
    this.found += 1;
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
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

  /** The problems in the order of their paths and lines, and how many more there were. */
  report(): { problems: Problem[]; more: number } {
    let room = this.listed;
    const kinds = [...this.byCode.values()].sort((one, other) => one.length - other.length);
    const problems = kinds.flatMap((same, index) => {
      const part = same.slice(0, Math.floor(room / (kinds.length - index)));
      room -= part.length;
      return part;
    });
    problems.sort((one, other) =>
      one.path === other.path ? (one.line ?? 0) - (other.line ?? 0) : one.path < other.path ? -1 : 1,
    );
    return { problems, more: this.found - problems.length };
  }
}
