import type { LeftOut } from './event-fields.ts';

/** Name, fault, how often. */
type LeftOutCount = readonly [name: string, fault: string, count: number];

/** How many kinds are counted separately; further ones are counted together. */
const mostKinds = 200;

/**
 * Counts what was left out of an attempt's events, so that it is reported once for each name and kind, and again at the tenth, the
 * hundredth and so on: never for each line.
 */
export class LeftOutCounts {
  private readonly counts: Map<string, LeftOutCount>;

  constructor(counts: readonly LeftOutCount[]) {
    this.counts = new Map(counts.map((counted) => [keyOf(counted), counted]));
  }

  /** Returns the sentence to report; null if it was reported before. */
  add({ name: given, fault: givenFault }: LeftOut): string | null {
    let counted: LeftOutCount = [given, givenFault, 0];
    if (!this.counts.has(keyOf(counted)) && this.counts.size >= mostKinds)
      counted = ['a further field', 'invalid', 0];
    const key = keyOf(counted);
    const [name, fault, before] = this.counts.get(key) ?? counted;
    const count = before + 1;
    this.counts.set(key, [name, fault, count]);
    if (count === 1) return `${name} is ${fault}: it is left out, the rest of the line is kept`;
    const isPowerOfTen = /^10+$/.test(String(count));
    return isPowerOfTen ? `${name} is ${fault}: it was left out ${count} times so far` : null;
  }

  /** The counts, as a further reader of this attempt begins with them. */
  state(): LeftOutCount[] {
    return [...this.counts.values()];
  }
}

const keyOf = ([name, fault]: LeftOutCount) => `${name}\n${fault}`;
