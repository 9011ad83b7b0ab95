export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Run lengths as COCO has them, column by column. */
interface Runs {
  readonly size: [number, number];
  readonly counts: number[];
}

/** Where each of `from` pixels begins among `to`: a pixel there is the one here that lies under its centre. */
const edges = (from: number, to: number): number[] =>
  Array.from({ length: from + 1 }, (_, at) => Math.min(to, Math.max(0, Math.ceil((at * to) / from - 0.5))));

/**
 * A mask of the network's input in pixels of the image, which it was stretched from.
 * @param isInside whether a pixel of the input is of the mask, counted row by row
 */
export function runsIn(isInside: (pixel: number) => boolean, input: Size, image: Size): Runs {
  const [columns, rows] = [edges(input.width, image.width), edges(input.height, image.height)];
  const counts: number[] = [];
  let end = 0;
  const add = (from: number, to: number) => {
    const last = counts.length - 1;
    if (from === end && last > 0) counts[last] = (counts[last] ?? 0) + to - from;
    else counts.push(from - end, to - from);
    end = to;
  };
  for (let column = 0; column < input.width; column += 1) {
    const segments: [number, number][] = [];
    for (let row = 0; row < input.height; row += 1) {
      const [from = 0, to = 0] = [rows[row], rows[row + 1]];
      if (from === to || !isInside(row * input.width + column)) continue;
      const last = segments.at(-1);
      if (last?.[1] === from) last[1] = to;
      else segments.push([from, to]);
    }
    for (let x = columns[column] ?? 0; x < (columns[column + 1] ?? 0); x += 1)
      for (const [from, to] of segments) add(x * image.height + from, x * image.height + to);
  }
  const whole = image.width * image.height;
  if (end < whole) counts.push(whole - end);
  return { size: [image.height, image.width], counts };
}

/** Values of a small map in a larger one, as torch's `interpolate(…, mode="bilinear", align_corners=False)` has them. */
export function enlarge(values: Float32Array, from: Size, to: Size): Float32Array {
  const [columns, rows] = [neighbours(from.width, to.width), neighbours(from.height, to.height)];
  const result = new Float32Array(to.width * to.height);
  for (const [y, [upper, lower, down]] of rows.entries())
    for (const [x, [left, right, across]] of columns.entries()) {
      const at = (row: number, column: number) => values[row * from.width + column] ?? 0;
      const above = at(upper, left) * (1 - across) + at(upper, right) * across;
      const below = at(lower, left) * (1 - across) + at(lower, right) * across;
      result[y * to.width + x] = above * (1 - down) + below * down;
    }
  return result;
}

/** For each of `to` places the two of `from` that it lies between, and how near it is to the second. */
function neighbours(from: number, to: number): [first: number, second: number, share: number][] {
  return Array.from({ length: to }, (_, at) => {
    const place = Math.max(0, ((at + 0.5) * from) / to - 0.5);
    const first = Math.min(from - 1, Math.floor(place));
    return [first, Math.min(from - 1, first + 1), place - first];
  });
}
