import { exactJson } from '../../shared/model/metric-values.ts';

/**
 * PostgreSQL's jsonb takes neither NUL nor half of a surrogate pair; log lines and names hold both. In the JSON text such a
 * code unit stands as U+001A (the control character "substitute") and its four hexadecimal digits, and so does U+001A itself.
 *
 * `JSON.stringify` writes control characters and lone surrogates, and nothing else, as `\uXXXX`, in lower case.
 */
const forbidden = /\\(?:\\|u(0000|001a|d[89a-f][0-9a-f]{2}))/g;
const substituted = /\\(?:\\|u001a([0-9a-f]{4}))/g;

/** Escapes what `JSON.stringify` wrote, so that jsonb takes it. */
export function escapeForJsonb(jsonText: string): string {
  if (!jsonText.includes('\\u')) return jsonText;
  return jsonText.replace(forbidden, (found, unit: string | undefined) => (unit ? `\\u001a${unit}` : found));
}

/** A value as text for jsonb. NaN and infinities become strings. */
export function stringifyJsonb(value: unknown): string {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'number' ? exactJson(inner) : inner,
  );
  return escapeForJsonb(text);
}

/** Parses what the functions above wrote. Numbers that became strings stay strings. */
export function parseJsonb(text: string): unknown {
  if (!text.includes('\\u001a')) return JSON.parse(text);
  return JSON.parse(
    text.replace(substituted, (found, unit: string | undefined) => (unit ? `\\u${unit}` : found)),
  );
}
