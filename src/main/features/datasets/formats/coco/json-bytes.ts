/** Why a text is no JSON, in place of the parser's own words: which byte, and on which line. */
export class JsonFault extends Error {
  readonly line: number;
  /** The text is in an unknown encoding. */
  readonly isUndecodable: boolean;

  constructor(message: string, line: number, isUndecodable = false) {
    super(message);
    this.line = line;
    this.isUndecodable = isUndecodable;
  }
}

/** Thrown where the window ends inside a value: more bytes are to be read, and the value begun again. */
export const windowEnded = Symbol('the window ends');

const minus = 0x2d;
const blank = 0x20;
const [digitZero, digitNine] = [0x30, 0x39];
const dot = 0x2e;
const [newline, carriageReturn] = [0x0a, 0x0d];
const [openList, closeList, comma] = [0x5b, 0x5d, 0x2c];

/** Exact as numbers of 64 bits: a whole number up to 2^53 divided by one of these is rounded once (Clinger 1990). */
const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const mostExactDigits = 15;

/** More bytes than any number or word. */
const nearEnd = 4096;

/**
 * The bytes of a JSON text in a window, with a zero byte behind its last: it ends every loop, and no JSON has one. Takes white space,
 * marks and numbers.
 */
export class JsonBytes {
  bytes!: Buffer;
  /** Of the same bytes. */
  view!: DataView;
  /** The next byte. */
  at = 0;
  /** Behind the window's last byte. */
  end = 0;
  /** Where the window begins in the text. */
  base = 0;
  /** 1-based line of the next byte. */
  line = 1;
  /** Whether a line ended in the white space that was taken, since this was set to false. */
  hasBreaks = false;
  /** Whether nothing comes behind the window. */
  isLast = false;

  constructor(bytes: Buffer) {
    this.lookAt(bytes);
  }

  lookAt(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The next byte that is no white space, not taken. */
  peek(): number {
    const { bytes } = this;
    let { at } = this;
    let byte = bytes[at] as number;
    while (byte <= 0x20) {
      if (byte === newline) this.line += 1;
      if (byte === newline || byte === carriageReturn) this.hasBreaks = true;
      else if (byte !== 0x20 && byte !== 0x09) {
        this.at = at;
        this.stop();
      }
      at += 1;
      byte = bytes[at] as number;
    }
    this.at = at;
    return byte;
  }

  /** Takes a byte if it is the next. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at += 1;
    return true;
  }

  expect(byte: number): void {
    if (!this.take(byte)) this.fail(`"${String.fromCharCode(byte)}" is missing`);
  }

  /** Where the window ends, asks for more; everywhere else the text is no JSON. */
  stop(): never {
    if (this.at >= this.end) {
      if (this.isLast) throw new JsonFault('the text ends here', this.line);
      throw windowEnded;
    }
    this.fail(`a ${this.spell(this.bytes[this.at] as number)} is not allowed here`);
  }

  /** A fault near the window's end may be its end: it is looked at again with more bytes. */
  fail(message: string): never {
    if (!this.isLast && this.end - this.at < nearEnd) throw windowEnded;
    throw new JsonFault(message, this.line);
  }

  word(word: string): void {
    if (this.end - this.at < word.length && !this.isLast) throw windowEnded;
    if (this.bytes.toString('latin1', this.at, this.at + word.length) !== word) this.stop();
    this.at += word.length;
  }

  /** A number as JSON has it. NaN and Infinity, which Python writes, are numbers too: who asks says what is wrong with them. */
  number(): number {
    const first = this.peek();
    const { bytes } = this;
    const start = this.at;
    let at = first === minus ? start + 1 : start;
    let digits = 0;
    let mantissa = 0;
    let byte = bytes[at] as number;
    while (byte >= 0x30 && byte <= 0x39) {
      mantissa = mantissa * 10 + (byte - 0x30);
      digits += 1;
      at += 1;
      byte = bytes[at] as number;
    }
    if (digits === 0) return this.wordNumber(first === minus);
    if (digits > 1 && bytes[at - digits] === digitZero)
      this.fail('a number begins with a 0 that other digits follow');
    let decimals = 0;
    if (byte === dot) {
      at += 1;
      byte = bytes[at] as number;
      while (byte >= 0x30 && byte <= 0x39) {
        mantissa = mantissa * 10 + (byte - 0x30);
        decimals += 1;
        at += 1;
        byte = bytes[at] as number;
      }
      if (decimals === 0) this.fail('digits are missing behind a point');
    }
    if (byte === 0x65 || byte === 0x45 || digits + decimals > mostExactDigits)
      return this.longNumber(start, at);
    if (byte === 0 && at >= this.end) {
      // The number may go on behind the window.
      this.at = at;
      if (!this.isLast) throw windowEnded;
    }
    this.at = at;
    const value = decimals === 0 ? mantissa : mantissa / (powersOfTen[decimals] as number);
    return first === minus ? -value : value;
  }

  private longNumber(start: number, from: number): number {
    let at = from;
    for (let byte = this.bytes[at] as number; isOfNumber(byte); byte = this.bytes[at] as number) at += 1;
    this.at = at;
    if (at >= this.end && !this.isLast) throw windowEnded;
    const text = this.bytes.toString('latin1', start, at);
    if (!/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) this.fail(`"${text.slice(0, 40)}" is no number`);
    return Number(text);
  }

  private wordNumber(isNegative: boolean): number {
    const words = ['NaN', 'Infinity'] as const;
    const at = this.at + (isNegative ? 1 : 0);
    if (this.end - at < 8 && !this.isLast) throw windowEnded;
    const word = words.find((each) => this.bytes.toString('latin1', at, at + each.length) === each);
    if (!word) this.stop();
    this.at = at + word.length;
    return isNegative ? -Number(word) : Number(word);
  }

  /**
   * Takes a list of numbers and puts them behind what is in `numbers`. Answers false in its middle where the list holds something
   * else.
   */
  numberList(numbers: NumberList): boolean {
    this.expect(openList);
    if (this.take(closeList)) return true;
    const { bytes } = this;
    let { at } = this;
    for (;;) {
      // The usual number is read here, because most bytes of an annotation file are numbers of its polygons: up to nine digits,
      // which the processor adds up as whole numbers.
      if (bytes[at] === blank) at += 1;
      const first = at;
      const isNegative = bytes[at] === minus;
      if (isNegative) at += 1;
      let digits = -at;
      let decimals = 0;
      let value = 0;
      let digit = (bytes[at] as number) - digitZero;
      while (digit >= 0 && digit <= 9) {
        value = (Math.imul(value, 10) + digit) | 0;
        at += 1;
        digit = (bytes[at] as number) - digitZero;
      }
      digits += at;
      // JSON has no such number: it would be no JSON where it is stored.
      if (digits > 1 && bytes[at - digits] === digitZero) digits = 0;
      if (digits > 0 && digit === dot - digitZero) {
        at += 1;
        decimals = -at;
        digit = (bytes[at] as number) - digitZero;
        while (digit >= 0 && digit <= 9) {
          value = (Math.imul(value, 10) + digit) | 0;
          at += 1;
          digit = (bytes[at] as number) - digitZero;
        }
        decimals += at;
        // Without a digit behind the point it is no number.
        if (decimals === 0) digits = 0;
      }
      const end = digit + digitZero;
      const isUsual = digits > 0 && digits + decimals <= 9 && (end === comma || end === closeList);
      if (isUsual) {
        const absolute = decimals === 0 ? value : value / (powersOfTen[decimals] as number);
        numbers.push(isNegative ? -absolute : absolute);
        at += 1;
      } else {
        this.at = first;
        if (!this.isNumberNext()) return false;
        numbers.push(this.number());
        if (!this.take(comma)) {
          this.expect(closeList);
          return true;
        }
        ({ at } = this);
      }
      if (isUsual && end === closeList) {
        this.at = at;
        return true;
      }
    }
  }

  private isNumberNext(): boolean {
    const byte = this.peek();
    if (byte === closeList) this.fail('there is a comma too many before "]"');
    if (byte === 0) this.stop();
    return byte === minus || (byte >= digitZero && byte <= digitNine) || isOfNumberWord(byte);
  }

  skipNumber(): void {
    const { bytes } = this;
    let { at } = this;
    while (isOfNumber(bytes[at] as number)) at += 1;
    // What stands there is looked at only where it is no digit that ends it.
    const last = bytes[at - 1] as number;
    if (at === this.at || at >= this.end || last < digitZero || last > digitNine) this.number();
    else this.at = at;
  }

  private spell(byte: number): string {
    return byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`;
  }
}

/** The first letter of `NaN` or `Infinity`. */
const isOfNumberWord = (byte: number) => byte === 0x4e || byte === 0x49;

function isOfNumber(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === dot ||
    byte === minus ||
    byte === 0x2b ||
    byte === 0x65 ||
    byte === 0x45
  );
}

/** Numbers in a row, in memory that is used again. */
export class NumberList {
  values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length] = value;
    this.length += 1;
  }
}
