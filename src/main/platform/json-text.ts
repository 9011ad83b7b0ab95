/** Deeper than this, MongoDB takes no document; nothing of ours comes near. */
const deepest = 100;

/** Why a value is no JSON, and where in it (dotted, empty for the value itself). */
export interface JsonFault {
  readonly field: string;
  readonly reason: string;
}

/**
 * The JSON text of a value that comes back the same: what JSON would silently change (NaN, a Date, `undefined` in an array,
 * a class's instance) is a fault instead. Properties that are `undefined` are left out; -0 becomes 0.
 */
export function toJsonText(value: unknown): { readonly text: string } | { readonly fault: JsonFault } {
  const fault = faultIn(value, '', 0);
  return fault ? { fault } : { text: JSON.stringify(value) };
}

function faultIn(value: unknown, field: string, depth: number): JsonFault | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? null : { field, reason: `${value} is no JSON number` };
  }
  if (typeof value !== 'object') return { field, reason: `${typeof value} is no JSON value` };
  if (depth === deepest) return { field, reason: `nested deeper than ${deepest} levels` };
  const isArray = Array.isArray(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isArray && prototype !== Object.prototype && prototype !== null) {
    return { field, reason: `${value.constructor.name} is no JSON value` };
  }
  // An array's own iterator visits its holes too: JSON would make null of them.
  for (const [name, inner] of isArray ? value.entries() : Object.entries(value)) {
    if (inner === undefined && !isArray) continue;
    const fault = faultIn(inner, field === '' ? `${name}` : `${field}.${name}`, depth + 1);
    if (fault) return fault;
  }
  return null;
}
