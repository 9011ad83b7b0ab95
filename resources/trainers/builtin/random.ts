/** FNV-1a over the parts' text, with a final mixing, so that seeds that differ in one bit start far apart. */
function hash(text: string, start: number): number {
  let value = start ^ 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return value ^ (value >>> 16);
}

/**
 * Reproducible random numbers: the generator sfc32 (Chris Doty-Humphrey, PractRand). Each use has a stream of its own, named by
 * the seed, its purpose and its place (`new Random(seed, 'order', epoch)`), so that a resumed run needs no saved state.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...name: readonly (string | number)[]) {
    const text = name.join('\u0000');
    this.#a = hash(text, 1);
    this.#b = hash(text, 2);
    this.#c = hash(text, 3);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** A whole number from 0 to 2³² − 1. The same steps stand in `mask`. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** `count` numbers, each by chance 0 (a share of `zeros`) or else `other`; sixteen random bits decide. */
  mask(count: number, zeros: number, other: number): Float32Array {
    const result = new Float32Array(count);
    const limit = Math.round(zeros * 2 ** 16);
    // Chosen by place: a branch that nobody can foretell takes several times as long.
    const choices = [other, 0];
    // The generator's state is taken out of the object for the loop, which takes a third of the time so.
    let [a, b, c, counter] = [this.#a, this.#b, this.#c, this.#counter];
    for (let index = 0; index < count; index += 2) {
      const bits = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + bits) | 0;
      result[index] = choices[((bits >>> 16) - limit) >>> 31] ?? 0;
      if (index + 1 < count) result[index + 1] = choices[((bits & 0xffff) - limit) >>> 31] ?? 0;
    }
    [this.#a, this.#b, this.#c, this.#counter] = [a, b, c, counter];
    return result;
  }

  /** From 0 (inclusive) to 1 (exclusive). */
  uniform(): number {
    return this.next() / 2 ** 32;
  }

  /** A whole number from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Normally distributed, mean 0, deviation 1 (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The same items in random order (Fisher and Yates). */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      [result[last], result[other]] = [result[other] as Item, result[last] as Item];
    }
    return result;
  }
}
