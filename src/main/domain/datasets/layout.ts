import { foldName, normalName } from './names.ts';

/** How the folders of a dataset are meant. */
export interface Layout {
  /** The folders, as the source spells them, inside which the classes (or splits) lie: wrapping folders mean nothing. */
  readonly base: readonly string[];
  /** Whether the first level holds `train`, `val`, `test` and the second the classes. */
  readonly hasSplits: boolean;
}

export type Split = 'train' | 'val' | 'test';

const splitNames: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
  testing: 'test',
};

export function splitOf(folder: string): Split | null {
  return splitNames[foldName(folder)] ?? null;
}

const deepestWrapping = 4;

/**
 * Recognises the layout from the paths of images and of all folders. A single folder on top that has folders and no image
 * directly in it wraps the dataset. `train`, `val` and `test` are splits where every folder with images is one of them,
 * `train` is among them and no image lies directly in one; otherwise they are classes like any other.
 */
export function recogniseLayout(
  images: readonly (readonly string[])[],
  folders: readonly (readonly string[])[],
): Layout {
  const base: string[] = [];
  const below = (path: readonly string[]) => base.every((part, level) => path[level] === part);
  while (base.length < deepestWrapping) {
    const level = base.length;
    const tops = new Set<string>();
    let looseImage = false;
    for (const path of images) {
      if (path.length <= level + 1) looseImage = true;
      else tops.add(path[level] ?? '');
    }
    for (const path of folders) if (path.length > level && below(path)) tops.add(path[level] ?? '');
    const [top] = tops;
    if (looseImage || tops.size !== 1 || top === undefined) break;
    const holdsImages = images.some((path) => path.length === level + 2);
    const holdsFolders =
      images.some((path) => path.length > level + 2) ||
      folders.some((path) => path.length > level + 1 && path[level] === top && below(path));
    if (holdsImages || !holdsFolders) break;
    base.push(top);
  }
  return { base, hasSplits: areSplits(images, base.length) };
}

function areSplits(images: readonly (readonly string[])[], level: number): boolean {
  let hasTrain = false;
  for (const path of images) {
    const split = path.length > level + 2 ? splitOf(path[level] ?? '') : null;
    if (split === null) return false;
    if (split === 'train') hasTrain = true;
  }
  return hasTrain;
}

/** Where an image or folder belongs; null where it lies outside of every class. Names are normal (NFC). */
export interface Place {
  readonly split: Split | null;
  readonly class: string;
  /** From the base on, parted by `/`. */
  readonly path: string;
}

/** The place of a path in the layout; `isFolder` where it is a class's folder itself or one below. */
export function placeOf(layout: Layout, path: readonly string[], isFolder: boolean): Place | null {
  const { base, hasSplits } = layout;
  if (!base.every((part, level) => path[level] === part)) return null;
  const rest = path.slice(base.length).map(normalName);
  const classLevel = hasSplits ? 1 : 0;
  const name = rest[classLevel];
  if (name === undefined || rest.length < classLevel + (isFolder ? 1 : 2)) return null;
  const split = hasSplits ? splitOf(rest[0] ?? '') : null;
  if (hasSplits && split === null) return null;
  return { split, class: name, path: rest.join('/') };
}
