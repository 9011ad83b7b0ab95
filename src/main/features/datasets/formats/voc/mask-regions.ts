import type { MaskPixels } from '../../pixels/mask-pixels.ts';

/** The pixels of one value in a mask as run lengths, column by column, of "not" and "yes" in turn, as COCO has them. */
export interface Region {
  readonly value: number;
  readonly pixels: number;
  readonly runs: number[];
}

/** A mask has an index or a colour for each class; a picture of more colours is none. */
const mostValues = 256;

/** The regions of every value in a mask, by ascending value; null where there are more values than a mask has. */
export function regionsOf({
  width,
  height,
  values,
}: Pick<MaskPixels, 'width' | 'height' | 'values'>): Region[] | null {
  const runs = new Map<number, { pixels: number; runs: number[]; end: number }>();
  const total = width * height;
  let start = 0;
  let current = values[0] ?? 0;
  const close = (end: number) => {
    let region = runs.get(current);
    if (!region) {
      region = { pixels: 0, runs: [], end: 0 };
      runs.set(current, region);
    }
    region.runs.push(start - region.end, end - start);
    region.pixels += end - start;
    region.end = end;
  };
  for (let at = 1; at < total; at += 1) {
    const x = Math.floor(at / height);
    const value = values[(at - x * height) * width + x] as number;
    if (value === current) continue;
    close(at);
    if (runs.size > mostValues) return null;
    start = at;
    current = value;
  }
  if (total > 0) close(total);
  return [...runs]
    .map(([value, { pixels, runs: own, end }]) => ({
      value,
      pixels,
      runs: end < total ? [...own, total - end] : own,
    }))
    .sort((one, other) => one.value - other.value);
}
