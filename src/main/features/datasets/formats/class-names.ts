import { foldName, normalName } from '../names.ts';
import { listed, makeProblem } from '../problems.ts';
import type { Tally } from './tally.ts';

/** A class's name as it is compared: composed, without blanks around it, and with one blank where several follow each other. */
export function className(written: string): string {
  return normalName(written).toWellFormed().replace(/\s+/gu, ' ').trim();
}

/** Warns of classes whose names differ in upper and lower case only. */
export function reportNamesByCase(tally: Tally, file: string, names: readonly string[]): void {
  for (const same of Map.groupBy(names, foldName).values())
    if (same.length > 1)
      tally.warning('CLASS_NAMES_CASE', same.join('/'), () =>
        makeProblem('CLASS_NAMES_CASE', file, { names: listed(same) }),
      );
}
