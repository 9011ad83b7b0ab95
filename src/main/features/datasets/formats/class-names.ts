import { foldName, normalName } from '../names.ts';
import { listed, makeProblem } from '../problems.ts';
import type { Tally } from './tally.ts';

/** What turns the direction of the text around it; none is seen. */
const turning = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A class's name as it is compared: composed, without blanks around it, and with one blank where several follow each other. Control
 * characters count as blanks: stores can't hold all of them, and terminals obey them.
 */
export function className(written: string): string {
  return normalName(written)
    .toWellFormed()
    .replace(turning, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** Warns of classes whose names differ in upper and lower case only. */
export function reportNamesByCase(tally: Tally, file: string, names: readonly string[]): void {
  for (const same of Map.groupBy(names, foldName).values())
    if (same.length > 1)
      tally.warning('CLASS_NAMES_CASE', same.join('/'), () =>
        makeProblem('CLASS_NAMES_CASE', file, { names: listed(same) }),
      );
}
