import type { ClassCount } from '../../../shared/contract/dataset-labels.ts';
import type { DatasetFormat, FormatChoice, Validation } from '../../../shared/contract/datasets.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { findClassProblems } from './class-problems.ts';
import type { ImageContent, PlacedImage } from './images.ts';
import { type Layout, placeOf, recogniseLayout } from './layout.ts';
import { type Findings, makeProblem, type Problem } from './problems.ts';
import { automatic, type Reading } from './reading.ts';
import { type Scan, unopened } from './scan.ts';
import { findTrainingRisks } from './training-risks.ts';

/** What a validation found, and what could be imported of it. */
export interface Evaluation {
  readonly validation: Validation;
  /** Sorted by path: the images without an error of their own. */
  readonly accepted: readonly PlacedImage[];
  readonly layout: Layout;
  /** Leaving files out does not fix it. */
  readonly isFatal: boolean;
}

/** Judges what a scan saw, once: the classes, images that are there twice, names that collide. Its findings come to those of the scan. */
export function evaluate(
  scan: Scan,
  format: DatasetFormat,
  { classesAt }: Pick<Reading, 'classesAt'> = automatic,
): Evaluation {
  const { errors, warnings, folders, otherFolders } = scan;
  const seen = { images: scan.images.map(({ segments }) => segments), folders, otherFolders };
  const { layout, doubt, emptySplits } = recogniseLayout(seen, classesAt);
  if (doubt) (doubt.isWarning ? warnings : errors).add(doubt.problem);
  for (const folder of emptySplits) warnings.add(makeProblem('EMPTY_SPLIT', folder, {}));
  const images = placeImages(scan, layout, { errors, warnings });
  const classProblems = findClassProblems(scan, layout, images, { errors, warnings });

  const faulty = classProblems.wrongFiles;
  for (const { problems, sourcePath } of scan.images) if (problems.length > 0) faulty.add(sourcePath);
  const accepted = images.filter(({ sourcePath }) => !faulty.has(sourcePath));
  for (const problem of findTrainingRisks(accepted)) warnings.add(problem);
  const isUnclear = doubt !== null && !doubt.isWarning;
  const isFatal = scan.isCutShort || isUnclear || classProblems.isFatal || accepted.length === 0;
  const found = report(format, errors, warnings, images, accepted.length);
  const summary = { ...found.summary, classes: countClasses(images) };
  return { validation: { ...found, summary }, accepted, layout, isFatal };
}

/** The report on a source that could not be examined: the error is a finding like any other. */
export function evaluateUnopened(error: TrainyardError, format: FormatChoice): Validation {
  return evaluate(unopened(error), format === 'auto' ? 'imagenet' : format).validation;
}

/** The readable images that lie in classes, sorted by path. What is wrong with those in classes is an error; those outside are counted. */
function placeImages(
  scan: Scan,
  layout: Layout,
  { errors, warnings }: { readonly errors: Findings; readonly warnings: Findings },
): PlacedImage[] {
  const images: PlacedImage[] = [];
  const outside: { folder: string; path: string }[] = [];
  for (const { facts, segments, sourcePath, problems } of scan.images) {
    const place = placeOf(layout, segments, false);
    if (!place) {
      const level = layout.base.length;
      const folder = segments.length > level + 1 ? (segments[level] ?? '') : '';
      outside.push({ folder, path: sourcePath });
      continue;
    }
    for (const problem of problems) errors.add(problem);
    const { split, path } = place;
    const file = segments.slice(layout.base.length).join('/');
    if (facts?.damage) warnings.add(makeProblem('IMAGE_DAMAGED', sourcePath, { why: facts.damage }));
    if (facts) images.push({ ...facts, split, class: place.class, path, sourcePath, file });
  }
  for (const [folder, same] of Map.groupBy(outside, (each) => each.folder))
    warnings.add(outsideClass(folder, same.length, same[0]?.path ?? ''));
  return images.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Images that lie in no class. @param folder on the first level where classes lie; empty for images beside the classes' folders */
function outsideClass(folder: string, count: number, first: string): Problem {
  const where =
    folder === ''
      ? { en: 'beside the folders of the classes', ko: '클래스 폴더들 옆에' }
      : phrase('in "{folder}"', '"{folder}"에', { folder });
  return makeProblem('IMAGE_OUTSIDE_CLASS', first, { count, first, where });
}

/** The report of what was found. @param images those that can be read @param accepted how many of them have no error of their own */
export function report(
  format: DatasetFormat,
  errors: Findings,
  warnings: Findings,
  images: readonly ImageContent[],
  accepted: number,
): Validation {
  const listedErrors = errors.report();
  const listedWarnings = warnings.report();
  return {
    ok: errors.count === 0,
    errors: listedErrors.problems,
    warnings: listedWarnings.problems,
    moreErrors: listedErrors.more,
    moreWarnings: listedWarnings.more,
    errorCounts: errors.countsByCode,
    warningCounts: warnings.countsByCode,
    summary: {
      format,
      images: images.length,
      leftOut: images.length - accepted,
      bytes: images.reduce((sum, { size }) => sum + size, 0),
      classes: [],
      splits: null,
      recognised: null,
      widths: range(images, 'width'),
      heights: range(images, 'height'),
      channels: countBy(images, ({ channels }) => channels).map(([channels, count]) => ({ channels, count })),
      fileTypes: countBy(images, ({ type }) => type).map(([type, count]) => ({ type, count })),
    },
  };
}

/** The classes with the number of their images, sorted by name. */
export function countClasses(images: readonly { readonly class: string | null }[]): ClassCount[] {
  const names = images.flatMap((image) => image.class ?? []);
  return countBy(names, (name) => name).map(([name, count]) => ({ name, count }));
}

function countBy<T, Key extends string | number>(
  items: readonly T[],
  keyOf: (item: T) => Key,
): [Key, number][] {
  const counts = [...Map.groupBy(items, keyOf)].map(([key, same]): [Key, number] => [key, same.length]);
  return counts.sort(([one], [other]) => (one < other ? -1 : 1));
}

function range(
  images: readonly ImageContent[],
  side: 'width' | 'height',
): { min: number; max: number } | null {
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (const image of images) {
    min = Math.min(min, image[side]);
    max = Math.max(max, image[side]);
  }
  return images.length === 0 ? null : { min, max };
}
