/** Without those that join what stands beside them, as in letters and pictures made of several: they are seen by that. */
const invisible =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;

const plain = /^[\x20-\x7E]*$/;

/** The text with characters that hide or turn other text spelled out as `\u{…}`. */
export function printable(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
