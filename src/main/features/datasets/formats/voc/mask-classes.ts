import type { MaskPixels } from '../../pixels/mask-pixels.ts';
import { borderColour, borderIndex, challengeClasses, challengeColour, type MaskClass } from './labelmap.ts';

/** What a value of a mask means: a class by its name, the background, or what is of no class. */
export type Meaning = { readonly name: string } | 'background' | 'ignored' | 'unknown';

const isBackground = (name: string) => /^(?:_*background_*|배경)$/i.test(name);

/**
 * How the values of masks are meant: by the label map's colours, else its order, else by the challenge's own classes.
 * @param map null where the dataset has none
 */
export function meaningOf(
  value: number,
  { kind, palette }: MaskPixels,
  map: readonly MaskClass[] | null,
): Meaning {
  if (kind === 'index' && value === borderIndex) return 'ignored';
  const colour = kind === 'colour' ? value : (palette?.[value] ?? null);
  if (kind === 'colour' && value === borderColour) return 'ignored';
  if (map) {
    const byColour = colour === null ? undefined : map.find((each) => each.colour === colour);
    const found = byColour ?? (kind === 'index' ? map[value] : undefined);
    if (!found) return value === 0 ? 'background' : 'unknown';
    return isBackground(found.name) ? 'background' : { name: found.name };
  }
  if (value === 0) return 'background';
  const index = kind === 'index' ? value : indexOfColour(value);
  const name = challengeClasses[index - 1];
  return name === undefined ? 'unknown' : { name };
}

function indexOfColour(colour: number): number {
  for (let index = 1; index <= challengeClasses.length; index += 1)
    if (challengeColour(index) === colour) return index;
  return 0;
}
