import type { LineBuffer } from './line-buffer.ts';

/** A line ready to draw: NaN stands where nothing finite is. */
export interface DrawnLine {
  readonly x: number[];
  readonly mean: number[];
  readonly min: number[];
  readonly max: number[];
  /** Some entry stands for several points: its band is worth drawing. */
  readonly banded: boolean;
}

/**
 * The part of a line between two steps, at most one entry a pixel once there are two buckets a pixel: an entry has the minimum, maximum and
 * mean of all that falls on it, so that no peak is lost however far one zooms out. One bucket on either side is kept, for the line to run
 * through the edges.
 */
export function decimate(buffer: LineBuffer, fromStep: number, toStep: number, pixels: number): DrawnLine {
  const start = Math.max(0, buffer.firstFrom(fromStep) - 1);
  const end = Math.min(buffer.length, buffer.firstFrom(toStep) + 1);
  const line = {
    x: [] as number[],
    mean: [] as number[],
    min: [] as number[],
    max: [] as number[],
    banded: false,
  };
  const slots = Math.max(1, Math.floor(pixels));
  const dense = end - start > slots * 2 && toStep > fromStep;
  const slotOf = (index: number) =>
    dense
      ? Math.min(
          slots,
          Math.max(-1, Math.floor(((buffer.step(index) - fromStep) / (toStep - fromStep)) * slots)),
        )
      : index;
  let index = start;
  while (index < end) {
    const slot = slotOf(index);
    let [min, max, sum, finite, points] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
    let step = 0;
    do {
      const weight = buffer.finite(index);
      if (weight > 0) {
        min = Math.min(min, buffer.min(index));
        max = Math.max(max, buffer.max(index));
        sum += buffer.mean(index) * weight;
        finite += weight;
      }
      points += buffer.count(index);
      step = buffer.step(index);
      index += 1;
    } while (index < end && slotOf(index) === slot);
    line.x.push(step);
    line.mean.push(finite > 0 ? sum / finite : Number.NaN);
    line.min.push(finite > 0 ? min : Number.NaN);
    line.max.push(finite > 0 ? max : Number.NaN);
    if (points > 1) line.banded = true;
  }
  return line;
}
