import { fstatSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { KeptEntry } from '../source.ts';

const chunkBytes = 2 ** 20;

interface Stamp {
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

interface Naming {
  /** How errors name it. */
  readonly shown: string;
  /** Makes what is thrown of what the system throws. */
  readonly asFault: (error: unknown) => Error;
}

const changed = (file: string) => fault('SOURCE_CHANGED', { file }, { place: { file } });

export class KeptFile implements KeptEntry {
  private readonly handle: FileHandle;
  private readonly shown: string;
  private readonly stamp: Stamp;
  private readonly asFault: (error: unknown) => Error;
  private window: Buffer | null = null;
  private windowStart = 0;
  private windowEnd = 0;

  private constructor(handle: FileHandle, stamp: Stamp, { shown, asFault }: Naming) {
    this.handle = handle;
    this.stamp = stamp;
    this.shown = shown;
    this.asFault = asFault;
  }

  /**
   * @param file its path, whose bytes may be no UTF-8
   * @throws TrainyardError SOURCE_CHANGED where it is no file any more, and what `asFault` makes
   */
  static async open(
    file: string | Buffer,
    { flags, ...naming }: Naming & { readonly flags: number },
  ): Promise<KeptFile> {
    const { shown, asFault } = naming;
    await using stack = new AsyncDisposableStack();
    const found = await open(file, flags)
      .then(async (handle) => ({ handle: stack.use(handle), stat: await handle.stat({ bigint: true }) }))
      .catch((error: unknown) => {
        throw asFault(error);
      });
    // A pipe or a folder may have taken its place.
    if (!found.stat.isFile()) throw changed(shown);
    stack.move();
    return new KeptFile(found.handle, found.stat, naming);
  }

  get size(): number {
    return Number(this.stamp.size);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (let at = 0; ; ) {
      const bytesRead = await this.next(chunk, at);
      at += bytesRead;
      // One that grows has no end; and of one that was written to, the parts may be of two states.
      if (bytesRead === 0 || at > this.size) this.checkUnchanged();
      if (bytesRead === 0) return;
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
      if (wanted < length) throw changed(this.shown);
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
      const position = start + at;
      const count = this.system(() => readSync(this.handle.fd, into, at, into.length - at, position));
      if (count === 0) throw changed(this.shown);
      at += count;
    }
    // Looked at after the bytes were read: what is written later does not matter any more.
    this.checkUnchanged();
  }

  private checkUnchanged(): void {
    const { size, mtimeNs } = this.system(() => fstatSync(this.handle.fd, { bigint: true }));
    if (size !== this.stamp.size || mtimeNs !== this.stamp.mtimeNs) throw changed(this.shown);
  }

  private system<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw this.asFault(error);
    }
  }
}
