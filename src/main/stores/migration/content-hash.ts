import { createHash } from 'node:crypto';

const modulus = 2n ** 256n;

/**
 * A hash over a set of things, whatever their order: the sum of their SHA-256 (modulo 2^256). Unlike an exclusive or, a thing that is
 * there twice does not vanish.
 */
export class ContentHash {
  private sum = 0n;
  private things = 0;

  get count(): number {
    return this.things;
  }

  /** Adds a thing by its parts, each of which ends where it ends. */
  add(...parts: readonly (string | Uint8Array)[]): void {
    const hash = createHash('sha256');
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      hash.update(`${bytes.length}:`).update(bytes);
    }
    this.sum = (this.sum + BigInt(`0x${hash.digest('hex')}`)) % modulus;
    this.things += 1;
  }

  hex(): string {
    return this.sum.toString(16).padStart(64, '0');
  }
}

/** The JSON text of a value with the fields of each object in one order: equal values have equal texts. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item ?? null)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonicalText(inner)}`);
  return `{${fields.join()}}`;
}
