import iconv from 'iconv-lite';
import { namesEncodings } from '../../../../shared/contract/dataset-reading.ts';
import type { Bilingual, Parameter } from '../../../../shared/errors/entry.ts';
import { makeProblem, type Problem } from '../problems.ts';
import type { KnownEncoding, NamesEncoding } from '../reading.ts';
import type { SourceEntry } from '../source.ts';

/** How the names of an archive that does not say it are encoded: one decision for all of them. */
export interface NamesDecision {
  /** Null if it cannot be determined. */
  readonly encoding: KnownEncoding | null;
  readonly isGuess: boolean;
  /** The bytes of a name (or of one part of a path) on which the decision was made; null if all names are ASCII. */
  readonly example: Buffer | null;
}

/** Whether every byte is ASCII, so that all encodings read it alike. */
export const isAscii = (bytes: Uint8Array) => bytes.every((byte) => byte < 0x80);
const replacement = '\uFFFD';

/** The text of bytes; null where they are none in this encoding. */
function decodeWhole(bytes: Buffer, encoding: KnownEncoding): string | null {
  const text = iconv.decode(bytes, encoding, { stripBOM: false });
  return text.includes(replacement) ? null : text;
}

/** The text of bytes; those that are none in this encoding are spelled `%E9`, so that the name can be used all the same. */
export function decodeName(bytes: Buffer, encoding: KnownEncoding): { name: string; isWhole: boolean } {
  const whole = decodeWhole(bytes, encoding);
  if (whole !== null) return { name: whole, isWhole: true };
  let name = '';
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find(
      (count) => at + count <= bytes.length && decodeWhole(bytes.subarray(at, at + count), encoding) !== null,
    );
    if (length === undefined) {
      name += `%${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
      at += 1;
    } else {
      name += decodeWhole(bytes.subarray(at, at + length), encoding);
      at += length;
    }
  }
  return { name, isWhole: false };
}

/** So many different parts of names are enough to decide by. */
const mostParts = 50_000;

/** The names of an archive that are no ASCII and don't say their encoding, gathered to decide on all of them together. */
export class UnsaidNames {
  private readonly folders = new Map<string, Buffer>();
  private readonly files = new Map<string, Buffer>();
  private isMadeOnUnix = true;

  /** @param isMadeOnUnix the archive says that a Unix or a Mac wrote this entry: their names are UTF-8 as a rule */
  add(path: Buffer, isMadeOnUnix: boolean): void {
    if (isAscii(path)) return;
    this.isMadeOnUnix &&= isMadeOnUnix;
    let start = 0;
    for (let at = 0; at <= path.length; at += 1) {
      if (at < path.length && path[at] !== 0x2f && path[at] !== 0x5c) continue;
      const part = path.subarray(start, at);
      const parts = at < path.length ? this.folders : this.files;
      if (!isAscii(part) && parts.size < mostParts) parts.set(part.toString('latin1'), Buffer.from(part));
      start = at + 1;
    }
  }

  /**
   * UTF-8 where it can be nothing else; code page 949 or 437 as a guess where all names make sense in it. The folders decide,
   * for they are the labels; a single odd file does not.
   */
  decide(): NamesDecision {
    const folders = [...this.folders.values()];
    const files = [...this.files.values()];
    const labels = folders.length > 0 ? folders : files;
    const [example = null] = labels;
    const decided = (encoding: KnownEncoding | null, isGuess: boolean) => ({ encoding, isGuess, example });
    if (labels.every((part) => decodeWhole(part, 'utf-8') !== null)) {
      // Rare syllables alone are no proof of Korean, and yet they may be it.
      const isSure = this.isMadeOnUnix || labels.some(isSurelyUtf8) || !isKorean(labels, 0, 0);
      if (isSure || files.some(isSurelyUtf8)) return decided('utf-8', false);
      if (isKorean(files) && files.some((part) => decodeWhole(part, 'utf-8') === null))
        return decided('cp949', true);
      return folders.length > 0 ? decided(null, true) : decided('utf-8', true);
    }
    if (isKorean(labels, folders.length > 0 ? 0 : 0.2)) return decided('cp949', true);
    if (labels.every(isWesternDos)) return decided('cp437', true);
    // Only files have such names: no label depends on them, and what can't be read is spelled by its bytes.
    return folders.length > 0 ? decided(null, true) : decided('utf-8', true);
  }
}

/** UTF-8 that no Korean text happens to be: a character of three bytes or more, or a Latin letter glued to one with an accent. */
function isSurelyUtf8(part: Buffer): boolean {
  const text = decodeWhole(part, 'utf-8');
  if (text === null) return false;
  return /[\u0800-\u{10FFFF}]|[A-Za-z][\u00C0-\u024F]|[\u00C0-\u024F][a-z]/u.test(text);
}

const koreanText =
  /^[\u0020-\u007E\uAC00-\uD7A3\u3131-\u318E\u3000-\u303F\uFF01-\uFF5E\u00B7\u2018-\u2026\u2103\u2460-\u2473]*$/u;

/**
 * Whether names make sense as Korean in code page 949. Its rare syllables share their bytes with Shift JIS and Western code pages: a
 * fifth of all must be common ones (KS X 1001).
 * @param odd the share of names that may be something else
 * @param leastCommon the share of common syllables; 0 asks whether the names can be Korean at all
 */
function isKorean(parts: readonly Buffer[], odd = 0, leastCommon = 0.2): boolean {
  let [syllables, common, strange] = [0, 0, 0];
  for (const part of parts) {
    const text = decodeWhole(part, 'cp949');
    const counted = text !== null && koreanText.test(text) ? countSyllables(part) : null;
    if (counted) {
      syllables += counted.all;
      common += counted.common;
    } else strange += 1;
  }
  return syllables > 0 && strange <= parts.length * odd && common >= syllables * leastCommon;
}

const isLetter = (byte: number | undefined) =>
  byte !== undefined && /[A-Za-z]/.test(String.fromCharCode(byte));

/** Null if a rare syllable is glued to Latin letters, as a Western name's accented letter looks here. */
function countSyllables(part: Buffer): { all: number; common: number } | null {
  let [all, common] = [0, 0];
  for (let at = 0; at < part.length; at += 1) {
    const lead = part[at] ?? 0;
    if (lead < 0x80) continue;
    const trail = part[at + 1] ?? 0;
    if (isLetter(trail) && isLetter(part[at - 1])) return null;
    all += 1;
    if (lead >= 0xb0 && lead <= 0xc8 && trail >= 0xa1) common += 1;
    at += 1;
  }
  return { all, common };
}

/**
 * A Western name in DOS's code page 437: of its upper half only letters, and fewer of them than plain ones (a rare Korean syllable
 * can be one of each).
 */
function isWesternDos(part: Buffer): boolean {
  const accented = part.filter((byte) => byte >= 0x80);
  return (
    accented.every((byte) => byte <= 0xa5 || byte === 0xe1) && part.filter(isLetter).length > accented.length
  );
}

type AddName = (path: Buffer, isMadeOnUnix: boolean) => void;

/** Decides once how an archive's names are read, and keeps to it however often the archive is read. */
export class NameReader {
  private readonly wished: NamesEncoding;
  private readonly gather: (add: AddName) => Promise<void>;
  private decision: Promise<NamesDecision> | null = null;
  private decided: NamesDecision | null = null;

  /** @param gather calls its argument with each name that does not say its encoding */
  constructor(wished: NamesEncoding, gather: (add: AddName) => Promise<void>) {
    this.wished = wished;
    this.gather = gather;
  }

  /** Call it before `encoding`. Returns the problem to report: the encoding is a guess, or (fatal) cannot be determined. */
  async decide(): Promise<SourceEntry | null> {
    this.decision ??= this.find();
    this.decided = await this.decision;
    const { encoding, isGuess, example } = this.decided;
    if (encoding === null) return { kind: 'problem', problem: namesUnknown(this.decided), fatal: true };
    if (!isGuess || !example) return null;
    return { kind: 'problem', problem: namesGuessed(encoding, example), warning: true };
  }

  get isDecided(): boolean {
    return this.decided !== null;
  }

  get encoding(): KnownEncoding {
    return this.decided?.encoding ?? 'utf-8';
  }

  /** Counts names that the encoding can't be right for. */
  undecodable() {
    const { encoding } = this;
    let [count, first] = [0, ''];
    return {
      add(name: string): void {
        count += 1;
        if (count === 1) first = name;
      },
      *report(): Generator<SourceEntry> {
        if (count > 0)
          yield { kind: 'problem', problem: namesUndecodable(encoding, count, first), warning: true };
      },
    };
  }

  private async find(): Promise<NamesDecision> {
    if (this.wished !== 'auto') return { encoding: this.wished, isGuess: false, example: null };
    const names = new UnsaidNames();
    await this.gather((path, isMadeOnUnix) => names.add(path, isMadeOnUnix));
    return names.decide();
  }
}

const titles: Readonly<Record<string, Bilingual>> = {
  cp949: { en: 'Korean (code page 949)', ko: '한국어(코드 페이지 949)' },
  cp437: { en: 'Western (code page 437)', ko: '서유럽어(코드 페이지 437)' },
  shift_jis: { en: 'Japanese (Shift JIS)', ko: '일본어(Shift JIS)' },
  gbk: { en: 'Chinese (GBK)', ko: '중국어(GBK)' },
  big5: { en: 'Chinese (Big5)', ko: '중국어(Big5)' },
  'windows-1252': { en: 'Western (Windows 1252)', ko: '서유럽어(Windows 1252)' },
};
const title = (encoding: NamesEncoding): Parameter => titles[encoding] ?? encoding.toUpperCase();
const encodings = namesEncodings.filter((encoding) => encoding !== 'auto');

const hex = (bytes: Buffer) =>
  [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

/** The encoding is a guess. An example shows a person whether it is right. */
function namesGuessed(encoding: NamesEncoding, example: Buffer): Problem {
  const name = encoding === 'auto' ? '' : (decodeWhole(example, encoding) ?? '');
  const others = encodings.filter((other) => other !== encoding).join(', ');
  return makeProblem('NAMES_GUESSED', name, { encoding: title(encoding), bytes: hex(example), name, others });
}

/** The encoding cannot be determined. The problem shows an example in each possible one. */
function namesUnknown({ example }: NamesDecision): Problem {
  const bytes = example ?? Buffer.alloc(0);
  const readings = encodings.flatMap((encoding) => {
    const name = decodeWhole(bytes, encoding);
    return name === null ? [] : [{ en: `"${name}" in ${encoding}`, ko: `${encoding}에서는 "${name}"` }];
  });
  const list = (language: keyof Bilingual) => readings.map((reading) => reading[language]).join(', ');
  return makeProblem('NAMES_ENCODING_UNKNOWN', '', {
    bytes: hex(bytes),
    readings: { en: list('en'), ko: list('ko') },
  });
}

/** Names that are none in the archive's encoding: their bytes are spelled out. */
function namesUndecodable(encoding: NamesEncoding, count: number, first: string): Problem {
  return makeProblem('NAMES_UNDECODABLE', first, { count, encoding: title(encoding) });
}
