import { normalName } from '../../names.ts';
import { readSplitName, type Split } from '../../split-names.ts';
import { splitOfFolder, stemOf } from '../image-index.ts';

interface SplitList {
  /** The folder of the dataset that the list is of: that in which `ImageSets` lies. */
  readonly root: string;
  readonly split: Split;
  readonly isOfMasks: boolean;
  readonly stems: ReadonlySet<string>;
}

/** The lists in `ImageSets`: the names of images without extension, one on each line. */
export class ImageSets {
  private readonly lists: SplitList[] = [];

  /** Lists of other names (of both splits, of one class) say nothing more. */
  add(segments: readonly string[], text: string): void {
    const name = segments.at(-1) ?? '';
    const split = /^(?:train|val|valid|test)\.txt$/i.test(name) ? readSplitName(stemOf(name))?.split : null;
    if (!split) return;
    const at = segments.findIndex(isImageSets);
    // "000012", "sub/000012", "000012.jpg"; a column with 1 or -1 may follow.
    const rows = text.split(/\r\n|\n|\r/).map((line) => line.trim());
    const stems = rows.flatMap((row) => {
      const last = row.split('/').at(-1) ?? '';
      const written = /\s-?[01]$/.test(last) ? last.replace(/\s+-?[01]$/, '') : last;
      return written === '' ? [] : [normalName(written.replace(/\.(?:jpe?g|png|bmp|tiff?|webp)$/i, ''))];
    });
    this.lists.push({
      root: segments.slice(0, at).join('/'),
      split,
      isOfMasks: segments.some((each) => /^Segmentation$/i.test(each)),
      stems: new Set(stems),
    });
  }

  /** The split of an image: by the lists of masks first where there are masks; by the names of folders where there is no list. */
  splitOf(segments: readonly string[], byMasks: boolean): Split | null {
    const path = segments.join('/');
    const own = this.lists.filter(({ root }) => root === '' || path.startsWith(`${root}/`));
    if (own.length === 0) return splitOfFolder(segments);
    const stem = normalName(stemOf(segments.at(-1) ?? ''));
    const named = own.filter(({ stems }) => stems.has(stem));
    return (named.find(({ isOfMasks }) => isOfMasks === byMasks) ?? named[0])?.split ?? null;
  }
}

/** A text file in `ImageSets`: it lists the images of a split. */
export const isSplitList = (segments: readonly string[]) =>
  /\.txt$/i.test(segments.at(-1) ?? '') && segments.slice(0, -1).some(isImageSets);

const isImageSets = (folder: string) => /^ImageSets$/i.test(folder);
