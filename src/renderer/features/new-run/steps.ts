import { isInRange, type NumberRange } from '../../../shared/model/number-range.ts';

/** How far an arrow key, a turn of the wheel or a press goes: by a sum, to the next power of two, or along 1, 3, 10, 30, … */
export type Step =
  | { readonly kind: 'sum'; readonly by: number }
  | { readonly kind: 'double' }
  /** `least` is the first above zero. */
  | { readonly kind: 'decades'; readonly least: number };

/** Without the dust of binary fractions: 0.1 + 0.2 is 0.3. */
const clean = (value: number) => Number(value.toPrecision(12));

function decade(value: number, up: boolean, least: number): number {
  if (value < least) return up ? least : 0;
  const exponent = Math.floor(Math.log10(value));
  // One decade to each side, for logarithms that round over a border.
  const rungs = [-1, 0, 1, 2].flatMap((more) => [1, 3].map((digit) => Number(`${digit}e${exponent + more}`)));
  const next = up
    ? rungs.find((rung) => rung > value * (1 + 1e-9))
    : rungs.findLast((rung) => rung < value * (1 - 1e-9));
  if (next === undefined) return value;
  return next < least * (1 - 1e-9) ? 0 : next;
}

function double(value: number, up: boolean): number {
  if (value < 1) return up ? 1 : value;
  return 2 ** (up ? Math.floor(Math.log2(value)) + 1 : Math.ceil(Math.log2(value)) - 1);
}

/** The next value of a field; the same where a step would leave its range. */
export function stepped(value: number, up: boolean, step: Step, range: NumberRange): number {
  const next =
    step.kind === 'sum'
      ? clean(value + (up ? step.by : -step.by))
      : step.kind === 'double'
        ? double(value, up)
        : decade(value, up, step.least);
  return isInRange(next, range) ? next : value;
}
