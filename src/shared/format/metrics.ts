/**
 * Whether a metric is read as a percentage: an accuracy from 0 to 1. What a trainer counts in percent itself, or names otherwise, stays as
 * it is.
 */
export const isShare = (name: string, value: number): boolean =>
  /accuracy/.test(name) && value >= 0 && value <= 1;

/** How many digits an accuracy has behind the point, in percent. */
export const shareDigits = 2;
