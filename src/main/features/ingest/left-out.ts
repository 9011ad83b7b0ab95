import type { LeftOut } from './event-values.ts';

/** Name, fault, how often. */
export type LeftOutCount = readonly [name: string, fault: string, count: number];

/** Kinds that are told apart; further ones are counted together. */
const mostKinds = 200;

/**
 * Counts what was left out of an attempt's events, so that it is told once for each name and kind, and again at the tenth, the
 * hundredth and so on: never for each line.
 */
export class LeftOutCounts {
  private readonly counts: Map<string, { name: string; fault: string; count: number }>;

  constructor(counts: readonly LeftOutCount[]) {
    this.counts = new Map(counts.map(([name, fault, count]) => [keyOf(name, fault), { name, fault, count }]));
  }

  /** Answers what is to be said of it; null where it was said before. */
  add({ name, fault }: LeftOut): string | null {
    const known = this.counts.get(keyOf(name, fault));
    const place = known ?? this.begin(name, fault);
    place.count += 1;
    const { count } = place;
    if (count === 1) return `${place.name} is ${place.fault}: it is left out, the rest of the line is kept`;
    if (!isPowerOfTen(count)) return null;
    return `${place.name} is ${place.fault}: it was left out ${count} times so far`;
  }

  state(): LeftOutCount[] {
    return [...this.counts.values()].map(({ name, fault, count }) => [name, fault, count]);
  }

  private begin(name: string, fault: string): { name: string; fault: string; count: number } {
    const full = this.counts.size >= mostKinds;
    const made = full
      ? { name: 'something else', fault: 'not as events have it', count: 0 }
      : { name, fault, count: 0 };
    const key = keyOf(made.name, made.fault);
    const held = this.counts.get(key) ?? made;
    this.counts.set(key, held);
    return held;
  }
}

function keyOf(name: string, fault: string): string {
  return `${name}\n${fault}`;
}

function isPowerOfTen(count: number): boolean {
  let power = 10;
  while (power < count) power *= 10;
  return power === count;
}
