import { type FolderNode, imageFolders } from './folder-tree.ts';
import { makeProblem, type Problem, printable } from './problems.ts';
import type { Split } from './split-names.ts';

/** Folders that can be read in two ways. */
export interface Doubt {
  readonly problem: Problem;
  /** The first reading is the usual one: it is taken, and the doubt is a warning. */
  readonly isWarning: boolean;
}

const namedClasses = 3;

function list(folders: readonly FolderNode[]): string {
  const classes = new Map<string, number>();
  for (const { name, total } of folders) classes.set(name, (classes.get(name) ?? 0) + total);
  const named = [...classes].slice(0, namedClasses).map(([name, count]) => `"${printable(name)}" (${count})`);
  const more = classes.size - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * Both readings of the folders in `node`, each with its classes, their counts, and what an image would be labelled.
 * @param path of the node, from the source's top on
 */
export function readingsAt(
  node: FolderNode,
  path: readonly string[],
  splits: ReadonlyMap<string, Split>,
  isWarning: boolean,
): Doubt {
  const level = path.length + 1;
  const folders = imageFolders(node);
  const parents = folders.filter(({ name }) => splits.size === 0 || splits.has(name));
  const inner = parents.flatMap(imageFolders);
  const [sample] = inner;
  const [outer] = sample ? parents : folders;
  const example = sample?.example ?? outer?.example ?? '';
  const outerName = printable(folders.find(({ name }) => name === outer?.name)?.name ?? '');
  const left = node.total - inner.reduce((sum, { total }) => sum + total, 0);
  const first = `(1) the classes are ${list(folders)}: ${printable(example)} is "${outerName}"`;
  const parts = splits.size > 0 ? 'splits' : 'groups';
  const names = parents.map(({ name }) => `"${printable(name)}"`).slice(0, namedClasses);
  const second = sample
    ? `(2) ${names.join(', ')} ${names.length === 1 ? `is a ${parts.slice(0, -1)}` : `are ${parts}`} with the classes ${list(inner)}: ${printable(example)} is "${printable(sample.name)}"${left > 0 ? `, and ${left === 1 ? '1 image is' : `${left} images are`} left out` : ''}`
    : `(2) ${names.join(', ')} ${names.length === 1 ? 'is a split' : 'are splits'} whose ${parents.reduce((sum, { total }) => sum + total, 0)} images have no labels`;
  const chosen = isWarning ? '; the first was taken' : '';
  const option = `"--classes-at ${isWarning && sample ? level + 1 : level}", or "Class folders" in the import form`;
  return {
    isWarning,
    problem: makeProblem(
      isWarning ? 'LAYOUT_GUESSED' : 'LAYOUT_UNCLEAR',
      path.join('/'),
      `The folders can be read in two ways${chosen}: ${first}; ${second}`,
      sample
        ? `Say at which level the classes' folders lie: ${level} for the first, ${level + 1} for the second (${option}).`
        : `Say that they are classes (${option}), or move the images into the folders of their classes or elsewhere.`,
    ),
  };
}
