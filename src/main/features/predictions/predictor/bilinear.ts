/** 8-bit pixels, row by row, three channels side by side. */
export interface Rgb {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const channels = 3;
/** Weights are whole numbers of this many bits, as Pillow has them: the same sums, so the same bytes. */
const bits = 22;

/**
 * Stretches an image as Pillow's `resize(…, BILINEAR)` does, to the same bytes: a triangle as wide as what becomes one pixel, first along
 * rows, then along columns, rounded to bytes between (Pillow, `Resample.c`). The networks were trained on images that went this way; other
 * libraries' filters give others.
 */
export function stretch(image: Rgb, height: number, width: number): Rgb {
  const wide = image.width === width ? image.data : alongRows(image, weightsOf(image.width, width));
  const across = { data: wide, width, height: image.height };
  return image.height === height
    ? across
    : { data: alongColumns(across, weightsOf(image.height, height)), width, height };
}

interface Weights {
  /** The first source pixel of each target pixel, and how many. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Of each target pixel, `most` apart. */
  readonly values: Int32Array;
  readonly most: number;
}

function weightsOf(from: number, to: number): Weights {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const most = Math.ceil(support) * 2 + 1;
  const [first, count] = [new Int32Array(to), new Int32Array(to)];
  const values = new Int32Array(to * most);
  for (let at = 0; at < to; at += 1) {
    const centre = (at + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const triangle = Array.from({ length: end - start }, (_, index) =>
      Math.max(0, 1 - Math.abs((start + index - centre + 0.5) / support)),
    );
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    first[at] = start;
    count[at] = triangle.length;
    for (const [index, weight] of triangle.entries())
      values[at * most + index] = Math.trunc(0.5 + (sum === 0 ? weight : weight / sum) * 2 ** bits);
  }
  return { first, count, values, most };
}

/** Half of the last bit that is left. */
const half = 2 ** (bits - 1);

function alongRows({ data, width, height }: Rgb, { first, count, values, most }: Weights): Uint8Array {
  const to = first.length;
  const result = new Uint8Array(height * to * channels);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < to; x += 1) {
      let [red, green, blue] = [half, half, half];
      let from = (y * width + (first[x] as number)) * channels;
      const end = x * most + (count[x] as number);
      for (let at = x * most; at < end; at += 1, from += channels) {
        const weight = values[at] as number;
        red += (data[from] as number) * weight;
        green += (data[from + 1] as number) * weight;
        blue += (data[from + 2] as number) * weight;
      }
      const place = (y * to + x) * channels;
      result[place] = Math.min(255, red >> bits);
      result[place + 1] = Math.min(255, green >> bits);
      result[place + 2] = Math.min(255, blue >> bits);
    }
  return result;
}

function alongColumns({ data, width }: Rgb, { first, count, values, most }: Weights): Uint8Array {
  const row = width * channels;
  const result = new Uint8Array(first.length * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < first.length; y += 1) {
    sums.fill(half);
    for (let index = 0; index < (count[y] as number); index += 1) {
      const weight = values[y * most + index] as number;
      const from = ((first[y] as number) + index) * row;
      for (let at = 0; at < row; at += 1)
        sums[at] = (sums[at] as number) + (data[from + at] as number) * weight;
    }
    for (let at = 0; at < row; at += 1) result[y * row + at] = Math.min(255, (sums[at] as number) >> bits);
  }
  return result;
}

/** An image whose every pixel is the mean of a square of `side`; squares at the right and lower edge may be smaller. */
export function shrink({ data, width, height }: Rgb, side: number): Rgb {
  const [wide, high] = [Math.ceil(width / side), Math.ceil(height / side)];
  const result = new Uint8Array(wide * high * channels);
  for (let y = 0; y < high; y += 1)
    for (let x = 0; x < wide; x += 1) {
      const [right, lower] = [Math.min(width, (x + 1) * side), Math.min(height, (y + 1) * side)];
      let [red, green, blue] = [0, 0, 0];
      for (let row = y * side; row < lower; row += 1)
        for (
          let at = (row * width + x * side) * channels;
          at < (row * width + right) * channels;
          at += channels
        ) {
          red += data[at] as number;
          green += data[at + 1] as number;
          blue += data[at + 2] as number;
        }
      const pixels = (right - x * side) * (lower - y * side);
      const place = (y * wide + x) * channels;
      result[place] = Math.round(red / pixels);
      result[place + 1] = Math.round(green / pixels);
      result[place + 2] = Math.round(blue / pixels);
    }
  return { data: result, width: wide, height: high };
}
