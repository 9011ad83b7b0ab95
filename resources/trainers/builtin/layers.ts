/**
 * The layers of the network, each with its own gradient. TensorFlow.js's WebAssembly backend has no gradient for convolution
 * filters and takes a slow path for products of transposed matrices (12 times slower, measured): here every gradient is a plain
 * product of matrices that were transposed before.
 *
 * Call everything inside `tf.tidy`: layers dispose of nothing. Images are [count, height, width, channels].
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Random } from './random.ts';

/** What a weight is and how it starts: normally distributed with `deviation`, or all `fill` where that is 0. */
interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly deviation: number;
  readonly fill: number;
}

/** A layer's output, and the way back: from the loss's gradient by the output to those by the input and by each weight. */
interface Pass {
  readonly output: tf.Tensor;
  backward(gradient: tf.Tensor): { readonly input: tf.Tensor; readonly weights: readonly tf.Tensor[] };
}

export interface Layer {
  readonly weights: readonly WeightSpec[];
  /** `random` is null where the network is used, not trained. */
  forward(input: tf.Tensor, weights: readonly tf.Tensor[], random: Random | null): Pass;
}

const matrix = (tensor: tf.Tensor): tf.Tensor2D =>
  tf.reshape(tensor, [-1, tensor.shape[tensor.rank - 1] ?? 1]);

/** Column sums: by way of the transposed matrix, whose rows are summed several times faster. */
const columnSums = (tensor: tf.Tensor): tf.Tensor => tf.sum(tf.transpose(matrix(tensor)), 1);

function weightAt(weights: readonly tf.Tensor[], index: number): tf.Tensor {
  const weight = weights[index];
  if (!weight)
    throw new Error(`A layer was run with ${weights.length} weights and needs at least ${index + 1}.`);
  return weight;
}

/**
 * Every pixel's channels times a matrix, plus a bias. The starting weights keep the variance of what goes through, times `gain`².
 * `first`: the input is data, so that nobody needs the gradient by it, which is then not computed (an empty tensor stands for it).
 */
export function linear(
  name: string,
  channels: number,
  outputs: number,
  options: { readonly activation?: 'linear' | 'relu'; readonly gain?: number; readonly first?: boolean } = {},
): Layer {
  const { activation = 'linear', gain = 1, first = false } = options;
  const deviation = gain * Math.sqrt((activation === 'relu' ? 2 : 1) / channels);
  return {
    weights: [
      { name: `${name}.weight`, shape: [channels, outputs], deviation, fill: 0 },
      { name: `${name}.bias`, shape: [outputs], deviation: 0, fill: 0 },
    ],
    forward(input, weights) {
      const a = matrix(input);
      const b = matrix(weightAt(weights, 0));
      const output = tf.fused.matMul({ a, b, bias: weightAt(weights, 1), activation });
      return {
        output: tf.reshape(output, [...input.shape.slice(0, -1), outputs]),
        backward(gradient) {
          const outer = matrix(gradient);
          const inner = activation === 'relu' ? tf.mul(outer, tf.step(output)) : outer;
          const turned = tf.transpose(inner);
          const byInput = () => tf.reshape(tf.matMul(inner, tf.transpose(b)), input.shape);
          // The second matrix of a product is repacked, which takes as long as the product: that is the narrower one.
          const byWeight =
            channels >= 2 * outputs ? tf.matMul(tf.transpose(a), inner) : tf.transpose(tf.matMul(turned, a));
          return {
            input: first ? tf.tensor([]) : byInput(),
            weights: [byWeight, tf.sum(turned, 1)],
          };
        },
      };
    },
  };
}

/** Layer normalisation over the channels of each pixel (Ba, Kiros, Hinton 2016): it needs no batch statistics, so that any batch size works. */
export function normalisation(name: string, channels: number): Layer {
  return {
    weights: [
      { name: `${name}.scale`, shape: [channels], deviation: 0, fill: 1 },
      { name: `${name}.shift`, shape: [channels], deviation: 0, fill: 0 },
    ],
    forward(input, weights) {
      const scale = weightAt(weights, 0);
      const rows = matrix(input);
      const centred = tf.sub(rows, tf.mean(rows, 1, true));
      const factor = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), 1e-5));
      const normal = tf.mul(centred, factor);
      return {
        output: tf.reshape(tf.add(tf.mul(normal, scale), weightAt(weights, 1)), input.shape),
        backward(gradient) {
          const outer = matrix(gradient);
          const inner = tf.mul(outer, scale);
          const alongNormal = tf.mul(normal, tf.mean(tf.mul(inner, normal), 1, true));
          const byRows = tf.mul(factor, tf.sub(tf.sub(inner, tf.mean(inner, 1, true)), alongNormal));
          return {
            input: tf.reshape(byRows, input.shape),
            weights: [columnSums(tf.mul(outer, normal)), columnSums(outer)],
          };
        },
      };
    },
  };
}

/** All pixels of an image behind one another: [count, height, width, channels] becomes [count, height · width · channels]. */
export function flatten(): Layer {
  return {
    weights: [],
    forward: (input) => ({
      output: tf.reshape(input, [input.shape[0] ?? 0, -1]),
      backward: (gradient) => ({ input: tf.reshape(gradient, input.shape), weights: [] }),
    }),
  };
}

/** Layers one after the other. */
export function sequence(layers: readonly Layer[]): Layer {
  return {
    weights: layers.flatMap((layer) => layer.weights),
    forward(input, weights, random) {
      let output = input;
      let first = 0;
      const passes = layers.map((layer) => {
        const pass = layer.forward(output, weights.slice(first, first + layer.weights.length), random);
        output = pass.output;
        first += layer.weights.length;
        return pass;
      });
      return {
        output,
        backward(gradient) {
          let inner = gradient;
          let byWeights: readonly tf.Tensor[] = [];
          for (const pass of passes.toReversed()) {
            const back = pass.backward(inner);
            inner = back.input;
            byWeights = [...back.weights, ...byWeights];
          }
          return { input: inner, weights: byWeights };
        },
      };
    },
  };
}

/** The input plus what the layers make of it (He et al. 2015). */
export function residual(layers: readonly Layer[]): Layer {
  const branch = sequence(layers);
  return {
    weights: branch.weights,
    forward(input, weights, random) {
      const pass = branch.forward(input, weights, random);
      return {
        output: tf.add(input, pass.output),
        backward(gradient) {
          const back = pass.backward(gradient);
          return { input: tf.add(gradient, back.input), weights: back.weights };
        },
      };
    },
  };
}
