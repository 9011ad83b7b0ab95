import type { NumberList } from './json-bytes.ts';

/**
 * Puts the run lengths of COCO's compressed form into `runs`, from bytes that nobody has looked at yet and without making a text of them;
 * `runsOf` in `shared/model` describes the form and reads it once it is stored.
 * @param bytes as JSON has them: a backslash is written twice @returns whether the text is such a form
 */
export function readCompressed(bytes: Uint8Array, start: number, end: number, runs: NumberList): boolean {
  for (let at = start; at < end; ) {
    let [value, factor, group] = [0, 1, 0];
    do {
      group = (bytes[at] as number) - 48;
      if (bytes[at] === 0x5c) {
        at += 1;
        if (bytes[at] !== 0x5c) return false;
      }
      at += 1;
      if (group < 0 || group > 63 || at > end || factor > 2 ** 40) return false;
      value += (group & 31) * factor;
      factor *= 32;
      if (group >= 32 && at >= end) return false;
    } while (group >= 32);
    if ((group & 16) !== 0) value -= factor;
    if (runs.length > 2) value += runs.values[runs.length - 2] as number;
    if (value < 0) return false;
    runs.push(value);
  }
  return true;
}

/** The sum of run lengths; -1 where one is no count. */
export function sumOf(runs: NumberList): number {
  let sum = 0;
  for (let at = 0; at < runs.length; at += 1) {
    const run = runs.values[at] as number;
    if (!(Number.isInteger(run) && run >= 0)) return -1;
    sum += run;
  }
  return sum;
}

/** The smallest box around a mask, as left, top, width and height; all 0 where it is empty. Runs go down the columns, "not" first. */
export function boxOfRuns(
  runs: { readonly values: ArrayLike<number>; readonly length: number },
  height: number,
): [number, number, number, number] {
  let [left, top, right, bottom, at] = [Number.POSITIVE_INFINITY, height, 0, 0, 0];
  for (let index = 0; index < runs.length; index += 1) {
    const first = at;
    at += runs.values[index] as number;
    if (index % 2 === 0 || at === first) continue;
    const [column, lastColumn] = [Math.floor(first / height), Math.floor((at - 1) / height)];
    left = Math.min(left, column);
    right = Math.max(right, lastColumn + 1);
    const isWithinOne = column === lastColumn;
    top = Math.min(top, isWithinOne ? first % height : 0);
    bottom = Math.max(bottom, isWithinOne ? ((at - 1) % height) + 1 : height);
  }
  return right === 0 ? [0, 0, 0, 0] : [left, top, right - left, bottom - top];
}
