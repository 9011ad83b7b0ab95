import { closeSync, openSync, readSync, write, writeSync } from 'node:fs';

/** Memory that is used as bytes and as numbers. */
export interface Chunk {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly words: Float64Array;
  /** Words that are used. */
  used: number;
}

/** @param bytes a multiple of 8 */
export function makeChunk(bytes: number): Chunk {
  const memory = new ArrayBuffer(bytes);
  return { bytes: Buffer.from(memory), words: new Float64Array(memory), used: 0 };
}

/** So many chunks wait to be written; further ones are written at once, because they would fill the memory. */
const mostWaiting = 4;

interface Waiting {
  readonly chunk: Chunk;
  readonly index: number;
  readonly at: number;
}

/** Chunks in a file, one behind the other, which are written while their owner goes on. */
export class ChunkLog implements AsyncDisposable {
  private readonly fd: number;
  private readonly lengths: number[] = [];
  private bytes = 0;
  /** The first of them is being written. */
  private readonly waiting: Waiting[] = [];
  private writing: Promise<void> = Promise.resolve();
  private failure: unknown = null;
  private readonly spare: Chunk[] = [];

  /** @param path of a file that is made anew */
  constructor(path: string) {
    this.fd = openSync(path, 'w+', 0o600);
  }

  /**
   * Takes a chunk and gives another one for it, an empty one; null where there is none.
   * @throws what `write` threw for this or an earlier one, a full disk among them
   */
  append(chunk: Chunk): Chunk | null {
    if (this.failure !== null) throw this.failure;
    const at = this.bytes;
    const length = chunk.used * 8;
    const index = this.lengths.push(length) - 1;
    this.bytes += length;
    if (this.waiting.length === mostWaiting) {
      writeWhole(this.fd, chunk.bytes.subarray(0, length), at);
      chunk.used = 0;
      return chunk;
    }
    if (this.waiting.push({ chunk, index, at }) === 1) this.writing = this.writeAll();
    return this.spare.pop() ?? null;
  }

  /**
   * All of them in their order; each until the next is asked for. Whoever goes through them must not wait in between: a chunk that is
   * still to be written is given out itself, and emptied once it is.
   * @throws what `write` threw
   */
  *read(): Generator<Chunk> {
    if (this.failure !== null) throw this.failure;
    const unwritten = new Map(this.waiting.map((one) => [one.index, one.chunk]));
    const chunk = makeChunk(Math.max(8, ...this.lengths));
    let at = 0;
    for (const [index, length] of this.lengths.entries()) {
      const held = unwritten.get(index);
      if (!held) {
        readWhole(this.fd, chunk.bytes.subarray(0, length), at);
        chunk.used = length / 8;
      }
      yield held ?? chunk;
      at += length;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writing;
    closeSync(this.fd);
  }

  private async writeAll(): Promise<void> {
    try {
      for (let next = this.waiting[0]; next; next = this.waiting[0]) {
        const { chunk, at } = next;
        await this.write(chunk.bytes.subarray(0, chunk.used * 8), at);
        this.waiting.shift();
        chunk.used = 0;
        this.spare.push(chunk);
      }
    } catch (error) {
      this.failure = error;
    }
  }

  private async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      write(this.fd, bytes, at, bytes.length - at, position + at, (error, written) =>
        error ? reject(error) : resolve(written),
      );
      at += await promise;
    }
  }
}

/** @param position null for behind the last */
export function writeWhole(fd: number, bytes: Uint8Array, position: number | null = null): void {
  for (let at = 0; at < bytes.length; )
    at += writeSync(fd, bytes, at, bytes.length - at, position === null ? null : position + at);
}

/** Fills `into` from there on. */
export function readWhole(fd: number, into: Uint8Array, position: number): void {
  for (let at = 0; at < into.length; ) {
    const count = readSync(fd, into, at, into.length - at, position + at);
    if (count === 0) throw new Error('the labels that were put aside are cut short');
    at += count;
  }
}
