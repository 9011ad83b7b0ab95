import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** The numbers of a record, by their place. */
export const field = {
  /** Of the image, as its reader numbers images. */
  image: 1,
  class: 2,
  /** 1-based, of the file in which the annotation stands. */
  line: 3,
  /** The annotation's id; below zero it is `-1 - index` of an id that is no number; NaN where there is none. */
  id: 4,
  /** Sum of `mark`. */
  marks: 5,
  x: 6,
  y: 7,
  width: 8,
  height: 9,
  /** Of a polygon the smallest box around it; of run lengths their height, width and sum. */
  mask1: 10,
  mask2: 11,
  mask3: 12,
  mask4: 13,
} as const;

/**
 * Facts of a record, added up in `field.marks`. `flat`: the mask's text is one polygon without the list around
 * it. `region`: all pixels of a class, whichever object they are of. `odd`: a row of an odd count of numbers, which is no polygon.
 */
export const mark = {
  crowd: 1,
  difficult: 2,
  polygons: 4,
  runs: 8,
  flat: 16,
  region: 32,
  odd: 64,
} as const;

const lengthField = 0;
const textField = 14;
/** Numbers before the text of a record. */
export const headLength = 15;

const chunkBytes = 4 * 2 ** 20;
/** So much stays in memory; a set of ordinary size never touches the disk. */
const mostInMemory = 8;
const partBytes = 32 * 2 ** 20;

interface Chunk {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly words: Float64Array;
  /** Words that are used. */
  used: number;
}

function makeChunk(bytes: number): Chunk {
  const memory = new ArrayBuffer(bytes);
  return { bytes: Buffer.from(memory), words: new Float64Array(memory), used: 0 };
}

const noChunk: Chunk = { bytes: Buffer.alloc(0), words: new Float64Array(0), used: 0 };

/** The records of one image. */
export class ImageLabels {
  readonly image: number;
  private readonly chunk: Chunk;
  private readonly starts: readonly number[];

  constructor(image: number, chunk: Chunk, starts: readonly number[]) {
    this.image = image;
    this.chunk = chunk;
    this.starts = starts;
  }

  get count(): number {
    return this.starts.length;
  }

  /** A number of a record, by its place in `field`. */
  number(record: number, place: number): number {
    return this.chunk.words[(this.starts[record] as number) + place] as number;
  }

  /** The JSON text of a record's mask, as its source spells it; empty where there is none. */
  text(record: number): string {
    const start = this.starts[record] as number;
    const from = (start + headLength) * 8;
    return this.chunk.bytes.toString('latin1', from, from + (this.chunk.words[start + textField] as number));
  }
}

/**
 * Holds the labels of a dataset, of which there may be millions, in the order in which they are read, and gives them back image by
 * image. What is more than a few dozen megabytes lies in files of a folder of its own.
 */
export class LabelSpool implements Disposable {
  private readonly scratch: string;
  private readonly chunks: Chunk[] = [];
  private current = makeChunk(chunkBytes);
  private folder: string | null = null;
  private file: { readonly fd: number; readonly lengths: number[] } | null = null;
  private bytesOf = new Float64Array(1024);
  private totalBytes = 0;
  private count = 0;

  /** @param scratch the folder in which its own is made when it is needed */
  constructor(scratch: string) {
    this.scratch = scratch;
  }

  get records(): number {
    return this.count;
  }

  /** @param head {@link headLength} numbers by `field` */
  add(head: Float64Array, bytes: Uint8Array, start = 0, end = bytes.length): void {
    const textBytes = end - start;
    const length = headLength + Math.ceil(textBytes / 8);
    if (this.current.used + length > this.current.words.length) this.turn(length);
    const { current } = this;
    head[lengthField] = length;
    head[textField] = textBytes;
    current.words.set(head, current.used);
    copyBytes(bytes, start, end, current.bytes, (current.used + headLength) * 8);
    current.used += length;
    this.totalBytes += length * 8;
    this.count += 1;
    const image = head[field.image] as number;
    if (image >= this.bytesOf.length) {
      const larger = new Float64Array(Math.max(image + 1, this.bytesOf.length * 2));
      larger.set(this.bytesOf);
      this.bytesOf = larger;
    }
    (this.bytesOf[image] as number) += length * 8;
  }

  /**
   * Gives the records of one image after the other, those of an image in the order in which they were added.
   * @param images which to give, and in which order
   */
  *byImage(images: Iterable<number>): Generator<ImageLabels> {
    const order = Int32Array.from(images);
    const place = new Int32Array(this.bytesOf.length).fill(-1);
    for (const [position, image] of order.entries()) if (image < place.length) place[image] = position;
    let position = 0;
    for (const part of this.parts(order, place)) {
      const starts = recordsOf(part, (image) => (place[image] ?? -1) >= 0);
      starts.sort((one, other) => {
        const [left, right] = [imageAt(part, one), imageAt(part, other)];
        return (place[left] as number) - (place[right] as number) || one - other;
      });
      for (let at = 0; at < starts.length; ) {
        const image = imageAt(part, starts[at] as number);
        const first = at;
        while (at < starts.length && imageAt(part, starts[at] as number) === image) at += 1;
        for (; order[position] !== image; position += 1)
          yield new ImageLabels(order[position] as number, part, []);
        yield new ImageLabels(image, part, starts.slice(first, at));
        position += 1;
      }
    }
    for (; position < order.length; position += 1)
      yield new ImageLabels(order[position] as number, noChunk, []);
  }

  [Symbol.dispose](): void {
    if (this.file) closeSync(this.file.fd);
    this.file = null;
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
  }

  /** Begins a new chunk with room for so many words. */
  private turn(words: number): void {
    const full = this.current;
    if (this.chunks.length < mostInMemory) {
      this.chunks.push(full);
      this.current = makeChunk(Math.max(chunkBytes, words * 8));
      return;
    }
    this.file ??= { fd: openSync(path.join(this.ownFolder(), 'labels'), 'w+', 0o600), lengths: [] };
    writeWhole(this.file.fd, full.bytes.subarray(0, full.used * 8));
    this.file.lengths.push(full.used * 8);
    full.used = 0;
    if (full.words.length < words) this.current = makeChunk(words * 8);
  }

  private ownFolder(): string {
    this.folder ??= mkdtempSync(path.join(this.scratch, 'labels-'));
    return this.folder;
  }

  private *stored(): Generator<Chunk> {
    yield* this.chunks;
    let at = 0;
    for (const length of this.file?.lengths ?? []) {
      const chunk = makeChunk(length);
      readWhole((this.file as { fd: number }).fd, chunk.bytes, at);
      chunk.used = length / 8;
      at += length;
      yield chunk;
    }
    yield this.current;
  }

  /** All records in chunks of which each has whole images, in their order. */
  private *parts(order: Int32Array, place: Int32Array): Generator<Chunk> {
    const partOf = new Int32Array(order.length);
    const lengths = [0];
    for (const [position, image] of order.entries()) {
      const bytes = this.bytesOf[image] ?? 0;
      if ((lengths.at(-1) ?? 0) + bytes > partBytes) lengths.push(0);
      lengths[lengths.length - 1] = (lengths.at(-1) ?? 0) + bytes;
      partOf[position] = lengths.length - 1;
    }
    if (lengths.length === 1) {
      const whole = makeChunk(this.totalBytes);
      for (const chunk of this.stored()) {
        whole.bytes.set(chunk.bytes.subarray(0, chunk.used * 8), whole.used * 8);
        whole.used += chunk.used;
      }
      yield whole;
      return;
    }
    const folder = this.ownFolder();
    const files = lengths.map((_, index) => openSync(path.join(folder, `part-${index}`), 'w+', 0o600));
    try {
      for (const chunk of this.stored()) scatter(chunk, files, (image) => partOf[place[image] ?? -1] ?? -1);
      for (const [index, length] of lengths.entries()) {
        const part = makeChunk(length);
        readWhole(files[index] as number, part.bytes, 0);
        part.used = length / 8;
        yield part;
      }
    } finally {
      for (const fd of files) closeSync(fd);
    }
  }
}

const imageAt = ({ words }: Chunk, start: number) => words[start + field.image] as number;

function recordsOf(chunk: Chunk, wanted: (image: number) => boolean): number[] {
  const starts: number[] = [];
  for (let at = 0; at < chunk.used; at += chunk.words[at] as number)
    if (wanted(imageAt(chunk, at))) starts.push(at);
  return starts;
}

function scatter(chunk: Chunk, files: readonly number[], partOf: (image: number) => number): void {
  const pieces = Array.from(files, (): Uint8Array[] => []);
  for (let at = 0; at < chunk.used; at += chunk.words[at] as number) {
    const length = chunk.words[at] as number;
    pieces[partOf(imageAt(chunk, at))]?.push(chunk.bytes.subarray(at * 8, (at + length) * 8));
  }
  for (const [index, own] of pieces.entries())
    if (own.length > 0) writeWhole(files[index] as number, Buffer.concat(own));
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at);
}

function readWhole(fd: number, into: Uint8Array, position: number): void {
  for (let at = 0; at < into.length; ) {
    const count = readSync(fd, into, at, into.length - at, position + at);
    if (count === 0) throw new Error('the labels that were put aside are cut short');
    at += count;
  }
}

/** Short pieces byte by byte: a view on them would cost more than copying. */
function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 200) to.set(from.subarray(start, end), at);
  else for (let index = start; index < end; index += 1) to[at + index - start] = from[index] as number;
}
