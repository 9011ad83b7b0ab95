import { normalName } from '../names.ts';
import type { ScannedImage } from '../scan.ts';
import { readSplitName, type Split } from '../split-names.ts';

interface Indexed {
  readonly image: ScannedImage;
  /** Normal (NFC). */
  readonly segments: readonly string[];
}

export interface FoundImages {
  /** The one that fits best; null if none fits, or several equally well. */
  readonly image: ScannedImage | null;
  /** All that fit equally well. */
  readonly candidates: readonly ScannedImage[];
}

/** Finds the images that annotation files name in their own ways. */
export class ImageIndex {
  private readonly byName = new Map<string, Indexed[]>();
  private readonly byStem = new Map<string, Indexed[]>();

  constructor(images: readonly ScannedImage[]) {
    for (const image of images) {
      const segments = image.segments.map(normalName);
      const name = segments.at(-1) ?? '';
      const entry = { image, segments };
      push(this.byName, name, entry);
      push(this.byStem, stemOf(name), entry);
    }
  }

  /**
   * The image that a written path means: what ends with the path, of several the one in a folder of the split, and nearest to the
   * annotation file. A path of another machine, whose folders are not there, means the file of its name.
   * @param near the folder of the annotation file
   */
  find(written: string, near: readonly string[], split: Split | null): FoundImages {
    const wanted = partsOf(written);
    const named = this.byName.get(wanted.at(-1) ?? '') ?? [];
    return best(named, wanted, near, split);
  }

  /** The same by the name without its extension. */
  findByStem(written: string, near: readonly string[], split: Split | null): FoundImages {
    const wanted = partsOf(written);
    const named = this.byStem.get(stemOf(wanted.at(-1) ?? '')) ?? [];
    return best(named, wanted.slice(0, -1), near, split, 1);
  }
}

export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

function partsOf(written: string): string[] {
  return normalName(written)
    .split(/[\\/]+/)
    .filter((part) => part !== '' && part !== '.');
}

function push(map: Map<string, Indexed[]>, key: string, entry: Indexed): void {
  const same = map.get(key);
  if (same) same.push(entry);
  else map.set(key, [entry]);
}

/** @param skipped so many last segments of an image's path are not compared */
function best(
  named: readonly Indexed[],
  wanted: readonly string[],
  near: readonly string[],
  split: Split | null,
  skipped = 0,
): FoundImages {
  let left = named;
  for (const score of [
    ({ segments }: Indexed) => commonEnd(segments.slice(0, segments.length - skipped), wanted),
    ({ segments }: Indexed) => (split === null ? 0 : splitScore(segments, split)),
    ({ segments }: Indexed) => commonStart(segments, near),
    // Of two that lie in one folder and below, the one on top.
    ({ segments }: Indexed) => -segments.length,
  ]) {
    if (left.length < 2) break;
    const scores = left.map(score);
    const highest = Math.max(...scores);
    left = left.filter((_, index) => scores[index] === highest);
  }
  const candidates = left.map(({ image }) => image);
  return { image: candidates.length === 1 ? (candidates[0] ?? null) : null, candidates };
}

function commonEnd(path: readonly string[], wanted: readonly string[]): number {
  let count = 0;
  while (count < wanted.length && path.at(-1 - count) === wanted.at(-1 - count)) count += 1;
  return count;
}

function commonStart(path: readonly string[], near: readonly string[]): number {
  let count = 0;
  while (count < near.length && path[count] === normalName(near[count] ?? '')) count += 1;
  return count;
}

function splitScore(segments: readonly string[], split: Split): number {
  const splits = segments.slice(0, -1).map((folder) => readSplitName(folder)?.split ?? null);
  if (splits.includes(split)) return 1;
  return splits.some((each) => each !== null) ? -1 : 0;
}
