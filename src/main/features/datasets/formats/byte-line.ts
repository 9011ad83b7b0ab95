/** Numbers below it have few enough digits that hundredths of them are exact. */
const mostWithHundredths = 1e9;

/** A text of ASCII that is put together from numbers and bytes, in memory that is used again. */
export class ByteLine {
  private buffer = Buffer.allocUnsafe(2 ** 16);
  /** In bytes; set back to leave out what was put in last. */
  length = 0;

  /** What was put in, until something more is. */
  get view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  slice(start: number, end = this.length): string {
    return this.buffer.toString('latin1', start, end);
  }

  /** Puts in a text of ASCII. */
  text(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { buffer } = this;
    if (length > 64) buffer.write(text, this.length, 'latin1');
    else for (let at = 0; at < length; at += 1) buffer[this.length + at] = text.charCodeAt(at);
    this.length += length;
  }

  bytes(from: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    from.copy(this.buffer, this.length, start, end);
    this.length += end - start;
  }

  /** Puts in a finite number as JSON has it. */
  number(value: number): void {
    const hundredths = Math.round(value * 100);
    // No two numbers of two decimals are one in 64 bits, so these are the shortest digits that give it.
    if (value >= 0 && value < mostWithHundredths && hundredths / 100 === value && !Object.is(value, -0)) {
      const whole = Math.floor(hundredths / 100);
      const rest = hundredths - whole * 100;
      this.digits(whole);
      if (rest === 0) return;
      this.reserve(3);
      this.put(dot);
      this.put(digitZero + Math.floor(rest / 10));
      if (rest % 10 !== 0) this.put(digitZero + (rest % 10));
    } else this.text(String(value));
  }

  private digits(whole: number): void {
    this.reserve(10);
    let count = 1;
    for (let power = 10; power <= whole; power *= 10) count += 1;
    let left = whole | 0;
    for (let at = this.length + count - 1; at >= this.length; at -= 1) {
      const tens = (left / 10) | 0;
      this.buffer[at] = digitZero + (left - tens * 10);
      left = tens;
    }
    this.length += count;
  }

  private put(byte: number): void {
    this.buffer[this.length] = byte;
    this.length += 1;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.length + bytes, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

const [dot, digitZero] = [0x2e, 0x30];
