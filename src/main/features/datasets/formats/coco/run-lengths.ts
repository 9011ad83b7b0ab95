/**
 * The sum of run lengths in COCO's compressed form: each number in groups of five bits, the sixth says that it goes on, and from the
 * third number on it is the difference to the one before the last (cocodataset/cocoapi, maskApi.c, rleFrString).
 * @returns null where the text is none
 */
export function sumOfCompressed(bytes: Uint8Array, start: number, end: number): number | null {
  let [sum, before, beforeLast, count] = [0, 0, 0, 0];
  for (let at = start; at < end; count += 1) {
    let [value, factor, group] = [0, 1, 0];
    do {
      group = (bytes[at] as number) - 48;
      // A backslash is written twice in JSON.
      if (bytes[at] === 0x5c) at += 1;
      at += 1;
      if (group < 0 || group > 63 || at > end || factor > 2 ** 40) return null;
      value += (group & 31) * factor;
      factor *= 32;
      if (group >= 32 && at >= end) return null;
    } while (group >= 32);
    if ((group & 16) !== 0) value -= factor;
    if (count > 2) value += beforeLast;
    if (value < 0) return null;
    [beforeLast, before] = [before, value];
    sum += value;
  }
  return sum;
}
