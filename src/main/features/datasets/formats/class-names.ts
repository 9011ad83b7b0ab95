import { foldName } from '../names.ts';
import { listed, makeProblem } from '../problems.ts';
import type { Tally } from './tally.ts';

/** Warns of classes whose names differ in upper and lower case only. */
export function reportNamesByCase(tally: Tally, file: string, names: readonly string[]): void {
  for (const same of Map.groupBy(names, foldName).values())
    if (same.length > 1)
      tally.warning('CLASS_NAMES_CASE', same.join('/'), () =>
        makeProblem('CLASS_NAMES_CASE', file, { names: listed(same) }),
      );
}
