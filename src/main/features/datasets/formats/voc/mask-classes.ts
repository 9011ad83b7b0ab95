import { borderColour, borderIndex, challengeClasses, challengeColour, type MaskClass } from './labelmap.ts';

/** A value of masks: an index, with the colour that its palette gives it, or a colour. */
export interface MaskValue {
  readonly kind: 'index' | 'colour';
  readonly value: number;
  /** Null for an index without a palette. */
  readonly colour: number | null;
}

/** What a value of a mask means: a class by its name, the background, or what is of no class. */
export type Meaning = { readonly name: string } | 'background' | 'ignored' | 'unknown';

/** A class that people add for the pixels of no class. */
export const isBackground = (name: string) => /^(?:_*background_*|배경)$/i.test(name);

/**
 * How a value of masks is meant: by the label map's colours, else its order, else by the challenge's own classes. The background is 0
 * everywhere.
 * @param map null where the dataset has none
 */
export function meaningOf({ kind, value, colour }: MaskValue, map: readonly MaskClass[] | null): Meaning {
  if (value === (kind === 'index' ? borderIndex : borderColour)) return 'ignored';
  if (value === 0) return 'background';
  if (map) {
    const byColour = colour === null ? undefined : map.find((each) => each.colour === colour);
    // A map without the background begins with the class 1.
    const first = map.some(({ name }) => isBackground(name)) ? 0 : 1;
    const found = byColour ?? (kind === 'index' ? map[value - first] : undefined);
    if (!found) return 'unknown';
    return isBackground(found.name) ? 'background' : { name: found.name };
  }
  const index = kind === 'index' ? value : indexOfColour(value);
  const name = challengeClasses[index - 1];
  return name === undefined ? 'unknown' : { name };
}

function indexOfColour(colour: number): number {
  for (let index = 1; index <= challengeClasses.length; index += 1)
    if (challengeColour(index) === colour) return index;
  return 0;
}
