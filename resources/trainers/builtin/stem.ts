import * as tf from '@tensorflow/tfjs-core';
import type { ImageFormat } from './image-format.ts';

/** The first convolution: its kernel's side, its stride, and the grid of pixels that it makes of the image. */
export interface Stem {
  readonly kernel: number;
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
}

/** The pool behind the stem takes windows of 2 × 2 pixels of its grid. */
const windowSide = 2;
const windowPixels = windowSide ** 2;

/** The grid that the pool leaves; an odd last row or column of the stem's is a window of its own. */
export const pooledGrid = ({ rows, columns }: Stem): { readonly rows: number; readonly columns: number } => ({
  rows: Math.ceil(rows / windowSide),
  columns: Math.ceil(columns / windowSide),
});

/**
 * Lays out the pixels under the stem's kernel, so that the convolution is one product of matrices, and so that the pool behind it
 * compares whole tensors: first the upper left pixel of every window of every image, then all upper right ones, and so on.
 */
export class StemInput {
  readonly #stem: Stem;
  readonly #input: ImageFormat;
  /** For each place in a window, cell of the pooled grid and place in the kernel: where in an image its value stands (the nearest one beyond its edge). */
  readonly #places: Int32Array;
  /** Kept, because a new one for each step keeps the garbage collector busy. */
  #values = new Float32Array();

  constructor(stem: Stem, input: ImageFormat) {
    this.#stem = stem;
    this.#input = input;
    this.#places = placesOf(stem, input);
  }

  /** [places in a window, images, rows, columns, values under the kernel] of normalised images. */
  of(images: Float32Array): tf.Tensor {
    const { height, width, channels } = this.#input;
    const size = height * width * channels;
    const count = images.length / size;
    const { rows, columns } = pooledGrid(this.#stem);
    const places = this.#places;
    const length = count * places.length;
    if (this.#values.length < length) this.#values = new Float32Array(length);
    const values = this.#values.subarray(0, length);
    const imagePlaces = places.length / windowPixels;
    let to = 0;
    for (let first = 0; first < places.length; first += imagePlaces) {
      for (let start = 0; start < images.length; start += size) {
        for (let index = first; index < first + imagePlaces; index += 1, to += 1)
          values[to] = images[start + (places[index] ?? 0)] ?? 0;
      }
    }
    return tf.tensor(values, [windowPixels, count, rows, columns, this.#stem.kernel ** 2 * channels]);
  }
}

function placesOf(stem: Stem, { height, width, channels }: ImageFormat): Int32Array {
  const { kernel, stride } = stem;
  const pooled = pooledGrid(stem);
  const before = Math.floor((kernel - stride) / 2);
  const inside = (at: number, size: number) => Math.min(size - 1, Math.max(0, at));
  const places: number[] = [];
  for (let place = 0; place < windowPixels; place += 1) {
    for (let cell = 0; cell < pooled.rows * pooled.columns; cell += 1) {
      // Beyond an odd last row or column its own pixel stands again, and never is the greater one.
      const row = inside(Math.floor(cell / pooled.columns) * windowSide + (place >> 1), stem.rows);
      const column = inside((cell % pooled.columns) * windowSide + (place & 1), stem.columns);
      for (let down = 0; down < kernel; down += 1) {
        const y = inside(row * stride - before + down, height);
        for (let right = 0; right < kernel; right += 1) {
          const pixel = y * width + inside(column * stride - before + right, width);
          for (let channel = 0; channel < channels; channel += 1) places.push(pixel * channels + channel);
        }
      }
    }
  }
  return Int32Array.from(places);
}
