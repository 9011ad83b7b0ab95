import { eventLimits } from './event-limits.ts';

/** Numbers that JSON has no word for, as Python, C and others print them. */
const bareWord = /[+-]?\b(?:nan|inf|infinity)\b/gi;

/**
 * The value of a line of events.jsonl; undefined where it is no JSON. Words for numbers that JSON has not (`NaN`, `-Infinity`, `nan`)
 * arrive as strings of the same letters.
 */
export function parseEventJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    const quoted = quoteBareWords(line);
    if (quoted === null) return undefined;
    try {
      return JSON.parse(quoted);
    } catch {
      return undefined;
    }
  }
}

/** Null where the line holds none, or a string in it does not end. Goes over the line once, whatever stands in it. */
function quoteBareWords(line: string): string | null {
  if (!/nan|inf/i.test(line)) return null;
  const parts: string[] = [];
  for (let from = 0; from < line.length; ) {
    const open = line.indexOf('"', from);
    const outside = open < 0 ? line.slice(from) : line.slice(from, open);
    parts.push(outside.replace(bareWord, (word) => `"${word}"`));
    if (open < 0) break;
    const close = endOfString(line, open + 1);
    if (close < 0) return null;
    parts.push(line.slice(open, close + 1));
    from = close + 1;
  }
  return parts.join('');
}

/** The place of the quote that closes a string; -1 where none does. */
function endOfString(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at;
  }
  return -1;
}

/** Why a field's value is too much to be kept; null where it is not. Its depth costs no depth of calls. */
export function excessOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  let parts = 0;
  let layer: unknown[] = [value];
  for (let level = 1; layer.length > 0; level += 1) {
    if (level > eventLimits.levels) return `nested deeper than ${eventLimits.levels} levels`;
    const below: unknown[] = [];
    for (const one of layer) {
      const inner: unknown[] = Array.isArray(one) ? one : Object.values(one as object);
      parts += inner.length;
      if (parts > eventLimits.parts) return `more than ${eventLimits.parts} parts`;
      for (const part of inner) if (typeof part === 'object' && part !== null) below.push(part);
    }
    layer = below;
  }
  return null;
}
