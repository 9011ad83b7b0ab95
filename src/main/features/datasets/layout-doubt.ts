import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import { type FolderNode, imageFolders } from './folder-tree.ts';
import { makeProblem, type Problem } from './problems.ts';
import type { Split } from './split-names.ts';

/** Folders that can be read in two ways. */
export interface Doubt {
  readonly problem: Problem;
  /** The first reading is the usual one: it is taken, and the doubt is a warning. */
  readonly isWarning: boolean;
}

const namedFolders = 3;

const count = (folders: readonly FolderNode[]) => folders.reduce((sum, { total }) => sum + total, 0);

function list(folders: readonly FolderNode[]): Bilingual {
  const classes = new Map<string, number>();
  for (const { name, total } of folders) classes.set(name, (classes.get(name) ?? 0) + total);
  const named = [...classes].slice(0, namedFolders).map(([name, images]) => `"${name}" (${images})`);
  const [names, more] = [named.join(', '), classes.size - named.length];
  return more > 0
    ? phrase('{names} and {more} more', '{names} 외 {more}개', { names, more })
    : phrase(names, names, {});
}

/** The reading in which the folders hold the classes' folders: `inner`. */
function innerReading(
  node: FolderNode,
  parents: readonly FolderNode[],
  inner: readonly FolderNode[],
  areSplits: boolean,
) {
  const left = node.total - count(inner);
  const kinds = areSplits
    ? phrase('{count|is a split|are splits}', '분할', { count: parents.length })
    : phrase('{count|is a group|are groups}', '묶음', { count: parents.length });
  return phrase(
    '{kinds} with the classes {list}: {example} is "{label}"{left}',
    '{kinds}이고 클래스는 {list}: {example}의 라벨은 "{label}"{left}',
    {
      kinds,
      list: list(inner),
      example: inner[0]?.example ?? '',
      label: inner[0]?.name ?? '',
      left:
        left > 0
          ? phrase(', and {left} {left|image is|images are} left out', ', 이미지 {left}장은 제외', { left })
          : '',
    },
  );
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
  const isNested = inner.length > 0;
  const [outer] = isNested ? parents : folders;
  const readings = phrase(
    '(1) the classes are {list}: {example} is "{label}"; (2) {names} {second}',
    '(1) 클래스는 {list}: {example}의 라벨은 "{label}", (2) {names}{names|은|는} {second}',
    {
      list: list(folders),
      example: inner[0]?.example ?? outer?.example ?? '',
      label: outer?.name ?? '',
      names: parents
        .map(({ name }) => `"${name}"`)
        .slice(0, namedFolders)
        .join(', '),
      second: isNested
        ? innerReading(node, parents, inner, splits.size > 0)
        : phrase(
            '{count|is a split|are splits} whose {images} images have no labels',
            '분할이고 그 이미지 {images}장에는 라벨이 없음',
            { count: parents.length, images: count(parents) },
          ),
    },
  );
  const option = phrase(
    '"--classes-at {level}", or "Class folders" in the import form',
    '"--classes-at {level}", 가져오기 화면의 “클래스 폴더”',
    { level: isWarning && isNested ? level + 1 : level },
  );
  const options = isNested
    ? phrase(
        'the classes’ folders lie at level {level} in the first, {inner} in the second ({option})',
        '클래스 폴더의 단계는 첫 번째가 {level}, 두 번째가 {inner}입니다({option}).',
        { level, inner: level + 1, option },
      )
    : phrase(
        'that they are classes ({option}), or move the images into the folders of their classes or elsewhere',
        '클래스가 맞다면 {option}, 아니면 이미지를 클래스의 폴더나 다른 곳으로 옮기세요.',
        { option },
      );
  const code = isWarning ? 'LAYOUT_GUESSED' : 'LAYOUT_UNCLEAR';
  return { isWarning, problem: makeProblem(code, path.join('/'), { readings, options }) };
}
