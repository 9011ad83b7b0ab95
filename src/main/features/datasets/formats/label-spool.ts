import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { LabelFile } from '../label-files.ts';
import type { KeptEntry } from '../source.ts';
import { type Chunk, ChunkLog, makeChunk, readWhole, writeWhole } from './chunk-log.ts';
import { KeptTexts, nowhere } from './kept-texts.ts';
import {
  field,
  headLength,
  ImageLabels,
  imageAt,
  lengthField,
  placeField,
  textField,
  wholeLength,
} from './label-records.ts';

const noBytes: Buffer = Buffer.alloc(0);

const chunkBytes = 4 * 2 ** 20;
/** So much stays in memory; a set of ordinary size never touches the disk. */
const mostInMemory = 8;
const partBytes = 32 * 2 ** 20;
/** Only texts beyond the first megabytes are left where they stand, so only a file of more is kept open. */
const leastKeptBytes = chunkBytes * mostInMemory;
/** So much is sorted at once. */
const sortedBytes = chunkBytes * 2;

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
  private readonly texts = new KeptTexts();
  private bytesOf = new Float64Array(1024);
  private count = 0;

  /** @param scratch the folder in which its own is made when it is needed */
  constructor(scratch: string) {
    this.scratch = scratch;
  }

  get records(): number {
    return this.count;
  }

  /** Keeps a file open whose texts need not be put aside; null where it is too small for that, or its source cannot. @throws EntryFault */
  async keep({ keep }: LabelFile): Promise<{ readonly number: number; readonly file: KeptEntry } | null> {
    const file = await keep?.();
    if (file && file.size >= leastKeptBytes) return { number: this.texts.add(file), file };
    await file?.[Symbol.asyncDispose]();
    return null;
  }

  /**
   * @param head {@link headLength} numbers by `field` @param bytes of them the mask's text, from `start` to `end`
   * @param place where the same text stands in a file that is kept
   * @throws what `write` throws, a full disk among them
   */
  add(head: Float64Array, bytes = noBytes, start = 0, end = bytes.length, place = nowhere): void {
    const textBytes = end - start;
    // Small sets are never read twice.
    const isKept = place !== nowhere && this.log !== null && textBytes > 0;
    const whole = headLength + Math.ceil(textBytes / 8);
    const length = isKept ? headLength : whole;
    if (this.current.used + length > this.current.words.length) this.turn(length);
    const { current } = this;
    head[lengthField] = length;
    head[textField] = textBytes;
    head[placeField] = isKept ? place : nowhere;
    current.words.set(head, current.used);
    if (textBytes > 0 && !isKept) bytes.copy(current.bytes, (current.used + headLength) * 8, start, end);
    current.used += length;
    this.count += 1;
    const image = head[field.image] as number;
    if (image >= this.bytesOf.length) {
      const larger = new Float64Array(Math.max(image + 1, this.bytesOf.length * 2));
      larger.set(this.bytesOf);
      this.bytesOf = larger;
    }
    (this.bytesOf[image] as number) += whole * 8;
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
    await this.texts[Symbol.asyncDispose]();
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
    const partOfImage = (image: number) => partOf[place[image] as number] ?? -1;
    const [only] = parts;
    if (parts.length < 2) {
      if (!only) return;
      const whole = makeChunk(only.bytes);
      for (const chunk of this.stored())
        for (let at = 0; at < chunk.used; at += chunk.words[at] as number)
          if (partOfImage(imageAt(chunk, at)) === 0) whole.used = this.putWhole(chunk, at, whole, whole.used);
      yield { ...only, chunk: whole };
      return;
    }
    const folder = this.ownFolder();
    const files = parts.map((_, index) => openSync(path.join(folder, `part-${index}`), 'w+', 0o600));
    try {
      let sorted = makeChunk(sortedBytes);
      for (const chunk of this.stored())
        for (const slice of slicesOf(chunk)) {
          if (sorted.bytes.length < slice.bytes) sorted = makeChunk(slice.bytes);
          this.scatter(chunk, slice, sorted, files, partOfImage);
        }
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

  /** Puts a record with its text into another chunk, from a word on; answers the word behind it. */
  private putWhole(from: Chunk, at: number, into: Chunk, word: number): number {
    const { words } = from;
    const length = words[at] as number;
    into.words.set(words.subarray(at, at + length), word);
    const place = words[at + placeField] as number;
    if (place === nowhere) return word + length;
    const whole = wholeLength(from, at);
    into.words[word] = whole;
    into.words[word + placeField] = nowhere;
    this.texts.copy(place, words[at + textField] as number, into.bytes, (word + headLength) * 8);
    return word + whole;
  }

  /** Writes each record of a slice into the file of its image's part. @param partOf below zero where nobody wants it */
  private scatter(
    chunk: Chunk,
    { from, to }: Slice,
    sorted: Chunk,
    files: readonly number[],
    partOf: (image: number) => number,
  ): void {
    const ends = new Int32Array(files.length + 1);
    for (let at = from; at < to; at += chunk.words[at] as number) {
      const part = partOf(imageAt(chunk, at));
      if (part >= 0) (ends[part + 1] as number) += wholeLength(chunk, at);
    }
    for (let part = 1; part < ends.length; part += 1) (ends[part] as number) += ends[part - 1] as number;
    for (let at = from; at < to; at += chunk.words[at] as number) {
      const part = partOf(imageAt(chunk, at));
      if (part >= 0) ends[part] = this.putWhole(chunk, at, sorted, ends[part] as number);
    }
    let start = 0;
    for (const [part, fd] of files.entries()) {
      const end = (ends[part] as number) * 8;
      if (end > start) writeWhole(fd, sorted.bytes.subarray(start, end));
      start = end;
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

interface Slice {
  readonly from: number;
  readonly to: number;
  /** Of its records with their texts. */
  readonly bytes: number;
}

/** A chunk in slices whose records, with their texts, have so many bytes as are sorted at once; a larger one is a slice of its own. */
function* slicesOf(chunk: Chunk): Generator<Slice> {
  let [from, bytes] = [0, 0];
  for (let at = 0; at < chunk.used; at += chunk.words[at] as number) {
    const more = wholeLength(chunk, at) * 8;
    if (bytes > 0 && bytes + more > sortedBytes) {
      yield { from, to: at, bytes };
      [from, bytes] = [at, 0];
    }
    bytes += more;
  }
  if (bytes > 0) yield { from, to: chunk.used, bytes };
}
