import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, test } from 'vitest';
import {
  flatten,
  type Layer,
  linear,
  normalisation,
  residual,
  sequence,
} from '../../resources/trainers/builtin/layers.ts';
import { dropout, shift, windowMaximum } from '../../resources/trainers/builtin/pixel-layers.ts';
import { Random } from '../../resources/trainers/builtin/random.ts';

const shape = [2, 5, 3, 10];
const random = new Random('gradients');
const numbers = (size: number) => Float32Array.from({ length: size }, () => random.normal());
const sizeOf = (sides: readonly number[]) => sides.reduce((product, side) => product * side, 1);

beforeAll(async () => {
  await tf.setBackend('wasm');
});

test.each<[string, Layer, number[]?]>([
  ['linear', linear('a', 10, 4)],
  ['linear with relu', linear('a', 10, 4, { activation: 'relu' })],
  ['normalisation', normalisation('a', 10)],
  ['shift', shift()],
  ['maximum of windows', windowMaximum(), [4, ...shape]],
  ['dropout', dropout(0.4)],
  ['residual', residual([normalisation('a', 10), linear('b', 10, 10)])],
  [
    'all of them',
    sequence([windowMaximum(), residual([shift(), linear('a', 10, 10)]), flatten(), linear('b', 150, 3)]),
    [4, ...shape],
  ],
])('%s has the gradient that small differences show', (_, layer, inputShape = shape) => {
  const input = numbers(sizeOf(inputShape));
  const weights = layer.weights.map(({ shape: sides }) => numbers(sizeOf(sides)));
  const forward = () =>
    layer.forward(
      tf.tensor(input, inputShape),
      weights.map((values, index) => tf.tensor(values, [...(layer.weights[index]?.shape ?? [])])),
      new Random('dropout'),
    );
  const outer = numbers(tf.tidy(() => forward().output.size));
  /** A number that depends on every output: its gradient by the outputs is `outer`. */
  const value = () =>
    tf.tidy(() =>
      forward()
        .output.dataSync<'float32'>()
        .reduce((sum, one, at) => sum + one * (outer[at] ?? 0), 0),
    );
  const gradients = tf.tidy(() => {
    const pass = forward();
    const back = pass.backward(tf.tensor(outer, pass.output.shape));
    return [back.input, ...back.weights].map((tensor) => Float32Array.from(tensor.dataSync()));
  });
  for (const [index, values] of [input, ...weights].entries()) {
    expect(gradients[index]).toHaveLength(values.length);
    let wrong = 0;
    for (let at = 0; at < values.length; at += Math.ceil(values.length / 40)) {
      const [before, small] = [values[at] ?? 0, 1e-3];
      values[at] = before + small;
      const above = value();
      values[at] = before - small;
      const slope = (above - value()) / (2 * small);
      values[at] = before;
      if (Math.abs(slope - (gradients[index]?.[at] ?? 0)) > 0.03 * (1 + Math.abs(slope))) wrong += 1;
    }
    // A kink of relu or of the maximum within a step gives a difference that is no gradient; there are few.
    expect(wrong).toBeLessThanOrEqual(3);
  }
});

test('shift moves every channel by at most one pixel and back again', () => {
  const image = numbers(sizeOf(shape));
  const pass = tf.tidy(() => {
    const { output, backward } = shift().forward(tf.tensor(image, shape), [], null);
    return { there: output.dataSync(), back: backward(output).input.dataSync() };
  });
  expect(pass.there).not.toEqual(image);
  const inner = (values: ArrayLike<number>, channel: number) => values[(2 * 3 + 1) * 10 + channel];
  for (let channel = 0; channel < 10; channel += 1)
    expect(inner(pass.back, channel)).toBe(inner(image, channel));
});
