/** Blocks of a fingerprint, one more across than the 8 × 8 differences of its hash need. */
export const blocksAcross = 9;
export const blocksDown = 8;
/** So many pixels of each side of a block are looked at: more change its mean hardly. */
const samplesASide = 24;

type Values = Uint8Array | Uint16Array;

/** The least and the largest value; 0 if there is none. */
export function rangeOf(values: Values): { readonly lowest: number; readonly highest: number } {
  let lowest = values[0] ?? 0;
  let highest = lowest;
  for (let at = 1; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    if (value < lowest) lowest = value;
    else if (value > highest) highest = value;
  }
  return { lowest, highest };
}

/**
 * An image's fingerprint: the means of 9 × 8 blocks of its grey pixels, row by row, stretched so that the darkest block is 0 and the
 * brightest 255. Images that were scaled, compressed or brightened anew keep theirs nearly.
 * @param pixels of the first of `channels` interleaved channels: width × height × channels values
 */
export function fingerprintOf(pixels: Values, width: number, height: number, channels = 1): Uint8Array {
  const means = new Float64Array(blocksAcross * blocksDown);
  for (let block = 0; block < means.length; block += 1) {
    const [top, bottom] = span(Math.floor(block / blocksAcross), blocksDown, height);
    const [left, right] = span(block % blocksAcross, blocksAcross, width);
    const down = Math.max(1, Math.floor((bottom - top) / samplesASide));
    const across = Math.max(1, Math.floor((right - left) / samplesASide));
    let sum = 0;
    let count = 0;
    for (let y = top; y < bottom; y += down) {
      for (let x = left; x < right; x += across) {
        sum += pixels[(y * width + x) * channels] ?? 0;
        count += 1;
      }
    }
    means[block] = sum / count;
  }
  const darkest = Math.min(...means);
  const scale = 255 / (Math.max(...means) - darkest || 1);
  return Uint8Array.from(means, (mean) => Math.round((mean - darkest) * scale));
}

/** The pixels of one of `count` equal parts of a side; at least one. */
function span(index: number, count: number, side: number): [number, number] {
  const from = Math.min(side - 1, Math.floor((index * side) / count));
  return [from, Math.max(from + 1, Math.floor(((index + 1) * side) / count))];
}
