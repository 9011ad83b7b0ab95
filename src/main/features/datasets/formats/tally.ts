import type { ErrorCode } from '../../../../shared/errors/catalogue.ts';
import type { Findings, Problem } from '../problems.ts';

/** So many errors of one kind are listed of one group; the rest are counted. */
const listedOfAGroup = 100;

/**
 * Gathers what is wrong with the rows of annotation files, of which there may be millions: of a warning the first of each kind and
 * group (a file of many images, or all files of one image each) stands for all of them with their count; of errors the first ones
 * are listed.
 */
export class Tally {
  private readonly errors: Findings;
  private readonly warnings: Findings;
  private readonly listed = new Map<string, number>();
  private readonly kinds = new Map<string, { count: number; readonly make: (count: number) => Problem }>();

  constructor(errors: Findings, warnings: Findings) {
    this.errors = errors;
    this.warnings = warnings;
  }

  /** @param make is called only if the error is to be listed */
  error(code: ErrorCode, group: string, make: () => Problem): void {
    const key = `${code} ${group}`;
    const count = (this.listed.get(key) ?? 0) + 1;
    this.listed.set(key, count);
    if (count <= listedOfAGroup) this.errors.add(make());
    else this.errors.addUnlisted(code);
  }

  /** Counts errors that are not listed. */
  moreErrors(code: ErrorCode, count: number): void {
    for (let at = 0; at < count; at += 1) this.errors.addUnlisted(code);
  }

  /** @param make is called once, at the end, for the first one of its kind and group, with the count of all */
  warning(code: ErrorCode, group: string, make: (count: number) => Problem): void {
    const key = `${code} ${group}`;
    const kind = this.kinds.get(key);
    if (kind) kind.count += 1;
    else this.kinds.set(key, { count: 1, make });
  }

  finish(): void {
    for (const { count, make } of this.kinds.values()) this.warnings.add(make(count));
    this.kinds.clear();
  }
}
