/** Full-width forms (U+FF01 to U+FF5E) as an input method for Korean writes them, with their blank; and the minus of typesetting. */
function toPlain(text: string): string {
  return text
    .replace(/[\uFF01-\uFF5E]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
    .replaceAll('\u2212', '-')
    .trim();
}

/** Thousands in threes by commas, or digits with single underscores between them. */
const whole = String.raw`(?:[1-9]\d{0,2}(?:,\d{3})+|\d+(?:_\d+)*)`;
const decimal = new RegExp(String.raw`^[+-]?(?:${whole}(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,4})?$`, 'i');

/**
 * The number that a person wrote: `1e-4`, `.001`, `10,000`, `1_000`, `＋１０`. The decimal sign is the point, in Korean as in English, so
 * `0,001` and `1,5` are no numbers; nor are `0x10`, an empty text, or what a double cannot hold (`1e400`, `1e-400`).
 * @returns null if it is no number
 */
export function readNumber(text: string): number | null {
  const plain = toPlain(text);
  if (!decimal.test(plain)) return null;
  const value = Number(plain.replace(/[,_]/g, ''));
  const vanished = value === 0 && /[1-9]/.test(plain.split(/e/i)[0] ?? '');
  if (!Number.isFinite(value) || vanished) return null;
  return value === 0 ? 0 : value;
}
