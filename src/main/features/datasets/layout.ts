import { type FolderNode, growTree, imageFolders, isNested, type SeenPaths } from './folder-tree.ts';
import { type Doubt, readingsAt } from './layout-doubt.ts';
import { normalName } from './names.ts';
import {
  isCompanionName,
  isUnlabelledName,
  isWrappingName,
  readSplitName,
  type Split,
  splitsAmong,
} from './split-names.ts';

export type { Split } from './split-names.ts';

/** A folder inside which the classes' folders lie. Its path is normal (NFC), from the source's top on. */
interface ClassRoot {
  readonly path: readonly string[];
  readonly split: Split | null;
}

const keyOf = (path: readonly string[]) => path.join('/');

/** How the folders of a dataset are meant. */
export interface Layout {
  /** The wrapping folders, as the source spells them: what a version's paths begin below. */
  readonly base: readonly string[];
  /** The split of each folder inside which classes lie, by its normal path from the source's top on. */
  readonly roots: ReadonlyMap<string, Split | null>;
  /** How many levels deep those folders lie. */
  readonly depths: readonly number[];
  /** Whether the images are divided into `train`, `val` and `test`. */
  readonly hasSplits: boolean;
  /** Folders (normal paths) that are no classes although they lie where classes do. */
  readonly leftOut: ReadonlySet<string>;
}

export interface Recognition {
  readonly layout: Layout;
  /** Null if the reading is certain. */
  readonly doubt: Doubt | null;
  /** Splits without a single image. */
  readonly emptySplits: readonly string[];
}

const deepestWrapping = 4;

/**
 * Recognises how folders are meant, from the paths of images and of all folders.
 *
 * A folder that alone holds images, none directly, wraps the dataset. The folders of the first level below are splits where
 * their names say so and classes lie in them; what is neither split nor class there is left out. Where names and contents don't agree
 * there is a doubt, with both readings.
 * @param classesAt the level of the classes' folders (1 is the source's first), where somebody said it: then nothing is guessed
 */
export function recogniseLayout(seen: SeenPaths, classesAt: number | null = null): Recognition {
  const tree = growTree(seen);
  return classesAt === null
    ? guess(tree)
    : { layout: layoutAt(tree, classesAt), doubt: null, emptySplits: [] };
}

/** The layout with the classes' folders at a level. */
function layoutAt(tree: FolderNode, level: number): Layout {
  const roots: ClassRoot[] = [];
  const visit = (
    node: FolderNode,
    path: readonly string[],
    split: Split | null,
    splits: Map<string, Split>,
  ) => {
    const own = splits.get(node.name) ?? split;
    if (path.length === level - 1) {
      roots.push({ path, split: own });
      return;
    }
    const below = splitsAmong([...node.children.keys()]);
    for (const child of node.children.values()) visit(child, [...path, child.name], own, below);
  };
  visit(tree, [], null, new Map());
  return layoutOf([], roots, new Set());
}

/** Roots beside those of splits are not part of the dataset. A single split does not count as one: the trainer divides the images. */
function layoutOf(
  base: readonly string[],
  roots: readonly ClassRoot[],
  leftOut: ReadonlySet<string>,
): Layout {
  const inSplits = roots.filter(({ split }) => split !== null);
  const used = inSplits.length > 0 ? inSplits : roots;
  const hasSplits = new Set(used.map(({ split }) => split)).size > 1;
  return {
    base,
    roots: new Map(used.map(({ path, split }) => [keyOf(path), hasSplits ? split : null])),
    depths: [...new Set(used.map(({ path }) => path.length))],
    hasSplits,
    leftOut,
  };
}

function guess(tree: FolderNode): Recognition {
  const base: string[] = [];
  let node = tree;
  for (let inner = unwrap(node); inner && base.length < deepestWrapping; inner = unwrap(node)) {
    base.push(inner.spelled);
    node = inner;
  }
  const path = base.map(normalName);
  const doubt = doubtAt(node, path);
  const splits = doubt ? new Map<string, Split>() : certainSplits(node);
  if (splits.size > 0) return inSplits(node, base, splits);
  const companions = [...node.children.values()].filter((folder) => isCompanion(folder, node));
  const leftOut = new Set(companions.map(({ name }) => keyOf([...path, name])));
  return { layout: layoutOf(base, [{ path, split: null }], leftOut), doubt, emptySplits: [] };
}

/** The one folder in this one that holds images, where it can only be a wrapping; else null. */
function unwrap(node: FolderNode): FolderNode | null {
  const [only, second] = imageFolders(node);
  if (!only || second || only.images > 0 || only.isTwofold) return null;
  const others = [...node.children.values()].filter((child) => child !== only);
  const splits = splitsAmong([...node.children.keys()]);
  if (splits.has(only.name) && others.some(({ name }) => splits.has(name))) return null;
  // An empty folder beside it could be a class whose images are still to come.
  return others.every((other) => other.holdsOthers || isCompanionName(other.name)) ? only : null;
}

/**
 * A folder that is no class although it lies among classes: one for images without labels, or one with a name as of annotations
 * or documentation that has no image, or has them deeper than the classes beside it.
 */
function isCompanion(folder: FolderNode, parent: FolderNode): boolean {
  if (isUnlabelledName(folder.name)) return true;
  if (!isCompanionName(folder.name) || folder.images > 0) return false;
  return folder.total === 0 ? folder.holdsOthers : imageFolders(parent).some((other) => other.images > 0);
}

/** Where the classes of a split lie: below folders that only wrap them. Null if its images have no classes. */
function classesOf(split: FolderNode): { node: FolderNode; path: string[] } | null {
  const path: string[] = [];
  let node = split;
  for (;;) {
    const [only, second] = imageFolders(node);
    const wraps =
      only !== undefined &&
      !second &&
      node.images === 0 &&
      (isWrappingName(only.name) || only.name === node.name || readSplitName(only.name) !== null);
    if (!wraps) return isNested(node) ? { node, path } : null;
    path.push(only.name);
    node = only;
  }
}

function inSplits(
  node: FolderNode,
  base: readonly string[],
  splits: ReadonlyMap<string, Split>,
): Recognition {
  const roots: ClassRoot[] = [];
  const emptySplits: string[] = [];
  const top = base.map(normalName);
  for (const [name, split] of splits) {
    const folder = node.children.get(name);
    const classes = folder && classesOf(folder);
    if (classes) roots.push({ path: [...top, name, ...classes.path], split });
    else if (folder?.total === 0) emptySplits.push(keyOf([...top, name]));
  }
  return { layout: layoutOf(base, roots, new Set()), doubt: null, emptySplits };
}

/** The splits of a level where there is no doubt that they are; call it only where {@link doubtAt} found none. */
function certainSplits(node: FolderNode): Map<string, Split> {
  const splits = splitsAmong([...node.children.keys()]);
  const hasClasses = [...splits.keys()].some((name) => {
    const folder = node.children.get(name);
    return folder !== undefined && classesOf(folder) !== null;
  });
  return hasClasses ? splits : new Map();
}

/** What can be read in two ways at the level where classes or splits lie. */
function doubtAt(node: FolderNode, path: readonly string[]): Doubt | null {
  const folders = imageFolders(node);
  const splits = splitsAmong([...node.children.keys()]);
  const named = folders.filter(({ name }) => splits.has(name));
  const others = folders.filter(({ name }) => !splits.has(name));
  const unclear = (isCertainEnough: boolean) => readingsAt(node, path, splits, isCertainEnough);
  if (named.length === 0) return doubtOfClasses(node, others, unclear);
  const inClasses = named.filter((folder) => classesOf(folder) !== null);
  if (inClasses.length === 0) {
    if (others.length === 0 || others.every(isNested)) return unclear(false);
    // A class that is called "test" among others with images of their own.
    return unclear(true);
  }
  const unknown = others.filter(({ name }) => !isCompanionName(name));
  if (unknown.length === 0 || shareClasses(inClasses)) return null;
  return unclear(false);
}

function doubtOfClasses(
  node: FolderNode,
  folders: readonly FolderNode[],
  unclear: (isCertainEnough: boolean) => Doubt,
): Doubt | null {
  const [first, ...rest] = folders.filter((folder) => !isCompanion(folder, node));
  if (!first || !folders.every((folder) => isNested(folder) && imageFolders(folder).length > 1)) return null;
  // The only folder with images, beside an empty one.
  if (rest.length === 0) return node.children.size > 1 ? unclear(false) : null;
  return unclear(!rest.some((folder) => common(first, folder) > 1));
}

const common = (one: FolderNode, other: FolderNode) => {
  const names = new Set(imageFolders(other).map(({ name }) => name));
  return imageFolders(one).filter(({ name }) => names.has(name)).length;
};

function shareClasses(splits: readonly FolderNode[]): boolean {
  const seen = new Set<string>();
  for (const split of splits) {
    const names = imageFolders(classesOf(split)?.node ?? split).map(({ name }) => name);
    if (names.some((name) => seen.has(name))) return true;
    for (const name of names) seen.add(name);
  }
  return false;
}

/** Where an image or folder belongs; null if it lies outside of every class. Names are normal (NFC). */
export interface Place {
  readonly split: Split | null;
  readonly class: string;
  /** From the base on, parted by `/`. */
  readonly path: string;
  /** The level of the class's folder in the source, from 1 on. */
  readonly level: number;
}

/** The place of a path in the layout; `isFolder` where it is a class's folder itself or one below. */
export function placeOf(layout: Layout, path: readonly string[], isFolder: boolean): Place | null {
  const segments = path.map(normalName);
  const depth = layout.depths.find((levels) => layout.roots.has(keyOf(segments.slice(0, levels))));
  if (depth === undefined) return null;
  const level = depth + 1;
  const name = segments[level - 1];
  if (name === undefined || segments.length < level + (isFolder ? 0 : 1)) return null;
  if (layout.leftOut.size > 0 && layout.leftOut.has(keyOf(segments.slice(0, level)))) return null;
  const split = layout.roots.get(keyOf(segments.slice(0, depth))) ?? null;
  return { split, class: name, path: segments.slice(layout.base.length).join('/'), level };
}
