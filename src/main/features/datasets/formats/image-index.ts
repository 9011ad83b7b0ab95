import { foldName, normalName } from '../names.ts';
import { makeProblem } from '../problems.ts';
import type { ScannedImage } from '../scan.ts';
import { readSplitName, type Split } from '../split-names.ts';
import type { Tally } from './tally.ts';

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

const keyOf = {
  name: (name: string) => name,
  stem: (name: string) => stemOf(name),
  foldedName: (name: string) => foldName(name),
  foldedStem: (name: string) => foldName(stemOf(name)),
};

const notFound: FoundImages = { image: null, candidates: [] };

/** Finds the images that annotation files name in their own ways. */
export class ImageIndex {
  private readonly entries: readonly Indexed[];
  private readonly maps: Partial<Record<keyof typeof keyOf, ReadonlyMap<string, readonly Indexed[]>>> = {};
  /** Every end of every folder in which images lie: `c`, `b/c`, `a/b/c`. */
  private readonly folderEnds = new Set<string>();
  private readonly tally: Tally;

  constructor(images: readonly ScannedImage[], tally: Tally) {
    this.tally = tally;
    this.entries = images.map((image) => ({ image, segments: image.segments.map(normalName) }));
    let last = '';
    for (const { segments } of this.entries) {
      const folder = segments.slice(0, -1);
      const joined = folder.join('/');
      if (joined === last) continue;
      last = joined;
      for (const at of folder.keys()) this.folderEnds.add(folder.slice(at).join('/'));
    }
  }

  /**
   * The image that a written path means: what ends with the path, of several the one in a folder of the split, and nearest to the
   * annotation file. A path of another machine, whose folders are not there, means the file of its name; it may be written as a URL
   * is, in other letters (reported), or without an extension.
   * @param near the folder of the annotation file
   */
  find(written: string, near: readonly string[], split: Split | null): FoundImages {
    for (const path of spellings(written)) {
      const wanted = partsOf(path);
      const name = wanted.at(-1) ?? '';
      const exact = best(this.named('name', name), wanted, near, split);
      if (this.isMeant(exact, wanted, near, split)) return exact;
      const folded = best(this.named('foldedName', foldName(name)), wanted, near, split);
      if (
        folded.candidates.length > 0 &&
        exact.candidates.length === 0 &&
        this.isMeant(folded, wanted, near, split)
      )
        return this.otherwise(written, folded);
      if (exact.candidates.length === 0 && !hasImageExtension(name)) {
        const found = this.findByStem(path, near, split);
        if (found.candidates.length > 0) return found;
      }
    }
    return notFound;
  }

  /** The same by the name without its extension. */
  findByStem(written: string, near: readonly string[], split: Split | null): FoundImages {
    const wanted = partsOf(written);
    const name = wanted.at(-1) ?? '';
    const stem = hasImageExtension(name) || /\.(?:xml|txt)$/i.test(name) ? stemOf(name) : name;
    const exact = this.named('stem', stem);
    const found = best(exact, wanted.slice(0, -1), near, split, 1);
    if (exact.length > 0) return found;
    const folded = best(this.named('foldedStem', foldName(stem)), wanted.slice(0, -1), near, split, 1);
    return folded.candidates.length === 0 ? notFound : this.otherwise(written, folded);
  }

  /** A file of the same name is not meant where the written folder is there and lacks it, or where it lies in another split. */
  private isMeant(
    { candidates }: FoundImages,
    wanted: readonly string[],
    near: readonly string[],
    split: Split | null,
  ): boolean {
    const [first] = candidates;
    if (!first) return false;
    const segments = first.segments.map(normalName);
    const name = segments.at(-1) ?? '';
    const same = commonEnd([...segments.slice(0, -1), wanted.at(-1) ?? name], wanted);
    if (wanted.length > same && this.folderEnds.has(wanted.slice(-same - 1, -1).join('/'))) return false;
    if (split === null) return true;
    // What lies around the annotation file, too, says nothing of the split.
    const own = segments.slice(commonStart(segments.slice(0, -1), near));
    return (
      splitScore(own, split) >= 0 || splitScore(own.slice(0, Math.max(0, own.length - same + 1)), split) >= 0
    );
  }

  /** The images that have this name, in one of its forms; each form is indexed when it is first asked for. */
  private named(form: keyof typeof keyOf, name: string): readonly Indexed[] {
    this.maps[form] ??= Map.groupBy(this.entries, ({ segments }) => keyOf[form](segments.at(-1) ?? ''));
    return this.maps[form].get(name) ?? [];
  }

  private otherwise(written: string, found: FoundImages): FoundImages {
    const { image } = found;
    if (image)
      this.tally.warning('NAMES_BY_CASE', '', (count) =>
        makeProblem('NAMES_BY_CASE', image.sourcePath, { count, written, found: image.sourcePath }),
      );
    return found;
  }
}

/** A file name without its extension. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** The split that the folders of an image say; null where they say none. */
export function splitOfFolder(segments: readonly string[]): Split | null {
  for (const folder of segments.slice(0, -1).reverse()) {
    const name = readSplitName(folder);
    if (name) return name.split;
  }
  return null;
}

const hasImageExtension = (name: string) =>
  /\.(?:jpe?g|jpe|jfif|png|bmp|tiff?|webp|gif|avif|heic|jp2|dng|pfm|mpo)$/i.test(name);

/** A path as it is written, without blanks around it, and as a URL writes it: in escapes, with a query. */
function spellings(written: string): string[] {
  const bare = written.trim();
  const url = /^[a-z][a-z\d+.-]+:\/\//i.test(bare) ? bare.replace(/[?#].*$/s, '') : bare;
  let decoded = url;
  try {
    decoded = decodeURIComponent(url);
  } catch {
    // It has a percent sign that is one.
  }
  return [...new Set([written, bare, url, decoded])];
}

function partsOf(written: string): string[] {
  return normalName(written)
    .split(/[\\/]+/)
    .filter((part) => part !== '' && part !== '.' && part !== '..');
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
