import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import { listed, makeProblem } from '../../problems.ts';
import { className, longNameHint, reportNamesByCase, whyTooLong } from '../class-names.ts';
import type { Tally } from '../tally.ts';
import { others } from './coco-faults.ts';
import type { ReadCocoFile } from './coco-file.ts';
import type { CocoCategory } from './entries.ts';

interface MatchedCategories {
  /** By ascending id of the first file, then what further files add. */
  readonly classes: string[];
  /** For each file, the class of each of its categories; -1 where it is none. */
  readonly maps: Int32Array[];
  readonly isFatal: boolean;
}

/** Gives the categories of all files one order: files may number them each in their own way, the names count. */
export function matchCategories(files: readonly ReadCocoFile[], tally: Tally): MatchedCategories {
  // In their order, with their places: there may be as many as annotations.
  const classes = new Map<string, number>();
  let isFatal = false;
  const maps = files.map((file, index) => {
    const { categories } = file.content;
    const root = rootOf(categories);
    if (root) reportRoot(tally, file, root);
    const map = new Int32Array(categories.length).fill(-1);
    const order = [...categories.keys()].sort((one, other) => compareIds(categories[one], categories[other]));
    const seen = new Map<string, CocoCategory>();
    const added: string[] = [];
    for (const at of order) {
      const category = categories[at] as CocoCategory;
      if (category === root) continue;
      const name = className(category.entry?.name ?? '');
      if (name === '') {
        if (reportNameless(tally, file, category)) isFatal = true;
        continue;
      }
      const tooLong = whyTooLong(name);
      if (tooLong) {
        reportLongName(tally, file, category, tooLong);
        isFatal = true;
        continue;
      }
      const twin = seen.get(name);
      if (twin) {
        reportTwice(tally, file, twin, category, name);
        isFatal = true;
        continue;
      }
      seen.set(name, category);
      const known = classes.get(name);
      map[at] = known ?? classes.size;
      if (known !== undefined) continue;
      classes.set(name, classes.size);
      added.push(name);
    }
    const first = files[0];
    if (index > 0 && first) reportDifference(tally, file, first, added);
    return map;
  });
  const names = [...classes.keys()];
  reportNamesByCase(tally, files[0]?.path ?? '', names);
  return { classes: names, maps, isFatal };
}

function compareIds(one: CocoCategory | undefined, other: CocoCategory | undefined): number {
  const [left, right] = [one?.id ?? 0, other?.id ?? 0];
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1;
  return left < right ? -1 : 1;
}

/** Some exporters put a category above all others (id 0, the parent of the rest), which no annotation has. */
function rootOf(categories: readonly CocoCategory[]): CocoCategory | null {
  const known = categories.filter(({ entry }) => entry !== null);
  if (known.length < 2) return null;
  const root = known.find(
    (category) =>
      category.annotations === 0 &&
      category.entry?.name &&
      known.every((each) => each === category || each.entry?.parent === category.entry?.name),
  );
  return root ?? null;
}

function reportRoot(tally: Tally, { path }: ReadCocoFile, { entry }: CocoCategory): void {
  tally.warning('CATEGORY_LEFT_OUT', path, () =>
    makeProblem('CATEGORY_LEFT_OUT', path, { name: entry?.name ?? '' }, entry?.line),
  );
}

/** A category that annotations name and the file does not list, or one that has no name; answers whether it is of the second kind. */
function reportNameless(tally: Tally, { path, content }: ReadCocoFile, category: CocoCategory): boolean {
  const { entry, id, annotations, firstId, firstLine } = category;
  if (entry === null) {
    tally.error('CATEGORY_UNKNOWN', path, () => {
      const known = listed(
        content.categories
          .filter((each) => each.entry !== null)
          .sort(compareIds)
          .map((each) => `${each.id} (${each.entry?.name})`),
        20,
      );
      return makeProblem(
        'CATEGORY_UNKNOWN',
        path,
        { annotation: firstId ?? '?', category: id, known, more: others(annotations - 1) },
        firstLine,
      );
    });
    return false;
  }
  tally.error('ENTRY_INVALID', path, () =>
    makeProblem(
      'ENTRY_INVALID',
      path,
      {
        entry: phrase('Category {id}', '카테고리 {id}', { id }),
        why: { en: 'has no name', ko: '이름이 없습니다' },
        hint: { en: 'Give it a "name".', ko: '"name"을 적으세요.' },
      },
      entry.line,
    ),
  );
  return true;
}

function reportLongName(
  tally: Tally,
  { path }: ReadCocoFile,
  { id, entry }: CocoCategory,
  tooLong: Bilingual,
): void {
  const why = phrase('category {id}: {tooLong}', '카테고리 {id}: {tooLong}', { id, tooLong });
  tally.error('CLASS_NAMES_INVALID', path, () =>
    makeProblem('CLASS_NAMES_INVALID', path, { why, hint: longNameHint }, entry?.line),
  );
}

function reportTwice(
  tally: Tally,
  { path }: ReadCocoFile,
  one: CocoCategory,
  other: CocoCategory,
  name: string,
): void {
  tally.error('CLASS_NAME_TWICE', path, () =>
    makeProblem(
      'CLASS_NAME_TWICE',
      path,
      { name, one: `id ${one.id}`, other: `id ${other.id}` },
      other.entry?.line,
    ),
  );
}

function reportDifference(
  tally: Tally,
  file: ReadCocoFile,
  first: ReadCocoFile,
  added: readonly string[],
): void {
  const idsOf = ({ content }: ReadCocoFile) =>
    new Map(
      content.categories.flatMap(({ id, entry }) => (entry?.name ? [[className(entry.name), id]] : [])),
    );
  const [own, theirs] = [idsOf(file), idsOf(first)];
  const renumbered = [...own].filter(([name, id]) => theirs.has(name) && theirs.get(name) !== id);
  const missing = [...theirs.keys()].filter((name) => !own.has(name));
  const differences = [
    ...renumbered.map(([name, id]) => `"${name}" ${id} ≠ ${theirs.get(name)}`),
    ...added.map((name) => `+ "${name}"`),
    ...missing.map((name) => `− "${name}"`),
  ];
  if (differences.length === 0) return;
  tally.warning('CATEGORIES_DIFFER', file.path, () =>
    makeProblem('CATEGORIES_DIFFER', file.path, { first: first.path, difference: listed(differences, 5) }),
  );
}
