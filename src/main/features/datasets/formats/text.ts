import iconv from 'iconv-lite';

/** A text with the encoding that its bytes were read in. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: TextEncoding;
  /** Nothing in the file says so: no byte order mark, no declaration. UTF-8 is no guess. */
  readonly isGuess: boolean;
}

type TextEncoding = 'utf-8' | 'cp949' | 'utf-16le' | 'utf-16be' | 'declared';

const strict = new TextDecoder('utf-8', { fatal: true });
const replacement = '\uFFFD';

/**
 * Reads a text file: by its byte order mark, as UTF-8, as what it declares, as code page 949 (Korean Windows), as UTF-16.
 * @param declared the encoding that the text itself names, as an XML declaration does @returns null where none fits
 */
export function decodeText(bytes: Uint8Array, declared: string | null = null): DecodedText | null {
  const wide = utf16Of(bytes);
  if (wide) return utf16(bytes, wide.encoding, wide.isGuess);
  const [first, second, third] = bytes;
  const isMarked = first === 0xef && second === 0xbb && third === 0xbf;
  if (!isMarked && countZeros(bytes.subarray(0, 256)).all > 0) return null;
  try {
    return { text: strict.decode(bytes), encoding: 'utf-8', isGuess: false };
  } catch {
    return isMarked ? null : otherEncoding(bytes, declared);
  }
}

/** Which UTF-16 a text is in, by its first bytes: they have a byte order mark, or a zero in every second place. Null where it is none. */
export function utf16Of(
  start: Uint8Array,
): { readonly encoding: 'utf-16le' | 'utf-16be'; readonly isGuess: boolean } | null {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', isGuess: false };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', isGuess: false };
  const { all, odd } = countZeros(start.subarray(0, 256));
  if (all * 4 <= Math.min(start.length, 256)) return null;
  return { encoding: odd > all / 2 ? 'utf-16le' : 'utf-16be', isGuess: true };
}

function otherEncoding(bytes: Uint8Array, declared: string | null): DecodedText | null {
  if (declared !== null && !/^utf-?8$/i.test(declared) && iconv.encodingExists(declared)) {
    const text = decodeWhole(bytes, declared);
    if (text !== null) return { text, encoding: 'declared', isGuess: false };
  }
  const korean = decodeKorean(bytes);
  return korean === null ? null : { text: korean, encoding: 'cp949', isGuess: true };
}

/** The text of bytes in code page 949; null where they are none. */
export function decodeKorean(bytes: Uint8Array): string | null {
  const text = decodeWhole(bytes, 'cp949');
  return text !== null && /[가-힣]/.test(text) ? text : null;
}

/** A text that was read as UTF-8 of two bytes a letter, as those of a few syllables in code page 949 are, too. */
export function asKorean(text: string | null): string | null {
  if (text === null || /[\u0800-\uffff]/.test(text) || !/[\u0080-\u07ff]/.test(text)) return text;
  return decodeKorean(Buffer.from(text)) ?? text;
}

function decodeWhole(bytes: Uint8Array, encoding: string): string | null {
  const text = iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encoding);
  return text.includes(replacement) ? null : text;
}

function utf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be', isGuess: boolean): DecodedText | null {
  const text = bytes.length % 2 === 0 ? decodeWhole(bytes, encoding) : null;
  return text === null ? null : { text, encoding, isGuess };
}

function countZeros(bytes: Uint8Array): { readonly all: number; readonly odd: number } {
  let [all, odd] = [0, 0];
  for (const [index, byte] of bytes.entries()) {
    if (byte !== 0) continue;
    all += 1;
    odd += index % 2;
  }
  return { all, odd };
}
