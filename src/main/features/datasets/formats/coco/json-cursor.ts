import { decodeKorean } from '../text.ts';
import { JsonBytes, JsonFault, type NumberList } from './json-bytes.ts';

/** What a string holds: nothing but ASCII, other characters, too, or escapes. */
type StringKind = 'ascii' | 'unicode' | 'escaped';

const quote = 0x22;
const backslash = 0x5c;
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const [comma, colon] = [0x2c, 0x3a];

/** Deeper than any annotation. */
const deepest = 1000;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Keys as {@link JsonCursor.fields} compares them. */
export interface KeyNames {
  readonly names: readonly Uint8Array[];
  /** Each in quotes and with a colon behind, as nearly all are written. */
  readonly usual: readonly UsualKey[];
  /** Which key came behind each one, and first of all (at the end), in the last object: in most files it does in the next, too. */
  readonly followers: Uint8Array;
}

interface UsualKey {
  readonly length: number;
  /** Its bytes, four in one, and its last four. */
  readonly words: Int32Array;
  readonly last: number;
}

function usualKey(name: string): UsualKey {
  const bytes = Buffer.from(`"${name}":`);
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, at) => bytes.readInt32LE(at * 4));
  return { length: bytes.length, words, last: bytes.readInt32LE(bytes.length - 4) };
}

/** The keys that an object is read by, each known from then on by its place here. */
export const keyNames = (...names: readonly string[]): KeyNames => ({
  names: names.map((name) => Buffer.from(name)),
  usual: names.map(usualKey),
  followers: new Uint8Array(names.length + 2),
});

/** Reads JSON from bytes, value by value, without making objects of it. */
export class JsonCursor extends JsonBytes {
  /** The first text that is not UTF-8 and was read in code page 949. */
  korean: { readonly text: string; readonly line: number } | null = null;
  /** The brackets that are open around the value that is skipped. */
  private readonly open = new Uint8Array(deepest);

  /** Calls `field` behind the colon of each key with its place in the names, -1 for another; it takes the value. */
  fields(keys: KeyNames, field: (key: number) => void): void {
    this.expect(openObject);
    if (this.take(closeObject)) return;
    const { followers } = keys;
    const { length } = keys.names;
    let before = length + 1;
    do {
      const key = this.key(keys, followers[before] as number);
      const place = key < 0 ? length : key;
      followers[before] = place;
      before = place;
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

  /** Takes a key and its colon. Answers which of the names it is; -1 for another. @param guess is looked at first */
  private key({ names, usual }: KeyNames, guess: number): number {
    if (this.peek() !== quote) this.stop();
    const { at } = this;
    if (guess < names.length && this.isUsualKey(usual[guess] as UsualKey)) return guess;
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

  private isUsualKey({ length, words, last }: UsualKey): boolean {
    const { view, at } = this;
    if (at + length > this.end) return false;
    for (let index = 0; index < words.length; index += 1)
      if (view.getInt32(at + index * 4, true) !== words[index]) return false;
    if (view.getInt32(at + length - 4, true) !== last) return false;
    this.at = at + length;
    return true;
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

  /** Takes a list of numbers; false, with the value taken all the same, where it holds something else or is none. */
  numbersOnly(numbers: NumberList): boolean {
    const { at, line } = this;
    if (this.peek() === openList && this.numberList(numbers)) return true;
    this.at = at;
    this.line = line;
    this.skipValue();
    return false;
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
    else this.skipNumber();
  }
}

/** The bracket that closes one: in ASCII it stands two behind. */
const closing = (open: number) => open + 2;
