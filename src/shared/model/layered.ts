import { isRecord } from './is-record.ts';

/** A document over another: what it says wins, field by field; a list and null are values, and undefined says nothing. */
export function layered(below: object, above: object = {}): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...below };
  for (const [field, value] of Object.entries(above)) {
    const under = merged[field];
    if (value !== undefined)
      merged[field] = isRecord(value) && isRecord(under) ? layered(under, value) : value;
  }
  return merged;
}
