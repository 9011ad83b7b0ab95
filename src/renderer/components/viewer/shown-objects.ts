import type { ImageObject } from '../../../shared/contract/dataset-labels.ts';
import { areaOfRuns, isInRuns, type StoredRuns } from '../../../shared/model/run-lengths.ts';

/** An object with its number in the image. */
export interface ShownObject extends ImageObject {
  readonly number: number;
  /** Where what a model found is shown beside what is labelled: which of them it is. */
  readonly origin?: 'truth' | 'prediction';
  /** How sure the model is, from 0 to 1. */
  readonly probability?: number | null;
}

/** An area without a class is left out of training. */
export const isIgnored = (object: ImageObject) => object.class === null;
/** All pixels of a class, whichever object they are of. */
export const isRegion = (object: ImageObject) => object.box === null && object.class !== null;

/** Objects of one class in an image. */
interface ClassInImage {
  /** Null: what is left out of training. */
  readonly index: number | null;
  readonly count: number;
}

/** The classes that an image shows, most objects first; what is ignored last. */
export function classesIn(objects: readonly ImageObject[]): ClassInImage[] {
  const counts = new Map<number | null, number>();
  for (const { class: index } of objects) counts.set(index, (counts.get(index) ?? 0) + 1);
  return [...counts]
    .map(([index, count]) => ({ index, count }))
    .sort(
      (one, other) =>
        Number(one.index === null) - Number(other.index === null) ||
        other.count - one.count ||
        (one.index ?? 0) - (other.index ?? 0),
    );
}

/** How many pixels an object takes: of its box, else of its mask. */
export function areaOf({ box, mask }: ImageObject): number {
  if (box) return box[2] * box[3];
  return mask && !Array.isArray(mask) ? areaOfRuns(mask) : Number.POSITIVE_INFINITY;
}

const isInBox = ([left, top, width, height]: NonNullable<ImageObject['box']>, x: number, y: number) =>
  x >= left && x <= left + width && y >= top && y <= top + height;

/** Whether a pixel of the image is of the mask, which may have another size than the image. */
function isInMask(mask: StoredRuns, image: { width: number; height: number }, x: number, y: number): boolean {
  const [rows, columns] = mask.size;
  return isInRuns(mask, (x * columns) / image.width, (y * rows) / image.height);
}

/** The object at a point of the image: of several the smallest, which otherwise could not be reached. */
export function objectAt(
  objects: readonly ShownObject[],
  image: { width: number; height: number },
  x: number,
  y: number,
): ShownObject | null {
  let found: ShownObject | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const object of objects) {
    const { box, mask } = object;
    const isHit = box
      ? isInBox(box, x, y)
      : mask !== null && !Array.isArray(mask) && isInMask(mask, image, x, y);
    if (!isHit) continue;
    const area = areaOf(object);
    if (found !== null && area >= least) continue;
    [found, least] = [object, area];
  }
  return found;
}
