/** Which numbers a field takes; a bound that is null is not there. */
export interface NumberRange {
  readonly whole: boolean;
  readonly min: number | null;
  /** Whether `min` itself is out of the range. */
  readonly aboveMin: boolean;
  readonly max: number | null;
  readonly belowMax: boolean;
}

/** Whether a number is in a range. */
export function isInRange(value: number, { whole, min, aboveMin, max, belowMax }: NumberRange): boolean {
  if (whole && !Number.isSafeInteger(value)) return false;
  if (min !== null && (aboveMin ? value <= min : value < min)) return false;
  return max === null || (belowMax ? value < max : value <= max);
}
