import { decodeKorean } from '../text.ts';

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

/** What a string holds: nothing but ASCII, other characters, too, or escapes. */
type StringKind = 'ascii' | 'unicode' | 'escaped';

/** Thrown where the window ends inside a value: more bytes are to be read, and the value begun again. */
export const windowEnded = Symbol('the window ends');

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
const dot = 0x2e;
const newline = 0x0a;
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const comma = 0x2c;
const colon = 0x3a;

/** Exact as numbers of 64 bits: a whole number up to 2^53 divided by one of these is rounded once (Clinger 1990). */
const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const mostExactDigits = 15;
/** Deeper than any annotation. */
const deepest = 1000;

/** More bytes than any number or word. */
const nearEnd = 4096;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Keys as {@link JsonCursor.fields} compares them. */
export const keyNames = (...names: readonly string[]): readonly Uint8Array[] =>
  names.map((name) => Buffer.from(name));

/**
 * Reads JSON from bytes, value by value, without making objects of it. A zero byte stands behind the window's last: it ends every
 * loop, and no JSON has one.
 */
export class JsonCursor {
  bytes: Buffer;
  /** The next byte. */
  at = 0;
  /** Behind the window's last byte. */
  end = 0;
  /** 1-based line of the next byte. */
  line = 1;
  /** Whether nothing comes behind the window. */
  isLast = false;
  /** The first text that is not UTF-8 and was read in code page 949. */
  korean: { readonly text: string; readonly line: number } | null = null;
  /** The brackets that are open around the value that is skipped. */
  private readonly open = new Uint8Array(deepest);

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** The next byte that is no white space, not taken. */
  peek(): number {
    const { bytes } = this;
    let { at } = this;
    let byte = bytes[at] as number;
    while (byte <= 0x20) {
      if (byte === newline) this.line += 1;
      else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) {
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

  /** Calls `field` behind the colon of each key with its place in `names`, -1 for another; it takes the value. */
  fields(names: readonly Uint8Array[], field: (key: number) => void): void {
    this.expect(openObject);
    if (this.take(closeObject)) return;
    let guess = 0;
    do {
      const key = this.key(names, guess);
      guess = key + 1;
      field(key);
    } while (this.take(comma));
    this.expect(closeObject);
  }

  /** Takes a string and leaves it where it is; its bytes are `bytes.subarray(start, this.at - 1)`. Answers what is in it. */
  skipString(): StringKind {
    if (this.peek() !== quote) this.stop();
    const { bytes } = this;
    let at = this.at + 1;
    let kind: StringKind = 'ascii';
    for (;;) {
      const byte = bytes[at] as number;
      if (byte === quote) break;
      if (byte === backslash) {
        kind = 'escaped';
        at += 1;
        if (at >= this.end) {
          this.at = at;
          this.stop();
        }
      } else if (byte < 0x20) {
        this.at = at;
        this.stop();
      } else if (byte > 0x7f && kind === 'ascii') kind = 'unicode';
      at += 1;
    }
    this.at = at + 1;
    return kind;
  }

  string(): string {
    this.peek();
    const start = this.at;
    const kind = this.skipString();
    if (kind === 'ascii') return this.bytes.toString('latin1', start + 1, this.at - 1);
    const text = this.decode(this.bytes.subarray(start, this.at));
    if (kind === 'unicode') return text.slice(1, -1);
    try {
      return JSON.parse(text) as string;
    } catch {
      return this.fail('a text has a wrong escape (backslash)');
    }
  }

  private decode(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes);
    } catch {
      const text = decodeKorean(bytes);
      if (text === null) throw new JsonFault('', this.line, true);
      this.korean ??= { text: text.slice(1, -1), line: this.line };
      return text;
    }
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
    if (!/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) this.fail(`"${text}" is no number`);
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
    for (;;) {
      let at = this.at;
      let byte = bytes[at] as number;
      // The usual way is written out, because most bytes of an annotation file are numbers of its polygons.
      if (byte <= 0x20) {
        byte = this.peek();
        at = this.at;
      }
      const isNegative = byte === minus;
      if (!isNegative && (byte < 0x30 || byte > 0x39) && !isOfNumberWord(byte)) {
        if (byte === closeList) this.fail('there is a comma too many before "]"');
        if (byte === 0) this.stop();
        return false;
      }
      if (isNegative) {
        at += 1;
        byte = bytes[at] as number;
      }
      const start = at;
      let mantissa = 0;
      let digit = byte - 0x30;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        at += 1;
        digit = (bytes[at] as number) - 0x30;
      }
      let point = at;
      let length = at - start;
      if (digit === dot - 0x30) {
        at += 1;
        point = at;
        digit = (bytes[at] as number) - 0x30;
        while (digit >= 0 && digit <= 9) {
          mantissa = mantissa * 10 + digit;
          at += 1;
          digit = (bytes[at] as number) - 0x30;
        }
        length = at - start - 1;
      }
      byte = digit + 0x30;
      if (
        length <= mostExactDigits &&
        start < point &&
        (byte === comma || byte === closeList) &&
        point !== at + (at === point ? 1 : 0)
      ) {
        const value = at === point ? mantissa : mantissa / (powersOfTen[at - point] as number);
        numbers.push(isNegative ? -value : value);
        this.at = at + 1;
        if (byte === closeList) return true;
        continue;
      }
      numbers.push(this.number());
      if (this.take(comma)) continue;
      this.expect(closeList);
      return true;
    }
  }

  /** Takes a key and its colon. Answers which of `names` it is; -1 for another. @param guess is looked at first */
  private key(names: readonly Uint8Array[], guess: number): number {
    if (this.peek() !== quote) this.stop();
    const { at } = this;
    if (guess < names.length && this.isKey(names[guess] as Uint8Array, at + 1)) return guess;
    for (let index = 0; index < names.length; index += 1)
      if (this.isKey(names[index] as Uint8Array, at + 1)) return index;
    const kind = this.skipString();
    this.expect(colon);
    if (kind !== 'escaped') return -1;
    const behind = this.at;
    this.at = at;
    const key = this.string();
    this.at = behind;
    return names.findIndex((name) => decoder.decode(name) === key);
  }

  private isKey(name: Uint8Array, from: number): boolean {
    const { bytes } = this;
    const { length } = name;
    for (let index = 0; index < length; index += 1) if (bytes[from + index] !== name[index]) return false;
    if (bytes[from + length] !== quote) return false;
    this.at = from + length + 1;
    if (bytes[this.at] === colon) this.at += 1;
    else this.expect(colon);
    return true;
  }

  /** Takes any value. It does not call itself: what is read may be made to end the stack. */
  skipValue(): void {
    const { open } = this;
    for (let depth = 0; ; ) {
      const byte = this.peek();
      if (byte === openObject || byte === openList) {
        this.at += 1;
        if (this.peek() !== closing(byte)) {
          if (depth === deepest) this.fail(`values lie in one another more than ${deepest} deep`);
          open[depth] = byte;
          depth += 1;
          if (byte === openObject) this.skipKey();
          continue;
        }
        this.at += 1;
      } else this.skipScalar(byte);
      for (; depth > 0; depth -= 1) {
        const around = open[depth - 1] as number;
        if (this.take(comma)) {
          if (around === openObject) this.skipKey();
          else if (this.peek() === closeList) this.fail('there is a comma too many before "]"');
          break;
        }
        this.expect(closing(around));
      }
      if (depth === 0) return;
    }
  }

  private skipKey(): void {
    this.skipString();
    this.expect(colon);
  }

  private skipScalar(byte: number): void {
    if (byte === quote) this.skipString();
    else if (byte === 0x74) this.word('true');
    else if (byte === 0x66) this.word('false');
    else if (byte === 0x6e) this.word('null');
    else this.number();
  }

  word(word: string): void {
    if (this.end - this.at < word.length && !this.isLast) throw windowEnded;
    if (this.bytes.toString('latin1', this.at, this.at + word.length) !== word) this.stop();
    this.at += word.length;
  }

  private spell(byte: number): string {
    return byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`;
  }
}

/** The bracket that closes one: in ASCII it stands two behind. */
const closing = (open: number) => open + 2;

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
