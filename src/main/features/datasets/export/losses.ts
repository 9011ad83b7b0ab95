import type { ImageObject } from '../../../../shared/contract/dataset-labels.ts';
import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import { makeProblem, type Problem } from '../problems.ts';
import type { ExportedVersion } from './export-format.ts';

/** Why not all objects have polygons. @param runs how many have run lengths instead @param maskless how many have no mask */
function whyBoxes(runs: number, maskless: number): Bilingual {
  const ofRuns = phrase('{runs} {runs|mask is|masks are} run lengths', '런 길이(RLE) 마스크 {runs}개', {
    runs,
  });
  const ofNone = phrase(
    '{maskless} {maskless|object has|objects have} no mask',
    '마스크 없는 객체 {maskless}개',
    { maskless },
  );
  if (runs === 0) return ofNone;
  return maskless === 0 ? ofRuns : phrase('{ofRuns}, and {ofNone}', '{ofRuns}, {ofNone}', { ofRuns, ofNone });
}

/** Counts what a format can't hold of a version. */
export class Losses {
  /** Counted by {@link count}. */
  private crowds = 0;
  private difficult = 0;
  private regions = 0;
  private ignored = 0;
  private images = 0;
  /** Of objects that are written: their masks by what they are. */
  runs = 0;
  polygons = 0;
  maskless = 0;
  /** Of several parts. */
  joined = 0;
  /** Objects whose box is not that of their polygon. */
  otherBoxes = 0;
  /** Objects that differ from another one in nothing that is written. */
  twins = 0;

  count({ class: index, box, crowd, difficult }: ImageObject): void {
    if (index === null) this.ignored += 1;
    else if (box === null) this.regions += 1;
    if (crowd) this.crowds += 1;
    if (difficult) this.difficult += 1;
  }

  /** Whether nothing of what an image shows can be written: it must not be taken for background. */
  isLeftOut(objects: readonly ImageObject[], written: number): boolean {
    const isLeftOut = objects.length > 0 && written === 0;
    if (isLeftOut) this.images += 1;
    return isLeftOut;
  }

  ofCoco({ hasBoxes, images }: ExportedVersion): Problem[] {
    const { regions, ignored, difficult } = this;
    return [
      ...found(hasBoxes ? regions : 0, (count) => makeProblem('EXPORT_REGIONS_LEFT_OUT', '', { count })),
      ...found(hasBoxes ? 0 : regions, (count) => makeProblem('EXPORT_REGIONS_AS_OBJECTS', '', { count })),
      ...found(ignored, (count) => makeProblem('EXPORT_IGNORED_LEFT_OUT', '', { count })),
      ...found(difficult, (count) => makeProblem('EXPORT_DIFFICULT_UNMARKED', '', { count })),
      ...this.ofAll(images),
    ];
  }

  ofYolo(version: ExportedVersion, hasPolygons: boolean): Problem[] {
    const { crowds, regions, ignored, difficult, runs, polygons, maskless } = this;
    const masks = runs + polygons;
    return [
      ...found(hasPolygons ? 0 : masks, (count) =>
        makeProblem('EXPORT_MASKS_LEFT_OUT', '', { count, why: whyBoxes(runs, maskless) }),
      ),
      ...found(hasPolygons ? this.joined : 0, (count) => makeProblem('EXPORT_MASKS_JOINED', '', { count })),
      ...found(hasPolygons ? this.otherBoxes : 0, (count) =>
        makeProblem('EXPORT_BOXES_BY_MASKS', '', { count }),
      ),
      ...found(crowds, (count) => makeProblem('EXPORT_CROWDS_LEFT_OUT', '', { count })),
      ...found(regions, (count) => makeProblem('EXPORT_REGIONS_LEFT_OUT', '', { count })),
      ...found(ignored, (count) => makeProblem('EXPORT_IGNORED_LEFT_OUT', '', { count })),
      ...found(difficult, (count) => makeProblem('EXPORT_DIFFICULT_UNMARKED', '', { count })),
      ...splitLosses(version),
      ...this.ofAll(version.images),
    ];
  }

  private ofAll(placed: ExportedVersion['images']): Problem[] {
    const renamed = placed.filter(({ isRenamed }) => isRenamed);
    const [first] = renamed;
    return [
      ...found(this.images, (count) => makeProblem('EXPORT_IMAGES_LEFT_OUT', '', { count })),
      ...found(this.twins, (count) => makeProblem('EXPORT_TWINS_JOINED', '', { count })),
      ...found(renamed.length, (count) =>
        makeProblem('EXPORT_IMAGES_RENAMED', '', {
          count,
          first: first?.line.path ?? '',
          name: first?.file ?? '',
        }),
      ),
    ];
  }
}

function found(count: number, problem: (count: number) => Problem): Problem[] {
  return count === 0 ? [] : [problem(count)];
}

function splitLosses({ images }: ExportedVersion): Problem[] {
  const folders = new Set(images.map(({ folder }) => folder));
  if (folders.has('')) return [makeProblem('EXPORT_WITHOUT_SPLITS', '', {})];
  const moved = images.filter(({ line }) => line.split === null).length;
  return [
    ...found(moved, (count) => makeProblem('EXPORT_SPLIT_GIVEN', '', { count })),
    ...(folders.has('train') && !folders.has('val') ? [makeProblem('EXPORT_WITHOUT_VAL', '', {})] : []),
  ];
}
