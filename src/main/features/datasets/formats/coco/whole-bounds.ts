import type { JsonBytes, NumberList } from './json-bytes.ts';

const minus = 0x2d;
const blank = 0x20;
const digitZero = 0x30;
const dot = 0x2e;
const [closeList, comma] = [0x5d, 0x2c];

/** Past 9, taken as a number without sign, where the byte is no digit. */
const digitOf = (byte: number | undefined) => ((byte as number) - digitZero) | 0;

const outermost = 2 ** 30;

/**
 * Three digits, a point, two digits and a comma, as most numbers of polygons are written: seven bytes, taken as the first four and the
 * last four. What is left of each byte then is 0 to 9 for a digit, and 0 for the point and the comma.
 */
const usualLength = 7;
const usualHead = 0x2e303030;
const usualTail = 0x2c30302e;

/** The smallest box of whole numbers around points. */
export class WholeBounds {
  left = outermost;
  top = outermost;
  right = -outermost;
  bottom = -outermost;

  clear(): void {
    this.left = this.top = outermost;
    this.right = this.bottom = -outermost;
  }

  /**
   * Takes a list of plain numbers, x and y in turn, and widens the bounds by them; the decimals are not added up, because most bytes of
   * an annotation file are numbers of its polygons. Answers how many there are; -1, with nothing taken, where a number is written in
   * another way or is not whole in the window.
   */
  take(cursor: JsonBytes): number {
    const { bytes, view } = cursor;
    const lastUsual = bytes.length - usualLength;
    let { left, top, right, bottom } = this;
    let at = (cursor.at + 1) | 0;
    let count = 0;
    for (;;) {
      let low = 0;
      let high = 0;
      let behind = comma as number;
      const head = at <= lastUsual ? view.getInt32(at, true) ^ usualHead : -1;
      const tail = at <= lastUsual ? view.getInt32(at + 3, true) ^ usualTail : -1;
      if (
        (((head + 0x7f060606) | head) & 0x80f0f0f0) === 0 &&
        (((tail + 0x7f06067f) | tail) & 0x80f0f080) === 0 &&
        (head & 0xff) !== 0
      ) {
        low = ((head & 0xff) * 100 + ((head >> 8) & 0xff) * 10 + (head >> 16)) | 0;
        high = tail === 0 ? low : (low + 1) | 0;
        at = (at + usualLength) | 0;
      } else {
        if (bytes[at] === blank) at = (at + 1) | 0;
        const isNegative = bytes[at] === minus;
        if (isNegative) at = (at + 1) | 0;
        let whole = digitOf(bytes[at]);
        if (whole >>> 0 > 9) return -1;
        const first = at;
        at = (at + 1) | 0;
        let digit = digitOf(bytes[at]);
        while (digit >>> 0 <= 9) {
          whole = (Math.imul(whole, 10) + digit) | 0;
          at = (at + 1) | 0;
          digit = digitOf(bytes[at]);
        }
        if (at - first > 9 || (at - first > 1 && bytes[first] === digitZero)) return -1;
        let decimals = 0;
        if (digit === dot - digitZero) {
          at = (at + 1) | 0;
          digit = digitOf(bytes[at]);
          if (digit >>> 0 > 9) return -1;
          while (digit >>> 0 <= 9) {
            decimals |= digit;
            at = (at + 1) | 0;
            digit = digitOf(bytes[at]);
          }
        }
        const far = decimals === 0 ? whole : (whole + 1) | 0;
        low = isNegative ? -far | 0 : whole;
        high = isNegative ? -whole | 0 : far;
        behind = digit + digitZero;
        at = (at + 1) | 0;
      }
      if ((count & 1) === 0) {
        if (low < left) left = low;
        if (high > right) right = high;
      } else {
        if (low < top) top = low;
        if (high > bottom) bottom = high;
      }
      count = (count + 1) | 0;
      if (behind === comma) continue;
      if (behind !== closeList) return -1;
      cursor.at = at;
      this.left = left;
      this.top = top;
      this.right = right;
      this.bottom = bottom;
      return count;
    }
  }

  /** Widens them by x and y in turn; false where one is not finite. */
  add({ values, length }: NumberList): boolean {
    let sum = 0;
    for (let at = 0; at + 1 < length; at += 2) {
      const x = values[at] as number;
      const y = values[at + 1] as number;
      this.left = Math.min(this.left, Math.floor(x));
      this.right = Math.max(this.right, Math.ceil(x));
      this.top = Math.min(this.top, Math.floor(y));
      this.bottom = Math.max(this.bottom, Math.ceil(y));
      sum += x + y;
    }
    return Number.isFinite(sum);
  }
}
