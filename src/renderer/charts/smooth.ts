/**
 * Exponential moving average without the pull to zero at its start, as TensorBoard's: `weight` 0 leaves the values as they are.
 * NaN stays NaN and is left out of the average.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight <= 0) return [...values];
  let average = 0;
  let seen = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    average = average * weight + (1 - weight) * value;
    seen += 1;
    return average / (1 - weight ** seen);
  });
}
