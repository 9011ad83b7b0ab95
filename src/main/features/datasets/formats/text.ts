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
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return utf16(bytes, 'utf-16le', false);
  if (first === 0xfe && second === 0xff) return utf16(bytes, 'utf-16be', false);
  const isMarked = first === 0xef && second === 0xbb && third === 0xbf;
  const zeros = countZeros(bytes.subarray(0, 256));
  if (!isMarked && zeros.all > 0) {
    const encoding = zeros.odd > zeros.all / 2 ? 'utf-16le' : 'utf-16be';
    return zeros.all * 4 > Math.min(bytes.length, 256) ? utf16(bytes, encoding, true) : null;
  }
  try {
    return { text: strict.decode(bytes), encoding: 'utf-8', isGuess: false };
  } catch {
    return isMarked ? null : otherEncoding(bytes, declared);
  }
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
