/**
 * Layers that only move pixels about. TensorFlow.js needs several slow kernels for each of them, and its convolutions
 * (which could do some) write outside their memory for some sizes (tensorflow/tfjs issue 7605): a plain loop here is faster and right.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from './layers.ts';

type ImageShape = [count: number, height: number, width: number, channels: number];

function imageShape(tensor: tf.Tensor): ImageShape {
  const [count = 0, height = 0, width = 0, channels = 0] = tensor.shape;
  return [count, height, width, channels];
}

const values = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>();

/** Moves the first ninth of the channels up and left, the second up, and so on: nine parts, nine directions; `sign` −1 moves them back. */
function moved(
  source: Float32Array,
  [count, height, width, channels]: ImageShape,
  sign: 1 | -1,
): Float32Array {
  const target = new Float32Array(source.length);
  for (let part = 0; part < 9; part += 1) {
    const down = sign * (Math.floor(part / 3) - 1);
    const right = sign * ((part % 3) - 1);
    const from = Math.floor((part * channels) / 9);
    const until = Math.floor(((part + 1) * channels) / 9);
    if (from === until) continue;
    for (let image = 0; image < count; image += 1) {
      for (let y = Math.max(0, down); y < height + Math.min(0, down); y += 1) {
        for (let x = Math.max(0, right); x < width + Math.min(0, right); x += 1) {
          const to = ((image * height + y) * width + x) * channels;
          const back = (down * width + right) * channels;
          for (let channel = from; channel < until; channel += 1)
            target[to + channel] = source[to - back + channel] ?? 0;
        }
      }
    }
  }
  return target;
}

/**
 * Lets each pixel see its eight neighbours without a weight: a ninth of the channels comes from each of them, zeros from outside
 * (Wu et al. 2018, "Shift"). A linear layer after it then is a 3 × 3 convolution at a ninth of the cost.
 */
export function shift(): Layer {
  return {
    weights: [],
    forward(input) {
      const shape = imageShape(input);
      return {
        output: tf.tensor(moved(values(input), shape, 1), shape),
        backward: (gradient) => ({
          input: tf.tensor(moved(values(gradient), shape, -1), shape),
          weights: [],
        }),
      };
    },
  };
}

/** The greatest value of each 2 × 2 pixels; an odd last row or column is its own. */
export function maximumPool(): Layer {
  return {
    weights: [],
    forward(input) {
      const [count, height, width, channels] = imageShape(input);
      const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
      const source = values(input);
      const greatest = new Float32Array(count * rows * columns * channels).fill(Number.NEGATIVE_INFINITY);
      const places = new Int32Array(greatest.length);
      let from = 0;
      for (let line = 0; line < count * height; line += 1) {
        const image = Math.floor(line / height);
        const row = image * rows + ((line - image * height) >> 1);
        for (let x = 0; x < width; x += 1) {
          let to = (row * columns + (x >> 1)) * channels;
          for (const end = from + channels; from < end; from += 1, to += 1) {
            const value = source[from] ?? 0;
            if (value > (greatest[to] ?? 0)) {
              greatest[to] = value;
              places[to] = from;
            }
          }
        }
      }
      return {
        output: tf.tensor(greatest, [count, rows, columns, channels]),
        backward(gradient) {
          const result = new Float32Array(source.length);
          const outer = values(gradient);
          for (let index = 0; index < outer.length; index += 1)
            result[places[index] ?? 0] = outer[index] ?? 0;
          return { input: tf.tensor(result, input.shape), weights: [] };
        },
      };
    },
  };
}

/** Sets a share of the values to zero and scales the others up, so that the network relies on none of them; only while training. */
export function dropout(rate: number): Layer {
  return {
    weights: [],
    forward(input, _, random) {
      if (!random) return { output: input, backward: (gradient) => ({ input: gradient, weights: [] }) };
      const limit = rate * 2 ** 32;
      const scale = 1 / (1 - rate);
      const mask = new Float32Array(input.size);
      for (let index = 0; index < mask.length; index += 1) mask[index] = random.next() < limit ? 0 : scale;
      const kept = tf.tensor(mask, input.shape);
      return {
        output: tf.mul(input, kept),
        backward: (gradient) => ({ input: tf.mul(gradient, kept), weights: [] }),
      };
    },
  };
}
