import { fstatSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { KeptEntry } from '../source.ts';

const chunkBytes = 2 ** 20;

interface Stamp {
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

export class KeptFile implements KeptEntry {
  private readonly handle: FileHandle;
  /** As errors name it. */
  private readonly shown: string;
  private readonly stamp: Stamp;
  private readonly asFault: (error: unknown) => Error;
  private window: Buffer | null = null;
  private windowStart = 0;
  private windowEnd = 0;

  private constructor(handle: FileHandle, shown: string, asFault: (error: unknown) => Error) {
    this.handle = handle;
    this.shown = shown;
    this.asFault = asFault;
    this.stamp = fstatSync(handle.fd, { bigint: true });
  }

  /**
   * @param file its path, whose bytes may be no UTF-8
   * @param shown how errors name it @param asFault makes what is thrown of what the system throws
   */
  static async open(
    file: string | Buffer,
    { flags, shown, asFault }: { flags: number; shown: string; asFault: (error: unknown) => Error },
  ): Promise<KeptFile> {
    try {
      return new KeptFile(await open(file, flags), shown, asFault);
    } catch (error) {
      throw asFault(error);
    }
  }

  get size(): number {
    return Number(this.stamp.size);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (let at = 0; ; ) {
      const bytesRead = await this.next(chunk, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  }

  copy(start: number, length: number, into: Buffer, at: number): void {
    if (length > chunkBytes) {
      this.read(into.subarray(at, at + length), start);
      return;
    }
    if (start < this.windowStart || start + length > this.windowEnd) {
      const wanted = Math.min(chunkBytes, this.size - start);
      if (wanted < length) throw this.changed();
      this.windowStart = this.windowEnd = start;
      this.window ??= Buffer.allocUnsafe(chunkBytes);
      this.read(this.window.subarray(0, wanted), start);
      this.windowEnd = start + wanted;
    }
    this.window?.copy(into, at, start - this.windowStart, start - this.windowStart + length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }

  private async next(chunk: Buffer, at: number): Promise<number> {
    try {
      return (await this.handle.read(chunk, 0, chunkBytes, at)).bytesRead;
    } catch (error) {
      throw this.asFault(error);
    }
  }

  private read(into: Uint8Array, start: number): void {
    for (let at = 0; at < into.length; ) {
      const count = this.readSome(into, at, start + at);
      if (count === 0) throw this.changed();
      at += count;
    }
    // Looked at after the bytes were read: what is written later does not matter any more.
    const { size, mtimeNs } = fstatSync(this.handle.fd, { bigint: true });
    if (size !== this.stamp.size || mtimeNs !== this.stamp.mtimeNs) throw this.changed();
  }

  private readSome(into: Uint8Array, at: number, position: number): number {
    try {
      return readSync(this.handle.fd, into, at, into.length - at, position);
    } catch (error) {
      throw this.asFault(error);
    }
  }

  private changed(): Error {
    return fault('SOURCE_CHANGED', { file: this.shown }, { place: { file: this.shown } });
  }
}
