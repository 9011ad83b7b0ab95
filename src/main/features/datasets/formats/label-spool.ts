import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ByteLine } from './byte-line.ts';
import { type Chunk, ChunkLog, makeChunk, readWhole, writeWhole } from './chunk-log.ts';

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
  /** Of polygons left, top, right and bottom of a box of whole pixels around them; of run lengths their height and width. */
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

const noBytes: Buffer = Buffer.alloc(0);

const lengthField = 0;
const textField = 14;
/** Numbers before the text of a record. */
export const headLength = 15;

const chunkBytes = 4 * 2 ** 20;
/** So much stays in memory; a set of ordinary size never touches the disk. */
const mostInMemory = 8;
const partBytes = 32 * 2 ** 20;

/** The records of one image. */
export class ImageLabels {
  readonly image: number;
  readonly count: number;
  private readonly chunk: Chunk;
  /** Where each record of the chunk begins, those of this image from `first` on. */
  private readonly starts: Int32Array;
  private readonly first: number;

  constructor(image: number, count: number, chunk: Chunk, starts: Int32Array, first: number) {
    this.image = image;
    this.count = count;
    this.chunk = chunk;
    this.starts = starts;
    this.first = first;
  }

  /** A number of a record, by its place in `field`. */
  number(record: number, place: number): number {
    return this.chunk.words[this.start(record) + place] as number;
  }

  /** The JSON text of a record's mask, as its source spells it; empty where there is none. */
  text(record: number): string {
    const from = (this.start(record) + headLength) * 8;
    return this.chunk.bytes.toString('latin1', from, from + this.number(record, textField));
  }

  /** The bytes of {@link text}, put into `line`. */
  copyText(record: number, line: ByteLine): void {
    const from = (this.start(record) + headLength) * 8;
    line.bytes(this.chunk.bytes, from, from + this.number(record, textField));
  }

  private start(record: number): number {
    return this.starts[this.first + record] as number;
  }
}

/**
 * Holds the labels of a dataset, of which there may be millions, in the order in which they are read, and gives them back image by
 * image. What is more than a few dozen megabytes lies in files of a folder of its own.
 */
export class LabelSpool implements AsyncDisposable {
  private readonly scratch: string;
  private readonly chunks: Chunk[] = [];
  private current = makeChunk(chunkBytes);
  private folder: string | null = null;
  private log: ChunkLog | null = null;
  private bytesOf = new Float64Array(1024);
  private count = 0;

  /** @param scratch the folder in which its own is made when it is needed */
  constructor(scratch: string) {
    this.scratch = scratch;
  }

  get records(): number {
    return this.count;
  }

  /**
   * @param head {@link headLength} numbers by `field` @param bytes of them the mask's text, from `start` to `end`
   * @throws what `write` throws, a full disk among them
   */
  add(head: Float64Array, bytes = noBytes, start = 0, end = bytes.length): void {
    const textBytes = end - start;
    const length = headLength + Math.ceil(textBytes / 8);
    if (this.current.used + length > this.current.words.length) this.turn(length);
    const { current } = this;
    head[lengthField] = length;
    head[textField] = textBytes;
    current.words.set(head, current.used);
    if (textBytes > 0) bytes.copy(current.bytes, (current.used + headLength) * 8, start, end);
    current.used += length;
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
   * Gives the records of one image after the other, those of an image in the order in which they were added; each until the next is
   * asked for.
   * @param images which to give, and in which order
   */
  *byImage(images: Iterable<number>): Generator<ImageLabels> {
    const order = Int32Array.from(images);
    const place = new Int32Array(this.bytesOf.length).fill(-1);
    for (const [position, image] of order.entries()) if (image < place.length) place[image] = position;
    for (const { chunk, first, end } of this.parts(order, place)) {
      // Records by their image's place, those of one image in their order: a counting sort.
      const next = new Int32Array(end - first + 1);
      let records = 0;
      for (let at = 0; at < chunk.used; at += chunk.words[at] as number) {
        const position = place[imageAt(chunk, at)] as number;
        if (position < 0) continue;
        (next[position - first + 1] as number) += 1;
        records += 1;
      }
      for (let at = 1; at < next.length; at += 1) (next[at] as number) += next[at - 1] as number;
      const starts = new Int32Array(records);
      for (let at = 0; at < chunk.used; at += chunk.words[at] as number) {
        const position = place[imageAt(chunk, at)] as number;
        if (position < 0) continue;
        const slot = next[position - first] as number;
        starts[slot] = at;
        next[position - first] = slot + 1;
      }
      let from = 0;
      for (let position = first; position < end; position += 1) {
        const behind = next[position - first] as number;
        yield new ImageLabels(order[position] as number, behind - from, chunk, starts, from);
        from = behind;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.log?.[Symbol.asyncDispose]();
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
  }

  /** Begins a new chunk with room for so many words. */
  private turn(words: number): void {
    const full = this.current;
    let next: Chunk | null = null;
    if (this.chunks.length < mostInMemory) this.chunks.push(full);
    else {
      this.log ??= new ChunkLog(path.join(this.ownFolder(), 'labels'));
      next = this.log.append(full);
    }
    this.current = next && next.words.length >= words ? next : makeChunk(Math.max(chunkBytes, words * 8));
  }

  private ownFolder(): string {
    this.folder ??= mkdtempSync(path.join(this.scratch, 'labels-'));
    return this.folder;
  }

  private *stored(): Generator<Chunk> {
    yield* this.chunks;
    if (this.log) yield* this.log.read();
    yield this.current;
  }

  /** All records in chunks of which each has whole images, in their order; each until the next is asked for. */
  private *parts(order: Int32Array, place: Int32Array): Generator<Part> {
    const { partOf, parts } = divide(order, this.bytesOf);
    const [only] = parts;
    if (parts.length < 2) {
      const whole = makeChunk(this.bytesOf.reduce((sum, bytes) => sum + bytes, 0));
      for (const chunk of this.stored()) {
        whole.words.set(chunk.words.subarray(0, chunk.used), whole.used);
        whole.used += chunk.used;
      }
      if (only) yield { ...only, chunk: whole };
      return;
    }
    const folder = this.ownFolder();
    const files = parts.map((_, index) => openSync(path.join(folder, `part-${index}`), 'w+', 0o600));
    try {
      const partOfImage = (image: number) => partOf[place[image] as number] ?? -1;
      const sorted = makeChunk(chunkBytes);
      for (const chunk of this.stored()) scatter(chunk, sorted, files, partOfImage);
      const chunk = makeChunk(Math.max(...parts.map(({ bytes }) => bytes)));
      for (const [index, part] of parts.entries()) {
        readWhole(files[index] as number, chunk.bytes.subarray(0, part.bytes), 0);
        chunk.used = part.bytes / 8;
        yield { ...part, chunk };
      }
    } finally {
      for (const fd of files) closeSync(fd);
    }
  }
}

interface Part {
  readonly chunk: Chunk;
  /** The places of its images, `end` behind the last. */
  readonly first: number;
  readonly end: number;
}

/** Divides images, in their order, into parts of so many bytes as memory has room for. */
function divide(order: Int32Array, bytesOf: Float64Array) {
  const partOf = new Int32Array(order.length);
  const parts: { first: number; end: number; bytes: number }[] = [];
  for (const [position, image] of order.entries()) {
    const bytes = bytesOf[image] ?? 0;
    let part = parts.at(-1);
    if (!part || part.bytes + bytes > partBytes) {
      part = { first: position, end: position, bytes: 0 };
      parts.push(part);
    }
    part.bytes += bytes;
    part.end = position + 1;
    partOf[position] = parts.length - 1;
  }
  return { partOf, parts };
}

const imageAt = ({ words }: Chunk, start: number) => words[start + field.image] as number;

/** Writes each record into the file of its image's part. @param partOf below zero where nobody wants it */
function scatter(
  chunk: Chunk,
  { bytes: shared }: Chunk,
  files: readonly number[],
  partOf: (image: number) => number,
): void {
  const sorted = shared.length < chunk.used * 8 ? Buffer.allocUnsafe(chunk.used * 8) : shared;
  const ends = new Int32Array(files.length + 1);
  for (let at = 0; at < chunk.used; at += chunk.words[at] as number) {
    const part = partOf(imageAt(chunk, at));
    if (part >= 0) (ends[part + 1] as number) += (chunk.words[at] as number) * 8;
  }
  for (let part = 1; part < ends.length; part += 1) (ends[part] as number) += ends[part - 1] as number;
  for (let at = 0; at < chunk.used; at += chunk.words[at] as number) {
    const part = partOf(imageAt(chunk, at));
    if (part < 0) continue;
    const length = (chunk.words[at] as number) * 8;
    chunk.bytes.copy(sorted, ends[part], at * 8, at * 8 + length);
    (ends[part] as number) += length;
  }
  let from = 0;
  for (const [part, fd] of files.entries()) {
    const end = ends[part] as number;
    if (end > from) writeWhole(fd, sorted.subarray(from, end));
    from = end;
  }
}
