/** What an image should be taken for: wholly `label`, or, where two images were mixed, by `share` `label` and by the rest `other`. */
export interface Target {
  readonly label: number;
  readonly other: number;
  readonly share: number;
}

/** A row of scores (logits) as probabilities. */
export function probabilities(scores: Float32Array): Float64Array {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const score of scores) greatest = Math.max(greatest, score);
  const result = new Float64Array(scores.length);
  let sum = 0;
  for (let index = 0; index < scores.length; index += 1) {
    const value = Math.exp((scores[index] ?? 0) - greatest);
    result[index] = value;
    sum += value;
  }
  for (let index = 0; index < result.length; index += 1) result[index] = (result[index] ?? 0) / sum;
  return result;
}

/** The place of the greatest value; the first one where several are equal. */
export function greatestOf(values: Float64Array): number {
  let place = 0;
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] ?? 0) > (values[place] ?? 0)) place = index;
  }
  return place;
}

/** −log of a probability; as much as a 32-bit float's scores can say where it is 0. NaN stays NaN. */
export function surprise(probability: number): number {
  return -Math.log(Math.max(probability, 1e-38));
}

/**
 * Cross-entropy of the softmax of `scores` ([count, classes]) with the targets, its gradient by the scores, and the share of
 * right answers, all summed over the images; the gradient is divided by `images`, the number that the mean is taken over.
 */
export function crossEntropy(
  scores: Float32Array,
  targets: readonly Target[],
  images: number,
): { loss: number; correct: number; gradient: Float32Array } {
  const classes = scores.length / targets.length;
  const gradient = new Float32Array(scores.length);
  let loss = 0;
  let correct = 0;
  for (const [index, { label, other, share }] of targets.entries()) {
    const start = index * classes;
    const row = probabilities(scores.subarray(start, start + classes));
    loss += share * surprise(row[label] ?? 0);
    if (share < 1) loss += (1 - share) * surprise(row[other] ?? 0);
    const predicted = greatestOf(row);
    correct += (predicted === label ? share : 0) + (predicted === other && share < 1 ? 1 - share : 0);
    for (let at = 0; at < classes; at += 1) {
      const wanted = (at === label ? share : 0) + (at === other ? 1 - share : 0);
      gradient[start + at] = ((row[at] ?? 0) - wanted) / images;
    }
  }
  return { loss, correct, gradient };
}
