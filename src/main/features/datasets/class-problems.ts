import { nameTwin } from '../../../shared/errors/dataset-findings.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import type { PlacedImage } from './images.ts';
import { type Layout, placeOf } from './layout.ts';
import { foldName, normalName } from './names.ts';
import { type Findings, listed, makeProblem } from './problems.ts';
import type { Scan } from './scan.ts';

/** Problems that show only when images and classes are looked at together. */
interface ClassProblems {
  readonly errors: Findings;
  readonly warnings: Findings;
  /** Source paths of the files that an error asks to leave out. */
  readonly wrongFiles: Set<string>;
  /** Whether the import must be refused even if `wrongFiles` are left out. */
  isFatal: boolean;
}

/**
 * Adds to the findings, and returns which files must be left out.
 * @param images the readable ones that lie in a class, sorted by path
 */
export function findClassProblems(
  scan: Scan,
  layout: Layout,
  images: readonly PlacedImage[],
  findings: { readonly errors: Findings; readonly warnings: Findings },
): { readonly wrongFiles: Set<string>; readonly isFatal: boolean } {
  const found: ClassProblems = { ...findings, wrongFiles: new Set(), isFatal: false };
  findCollisions(scan, layout, found);
  findDuplicates(images, found);
  checkClasses(scan, layout, images, found);
  return found;
}

const kinds = {
  file: { en: 'file', ko: '파일' },
  folder: { en: 'folder', ko: '폴더' },
  class: { en: 'class', ko: '클래스' },
} as const;
type Kind = keyof typeof kinds;

/** Names that are one name on systems that ignore case or the composition of letters. */
function findCollisions(scan: Scan, layout: Layout, found: ClassProblems): void {
  const spelling = new Map<string, string>();
  const reported = new Set<string>();
  const reportCollision = (path: string, other: string, kind: Kind) => {
    if (reported.has(path)) return;
    reported.add(path);
    found.errors.add(
      makeProblem('CASE_COLLISION', path, { kind: kinds[kind], other: nameTwin(path, other) }),
    );
  };
  /** @param file source path of an image; null for a folder */
  const checkPath = (segments: readonly string[], file: string | null) => {
    let folded = '';
    for (const [level, segment] of segments.entries()) {
      folded += `/${foldName(segment)}`;
      const path = segments.slice(0, level + 1).join('/');
      const other = spelling.get(folded);
      if (other === undefined) spelling.set(folded, path);
      else if (file !== null && level === segments.length - 1) {
        reportCollision(path, other, 'file');
        found.wrongFiles.add(file);
      } else if (other !== path && lastOf(other) !== segment) {
        if (normalName(lastOf(other)) === normalName(segment)) {
          reportMergedName(path, reported, found);
          continue;
        }
        reportCollision(path, other, 'folder');
        // Which of two classes is meant can't be settled by leaving one file out.
        found.isFatal = true;
      }
    }
  };
  // Nothing outside the classes is used, so names there may coincide.
  for (const folder of scan.folders) if (placeOf(layout, folder, true)) checkPath(folder, null);
  for (const { segments, sourcePath } of scan.images)
    if (placeOf(layout, segments, false)) checkPath(segments, sourcePath);
  findCollisionsAcrossSplits(scan, layout, reportCollision, found);
}

/** macOS writes Hangul decomposed (NFD), others composed: two folders whose names differ only in that are one class. */
function reportMergedName(path: string, reported: Set<string>, found: ClassProblems): void {
  const normal = normalName(path);
  if (reported.has(normal)) return;
  reported.add(normal);
  found.warnings.add(makeProblem('NAMES_MERGED', normal, {}));
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function findCollisionsAcrossSplits(
  scan: Scan,
  layout: Layout,
  reportCollision: (path: string, other: string, kind: Kind) => void,
  found: ClassProblems,
): void {
  if (!layout.hasSplits) return;
  const classes = new Map<string, { name: string; path: string }>();
  for (const { segments } of scan.images) {
    const place = placeOf(layout, segments, false);
    if (!place) continue;
    const path = segments.slice(0, place.level).join('/');
    const fold = foldName(place.class);
    const other = classes.get(fold);
    if (!other) classes.set(fold, { name: place.class, path });
    else if (other.name !== place.class) {
      reportCollision(path, other.path, 'class');
      found.isFatal = true;
    }
  }
}

/** The same bytes twice: in one class it only weighs more, in two classes one of the labels is wrong. */
function findDuplicates(images: readonly PlacedImage[], found: ClassProblems): void {
  for (const [first, ...others] of Map.groupBy(images, ({ sha256 }) => sha256).values()) {
    if (!first || others.length === 0) continue;
    const inClasses = [...new Set([first, ...others].map((image) => image.class))];
    const names = listed(inClasses);
    for (const image of others) {
      const splits = { one: first.split ?? '', other: image.split ?? '' };
      const inSplits =
        image.split === first.split
          ? { en: '', ko: '' }
          : phrase(
              ', and stands in "{one}" and "{other}" both',
              '. "{one}"{one|과|와} "{other}" 두 분할에 있습니다',
              splits,
            );
      const inTwoClasses = phrase(
        ', and they lie in different classes ({names})',
        '. 서로 다른 클래스에 있습니다({names})',
        { names },
      );
      const where = inClasses.length === 1 ? inSplits : inTwoClasses;
      const problem = makeProblem('DUPLICATE_IMAGE', image.sourcePath, { other: first.sourcePath, where });
      if (inClasses.length === 1) found.warnings.add(problem);
      else {
        found.errors.add(problem);
        found.wrongFiles.add(image.sourcePath);
        found.wrongFiles.add(first.sourcePath);
      }
    }
  }
}

const notTrained = {
  en: ' in "train": it can’t be learned',
  ko: '. "train"에 없는 클래스는 학습할 수 없습니다',
};

/** Reports a source without classes, classes without usable images, and classes with a single image. */
function checkClasses(
  scan: Scan,
  layout: Layout,
  images: readonly PlacedImage[],
  found: ClassProblems,
): void {
  const usable = Map.groupBy(images, (image) =>
    layout.hasSplits ? `${image.split}/${image.class}` : image.class,
  );
  const classes = classFolders(scan, layout);
  if (classes.size === 0) {
    found.isFatal = true;
    if (!scan.isCutShort) found.errors.add(makeProblem('NO_CLASSES', '', {}));
  }
  const anywhere = new Set(images.map((image) => image.class));
  const hasTrainingClasses = [...classes.keys()].some((folder) => folder.startsWith('train/'));
  for (const { name, path } of layout.hasSplits ? classes.values() : []) {
    // A class that exists only in validation is a warning. If no class is in train, it is an error: there is nothing to train on.
    if (!classes.has(`train/${name}`))
      (hasTrainingClasses ? found.warnings : found.errors).add(
        makeProblem('EMPTY_CLASS', path, { where: notTrained }),
      );
  }
  for (const [folder, { name, path }] of classes) {
    const count = usable.get(folder)?.length ?? 0;
    if (count === 0) {
      // No validation images is a warning if another split has some. No training images is an error.
      const isWarning = layout.hasSplits && !folder.startsWith('train/') && anywhere.has(name);
      (isWarning ? found.warnings : found.errors).add(makeProblem('EMPTY_CLASS', path, { where: '' }));
    } else if (count === 1 && (!layout.hasSplits || folder.startsWith('train/'))) {
      const single = usable.get(folder)?.[0]?.sourcePath ?? path;
      found.warnings.add(makeProblem('SINGLE_IMAGE_CLASS', single, { class: name }));
    }
  }
}

/** Each class, in each of its splits, with its folder as the source spells it. */
function classFolders(scan: Scan, layout: Layout): Map<string, { name: string; path: string }> {
  const classes = new Map<string, { name: string; path: string }>();
  const addClassOf = (segments: readonly string[], isFolder: boolean) => {
    const place = placeOf(layout, segments, isFolder);
    if (!place) return;
    const folder = layout.hasSplits ? `${place.split}/${place.class}` : normalName(place.class);
    if (!classes.has(folder))
      classes.set(folder, { name: place.class, path: segments.slice(0, place.level).join('/') });
  };
  for (const { segments } of scan.images) addClassOf(segments, false);
  for (const folder of scan.folders) addClassOf(folder, true);
  return classes;
}
