import type { TrainerConfig } from './config.ts';

type OptimizerConfig = Pick<TrainerConfig['training'], 'optimizer' | 'momentum' | 'weightDecay'>;

const secondMoment = 0.999;
const rmsDecay = 0.99;
const epsilon = 1e-8;

/**
 * Gradient descent on the flat array of weights, in plain JavaScript: some 100,000 numbers are done in a millisecond, every run
 * computes them in the same order, and the whole state is the arrays in `slots`.
 *
 * `momentum` is SGD's and RMSprop's momentum and Adam's first decay rate (β₁). `weightDecay` is decoupled for `adamw` (Loshchilov, Hutter
 * 2017) and added to the gradient for the others; it acts on matrices, not on biases and normalisation.
 */
export class Optimizer {
  readonly #config: OptimizerConfig;
  readonly #decays: Uint8Array;
  readonly slots: readonly Float32Array[];
  /** How many updates were made: Adam's bias correction needs it. */
  updates = 0;

  constructor(
    config: OptimizerConfig,
    weights: readonly { readonly shape: readonly number[]; readonly start: number; readonly size: number }[],
  ) {
    const size = weights.reduce((sum, weight) => sum + weight.size, 0);
    this.#config = config;
    this.#decays = new Uint8Array(size);
    for (const { shape, start, size: length } of weights)
      this.#decays.fill(shape.length > 1 ? 1 : 0, start, start + length);
    this.slots = Array.from({ length: config.optimizer === 'sgd' ? 1 : 2 }, () => new Float32Array(size));
  }

  /** Moves `weights` against `gradient`. */
  update(weights: Float32Array, gradient: Float32Array, learningRate: number): void {
    this.updates += 1;
    const { optimizer } = this.#config;
    if (optimizer === 'sgd') this.#momentum(weights, gradient, learningRate);
    else if (optimizer === 'rmsprop') this.#rmsprop(weights, gradient, learningRate);
    else this.#adam(weights, gradient, learningRate, optimizer === 'adamw');
  }

  #decayed(weights: Float32Array, gradient: Float32Array, at: number): number {
    return (gradient[at] ?? 0) + this.#config.weightDecay * (this.#decays[at] ?? 0) * (weights[at] ?? 0);
  }

  #momentum(weights: Float32Array, gradient: Float32Array, learningRate: number): void {
    const [velocity = new Float32Array()] = this.slots;
    for (let at = 0; at < weights.length; at += 1) {
      velocity[at] = this.#config.momentum * (velocity[at] ?? 0) + this.#decayed(weights, gradient, at);
      weights[at] = (weights[at] ?? 0) - learningRate * (velocity[at] ?? 0);
    }
  }

  #rmsprop(weights: Float32Array, gradient: Float32Array, learningRate: number): void {
    const [velocity = new Float32Array(), squares = new Float32Array()] = this.slots;
    for (let at = 0; at < weights.length; at += 1) {
      const slope = this.#decayed(weights, gradient, at);
      squares[at] = rmsDecay * (squares[at] ?? 0) + (1 - rmsDecay) * slope * slope;
      velocity[at] =
        this.#config.momentum * (velocity[at] ?? 0) + slope / (Math.sqrt(squares[at] ?? 0) + epsilon);
      weights[at] = (weights[at] ?? 0) - learningRate * (velocity[at] ?? 0);
    }
  }

  #adam(weights: Float32Array, gradient: Float32Array, learningRate: number, decoupled: boolean): void {
    const [means = new Float32Array(), squares = new Float32Array()] = this.slots;
    const { momentum, weightDecay } = this.#config;
    const rate = learningRate / (1 - momentum ** this.updates);
    const squareFactor = 1 / Math.sqrt(1 - secondMoment ** this.updates);
    const decay = decoupled ? learningRate * weightDecay : 0;
    const addedDecay = decoupled ? 0 : weightDecay;
    // Fields of the object in this loop would make it take two and a half times as long.
    const decays = this.#decays;
    for (let at = 0; at < weights.length; at += 1) {
      const weight = weights[at] ?? 0;
      const decaying = decays[at] ?? 0;
      const slope = (gradient[at] ?? 0) + addedDecay * decaying * weight;
      const mean = momentum * (means[at] ?? 0) + (1 - momentum) * slope;
      const square = secondMoment * (squares[at] ?? 0) + (1 - secondMoment) * slope * slope;
      means[at] = mean;
      squares[at] = square;
      weights[at] =
        weight * (1 - decay * decaying) - (rate * mean) / (Math.sqrt(square) * squareFactor + epsilon);
    }
  }
}

/** Scales a gradient down to a greatest Euclidean length. */
export function clip(gradient: Float32Array, greatest: number): void {
  let squares = 0;
  for (const slope of gradient) squares += slope * slope;
  const length = Math.sqrt(squares);
  if (!(length > greatest)) return;
  const factor = greatest / length;
  for (let at = 0; at < gradient.length; at += 1) gradient[at] = (gradient[at] ?? 0) * factor;
}

/** Lets `average` follow `weights`: slowly in the end, faster in the first updates, when the weights still change quickly. */
export function follow(average: Float32Array, weights: Float32Array, updates: number): void {
  const kept = Math.min(0.999, (1 + updates) / (10 + updates));
  for (let at = 0; at < average.length; at += 1)
    average[at] = kept * (average[at] ?? 0) + (1 - kept) * (weights[at] ?? 0);
}
