import type { Target } from './loss.ts';
import { crossEntropy } from './loss.ts';
import type { Network } from './network.ts';
import { Random } from './random.ts';

/** A part of a batch, ready for the network. */
export interface Part {
  /** Normalised and augmented, one after the other. */
  readonly images: Float32Array;
  readonly targets: readonly Target[];
  /** How many images the whole batch has: the loss's mean is over them. */
  readonly batchSize: number;
  /** Names the random numbers that decide what is dropped. */
  readonly dropout: readonly (string | number)[];
}

/** The part's loss and right answers, both summed over its images; its gradient is added to `sum`. */
export function learn(
  network: Network,
  weights: Float32Array,
  part: Part,
  sum: Float32Array,
): { readonly loss: number; readonly correct: number } {
  let [loss, correct] = [0, 0];
  network.addGradient(part.images, weights, sum, new Random(...part.dropout), (scores) => {
    const result = crossEntropy(scores, part.targets, part.batchSize);
    ({ loss, correct } = result);
    return result.gradient;
  });
  return { loss, correct };
}
