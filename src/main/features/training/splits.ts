import { fault } from '../../../shared/errors/catalogue.ts';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';

export interface Splits {
  readonly trainSplit: number;
  readonly valSplit: number;
  readonly testSplit: number;
}

const names = ['trainSplit', 'valSplit', 'testSplit'] as const;

/** Shares as people write them: 0.3, not 0.30000000000000004. */
const tidy = (share: number) => Math.round(share * 1e9) / 1e9;

/**
 * Makes three shares that add up to 1 from those that were given: what is left over goes to the others in the proportion
 * of the defaults.
 * @throws TrainyardError SPLITS_INVALID if the given ones leave no such shares, or nothing to train on
 */
export function completeSplits(
  given: { readonly [Name in keyof Splits]?: number | undefined },
  defaults: Splits,
): Splits {
  const named = names.filter((name) => given[name] !== undefined);
  const open = names.filter((name) => given[name] === undefined);
  const left = 1 - named.reduce((sum, name) => sum + (given[name] ?? 0), 0);
  if (left < -1e-6 || (open.length === 0 && left > 1e-6)) {
    const sum = tidy(1 - left);
    const parts = named.map((name) => `${name} ${given[name]}`).join(' + ');
    const values = { parts, sum };
    throw splitsInvalid(
      named[0],
      open.length === 0
        ? phrase('{parts} is {sum}, not 1', '{parts}의 합이 1이 아니라 {sum}입니다', values)
        : phrase('{parts} is {sum}, not at most 1', '{parts}의 합 {sum}이 1을 넘습니다', values),
    );
  }
  const weight = open.reduce((sum, name) => sum + defaults[name], 0);
  const shareOf = (name: keyof Splits): number => {
    const value = given[name];
    if (value !== undefined) return value;
    if (weight > 0) return tidy(Math.max(0, left) * (defaults[name] / weight));
    return name === open[0] ? tidy(Math.max(0, left)) : 0;
  };
  const splits = {
    trainSplit: shareOf('trainSplit'),
    valSplit: shareOf('valSplit'),
    testSplit: shareOf('testSplit'),
  };
  if (splits.trainSplit === 0)
    throw splitsInvalid(named[0], {
      en: 'The splits leave no images to train on',
      ko: '학습할 이미지가 남지 않습니다',
    });
  return splits;
}

function splitsInvalid(field: keyof Splits | undefined, problem: Bilingual): TrainyardError {
  return fault(
    'SPLITS_INVALID',
    { problem },
    { place: { field: `overrides.dataset.${field ?? 'trainSplit'}` } },
  );
}
