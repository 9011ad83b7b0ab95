import type { KeptEntry } from '../source.ts';

/** In the place of a place: a text that stands in no file that is kept. */
export const nowhere = -1;

/** A number of 53 bits holds a file and a place in it, up to a terabyte. */
const mostBytes = 2 ** 40;

/** Where a text stands. @param file its number in {@link KeptTexts} @param start in bytes */
export const placeIn = (file: number, start: number) =>
  start < mostBytes ? file * mostBytes + start : nowhere;

/** Files whose texts are copied once they are needed, rather than put aside when they are passed over. */
export class KeptTexts implements AsyncDisposable {
  private readonly files: KeptEntry[] = [];

  /** Answers the file's number. */
  add(file: KeptEntry): number {
    return this.files.push(file) - 1;
  }

  /** @throws TrainyardError SOURCE_CHANGED; EntryFault */
  copy(place: number, length: number, into: Buffer, at: number): void {
    const file = Math.floor(place / mostBytes);
    this.files[file]?.copy(place % mostBytes, length, into, at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.files) await file[Symbol.asyncDispose]();
  }
}
