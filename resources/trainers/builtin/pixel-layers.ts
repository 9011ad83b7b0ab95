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

/** For each value of an image: where in the image the value stands that moves to its place; −1 where it comes from outside. `sign` −1 moves back. */
function sourcesOf(height: number, width: number, channels: number, sign: 1 | -1): Int32Array {
  const sources = new Int32Array(height * width * channels).fill(-1);
  for (let part = 0; part < 9; part += 1) {
    const down = sign * (Math.floor(part / 3) - 1);
    const right = sign * ((part % 3) - 1);
    const until = Math.floor(((part + 1) * channels) / 9);
    for (let channel = Math.floor((part * channels) / 9); channel < until; channel += 1) {
      for (let y = Math.max(0, down); y < height + Math.min(0, down); y += 1) {
        for (let x = Math.max(0, right); x < width + Math.min(0, right); x += 1)
          sources[(y * width + x) * channels + channel] =
            ((y - down) * width + x - right) * channels + channel;
      }
    }
  }
  return sources;
}

/** Kept, because a new one for each layer and step keeps the garbage collector busy; a tensor copies it. */
let movedValues = new Float32Array();

function moved(tensor: tf.Tensor, sources: Int32Array): tf.Tensor {
  const from = values(tensor);
  if (movedValues.length < from.length) movedValues = new Float32Array(from.length);
  const to = movedValues.subarray(0, from.length);
  for (let start = 0; start < from.length; start += sources.length) {
    for (let at = 0; at < sources.length; at += 1) {
      const source = sources[at] ?? -1;
      to[start + at] = source >= 0 ? (from[start + source] ?? 0) : 0;
    }
  }
  return tf.tensor(to, tensor.shape);
}

/**
 * Lets each pixel see its eight neighbours without a weight: a ninth of the channels comes from each of them, zeros from outside
 * (Wu et al. 2018, "Shift"). A linear layer after it then is a 3 × 3 convolution at a ninth of the cost.
 */
export function shift(): Layer {
  const tables = new Map<string, Int32Array>();
  const sources = ([, height, width, channels]: ImageShape, sign: 1 | -1) => {
    const key = `${height} ${width} ${channels} ${sign}`;
    const table = tables.get(key) ?? sourcesOf(height, width, channels, sign);
    tables.set(key, table);
    return table;
  };
  return {
    weights: [],
    forward(input) {
      const shape = imageShape(input);
      return {
        output: moved(input, sources(shape, 1)),
        backward: (gradient) => ({ input: moved(gradient, sources(shape, -1)), weights: [] }),
      };
    },
  };
}

/**
 * The greatest value of each window of four pixels, whose pixels stand apart from one another: [4, count, height, width, channels]
 * becomes [count, height, width, channels]. Of equal values the first one has the gradient.
 */
export function windowMaximum(): Layer {
  return {
    weights: [],
    forward(input) {
      const all = values(input);
      const size = all.length / 4;
      const shape = input.shape.slice(1);
      const [first, second, third, fourth] = [0, 1, 2, 3].map((place) =>
        tf.tensor(all.subarray(place * size, (place + 1) * size), shape),
      ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const [upper, lower] = [greater(first, second), greater(third, fourth)];
      const whole = greater(upper.output, lower.output);
      return {
        output: whole.output,
        backward(gradient) {
          const [byUpper, byLower] = whole.backward(gradient);
          const parts = [...upper.backward(byUpper), ...lower.backward(byLower)];
          return { input: tf.reshape(tf.concat(parts), input.shape), weights: [] };
        },
      };
    },
  };
}

/** The greater of two tensors' values, and the way back to each. The backend's own `maximum` takes ten times as long as these three. */
function greater(
  one: tf.Tensor,
  other: tf.Tensor,
): { output: tf.Tensor; backward(gradient: tf.Tensor): [tf.Tensor, tf.Tensor] } {
  const more = tf.sub(other, one);
  return {
    output: tf.add(one, tf.relu(more)),
    backward(gradient) {
      const byOther = tf.mul(gradient, tf.step(more));
      return [tf.sub(gradient, byOther), byOther];
    },
  };
}

/** Sets a share of the values to zero and scales the others up, so that the network relies on none of them; only while training. */
export function dropout(rate: number): Layer {
  return {
    weights: [],
    forward(input, _, random) {
      if (!random) return { output: input, backward: (gradient) => ({ input: gradient, weights: [] }) };
      const kept = tf.tensor(random.mask(input.size, rate, 1 / (1 - rate)), input.shape);
      return {
        output: tf.mul(input, kept),
        backward: (gradient) => ({ input: tf.mul(gradient, kept), weights: [] }),
      };
    },
  };
}
