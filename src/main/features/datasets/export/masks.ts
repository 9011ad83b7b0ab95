import type { ImageObject } from '../../../../shared/contract/dataset-labels.ts';
import { areaOfRuns, runsOf } from '../../../../shared/model/run-lengths.ts';
import { boxOfRuns } from '../formats/coco/run-lengths.ts';

type Mask = NonNullable<ImageObject['mask']>;
export type Box = NonNullable<ImageObject['box']>;

/** The pixels of a mask: of polygons the area that they enclose, of run lengths their sum. */
export function areaOf(mask: Mask): number {
  if (Array.isArray(mask)) return mask.reduce((sum, polygon) => sum + enclosed(polygon), 0);
  return areaOfRuns(mask);
}

/** The smallest box around a mask. */
export function boxAround(mask: Mask): Box {
  if (!Array.isArray(mask)) {
    const values = runsOf(mask);
    return boxOfRuns({ values, length: values.length }, mask.size[0]);
  }
  let [left, top, right, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const polygon of mask)
    for (let at = 0; at + 1 < polygon.length; at += 2) {
      const [x, y] = [polygon[at] as number, polygon[at + 1] as number];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  return [left, top, right - left, bottom - top];
}

function enclosed(polygon: readonly number[]): number {
  let twice = 0;
  const { length } = polygon;
  for (let at = 0; at + 1 < length; at += 2) {
    const next = (at + 2) % length;
    twice +=
      (polygon[at] as number) * (polygon[next + 1] as number) -
      (polygon[next] as number) * (polygon[at + 1] as number);
  }
  return Math.abs(twice) / 2;
}

/**
 * One polygon that encloses the same pixels as several: each part is gone around from the corner of the ones before that lies nearest,
 * and left by the same way, which has no width.
 */
export function joined(polygons: readonly (readonly number[])[]): readonly number[] {
  const [first = [], ...others] = polygons;
  let outline = [...first];
  for (const part of others) {
    const [x = 0, y = 0] = part;
    const near = nearestCorner(outline, x, y);
    const back = [x, y, outline[near] as number, outline[near + 1] as number];
    outline = [...outline.slice(0, near + 2), ...part, ...back, ...outline.slice(near + 2)];
  }
  return outline;
}

function nearestCorner(outline: readonly number[], x: number, y: number): number {
  let [nearest, least] = [0, Number.POSITIVE_INFINITY];
  for (let at = 0; at + 1 < outline.length; at += 2) {
    const distance = ((outline[at] as number) - x) ** 2 + ((outline[at + 1] as number) - y) ** 2;
    if (distance < least) [nearest, least] = [at, distance];
  }
  return nearest;
}
