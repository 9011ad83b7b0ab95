/** Run lengths as they are stored: a list, or COCO's compressed text. */
export interface StoredRuns {
  readonly counts: string | readonly number[];
  /** Height and width of the image. */
  readonly size: readonly [number, number];
}

/**
 * The numbers of COCO's compressed text: each in groups of five bits, the lowest first, of which the sixth bit says that another follows;
 * from the third number on each is the difference to the one before the last (cocodataset/cocoapi, maskApi.c, rleFrString).
 */
function decompress(text: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length; ) {
    let [value, factor, group] = [0, 1, 0];
    do {
      group = text.charCodeAt(at) - 48;
      at += 1;
      value += (group & 31) * factor;
      factor *= 32;
    } while ((group & 32) !== 0 && at < text.length);
    if ((group & 16) !== 0) value -= factor;
    runs.push(runs.length > 2 ? value + (runs.at(-2) ?? 0) : value);
  }
  return runs;
}

const known = new WeakMap<StoredRuns, readonly number[]>();

/** How many pixels, column by column, are not of the mask and are of it in turn. */
export function runsOf(stored: StoredRuns): readonly number[] {
  const { counts } = stored;
  if (typeof counts !== 'string') return counts;
  const runs = known.get(stored) ?? decompress(counts);
  known.set(stored, runs);
  return runs;
}

/** Whether a pixel is of the mask. */
export function isInRuns(stored: StoredRuns, x: number, y: number): boolean {
  const [height, width] = stored.size;
  if (x < 0 || y < 0 || x >= width || y >= height) return false;
  const pixel = Math.floor(x) * height + Math.floor(y);
  let end = 0;
  const run = runsOf(stored).findIndex((length) => {
    end += length;
    return pixel < end;
  });
  return run % 2 === 1;
}

/** How many pixels are of the mask. */
export const areaOfRuns = (stored: StoredRuns): number =>
  runsOf(stored).reduce((sum, length, index) => (index % 2 === 1 ? sum + length : sum), 0);
