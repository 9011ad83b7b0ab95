import { blocksAcross, blocksDown } from './fingerprint.ts';

/** Four bands of 16 bits: two hashes that differ in at most three bits have one band in common. */
const bands = 4;
const differentBits = 3;
/** What the means of blocks, from 0 to 255, may differ in the mean and at most: measured on copies that were scaled and saved anew. */
const meanDifference = 6;
const largestDifference = 32;
/** Comparisons in all, about a second: plain images that share their bands must not cost more. */
const mostComparisons = 20_000_000;

/** 64 bits: whether each block of a fingerprint is brighter than its right neighbour (dHash), in halves of 32. */
function hashOf(fingerprint: Uint8Array): readonly [number, number] {
  const halves: [number, number] = [0, 0];
  for (let bit = 0; bit < 64; bit += 1) {
    const at = Math.floor(bit / (blocksAcross - 1)) * blocksAcross + (bit % (blocksAcross - 1));
    if ((fingerprint[at] ?? 0) > (fingerprint[at + 1] ?? 0)) halves[bit < 32 ? 0 : 1] |= 1 << (bit % 32);
  }
  return halves;
}

function countBits(value: number): number {
  let rest = value - ((value >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function areAlike(one: Uint8Array, other: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < blocksAcross * blocksDown; at += 1) {
    const difference = Math.abs((one[at] ?? 0) - (other[at] ?? 0));
    if (difference > largestDifference) return false;
    sum += difference;
  }
  return sum <= meanDifference * blocksAcross * blocksDown;
}

/**
 * Images by what they look like, to be asked for ones that look nearly the same: the hashes of both differ in few bits, and so do
 * the brightnesses of their blocks. Different pictures of plain things may look so as well; a person has to judge.
 */
export class LookIndex<T extends { readonly fingerprint: Uint8Array }> {
  private readonly hashes: (readonly [number, number])[] = [];
  private readonly items: T[] = [];
  private readonly buckets = new Map<number, number[]>();
  private comparisons = 0;

  add(item: T): void {
    const hash = hashOf(item.fingerprint);
    const index = this.items.push(item) - 1;
    this.hashes.push(hash);
    for (const key of keysOf(hash)) {
      const bucket = this.buckets.get(key);
      if (bucket) bucket.push(index);
      else this.buckets.set(key, [index]);
    }
  }

  /** One that looks nearly like it; null where none was found. */
  find(fingerprint: Uint8Array): T | null {
    const hash = hashOf(fingerprint);
    for (const key of keysOf(hash)) {
      for (const index of this.buckets.get(key) ?? []) {
        if (this.isExhausted) return null;
        this.comparisons += 1;
        const other = this.hashes[index] ?? [0, 0];
        if (countBits(hash[0] ^ other[0]) + countBits(hash[1] ^ other[1]) > differentBits) continue;
        const item = this.items[index];
        if (item && areAlike(fingerprint, item.fingerprint)) return item;
      }
    }
    return null;
  }

  /** So many images looked alike that not all were compared: there may be more. */
  get isExhausted(): boolean {
    return this.comparisons >= mostComparisons;
  }
}

/** The bands of a hash, each with its number. */
function keysOf([low, high]: readonly [number, number]): number[] {
  const parts = [low & 0xffff, low >>> 16, high & 0xffff, high >>> 16];
  return parts.slice(0, bands).map((part, band) => band * 0x10000 + part);
}
