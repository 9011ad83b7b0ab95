import { isAscii } from 'node:buffer';

/** The longest line that is kept whole, in bytes without its newline. */
export const longestLine = 1024 * 1024;

const newline = 0x0a;
const carriageReturn = 0x0d;

export interface CutLine {
  readonly text: string;
  /** Where it begins in the part. */
  readonly start: number;
  /** Its rest, up to the newline, was left out: it is longer than {@link longestLine}. */
  readonly cut: boolean;
}

/**
 * Cuts a part of a growing file into lines by its bytes; what is no UTF-8 becomes U+FFFD. `consumed` counts the bytes that need
 * not be read again: what stands behind it waits for its newline.
 */
export class LineCutter {
  consumed = 0;
  /** In the middle of a line whose beginning was given as cut: what comes up to the newline is passed over. */
  skipping: boolean;
  private readonly bytes: Buffer;
  private readonly atEnd: boolean;
  /** Of a part that is ASCII all through: a slice of it costs less than decoding each line. */
  private readonly ascii: string | null;

  /** @param atEnd nothing will be written any more: a last line without its newline is a line too */
  constructor(bytes: Buffer, skipping: boolean, atEnd: boolean) {
    this.bytes = bytes;
    this.skipping = skipping;
    this.atEnd = atEnd;
    this.ascii = isAscii(bytes) ? bytes.toString('latin1') : null;
  }

  /** The next line; null where none is whole. */
  next(): CutLine | null {
    if (this.skipping) this.skip();
    if (this.skipping) return null;
    const { bytes, consumed: start } = this;
    const end = this.ascii === null ? bytes.indexOf(newline, start) : this.ascii.indexOf('\n', start);
    if (end >= 0 && end - start <= longestLine) {
      this.consumed = end + 1;
      return { text: this.text(start, end), start, cut: false };
    }
    if (end >= 0 || bytes.length - start > longestLine) {
      this.consumed = start + longestLine;
      this.skipping = true;
      return { text: this.text(start, start + longestLine), start, cut: true };
    }
    if (!this.atEnd || start === bytes.length) return null;
    this.consumed = bytes.length;
    return { text: this.text(start, bytes.length), start, cut: false };
  }

  private skip(): void {
    const end = this.bytes.indexOf(newline, this.consumed);
    this.skipping = end < 0 && !this.atEnd;
    this.consumed = end < 0 ? this.bytes.length : end + 1;
  }

  /** A carriage return before the newline belongs to it. */
  private text(start: number, end: number): string {
    const stop = end > start && this.bytes[end - 1] === carriageReturn ? end - 1 : end;
    return this.ascii === null ? this.bytes.toString('utf8', start, stop) : this.ascii.slice(start, stop);
  }
}
