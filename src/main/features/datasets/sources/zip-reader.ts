import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import yauzl, { RandomAccessReader, type ZipFile } from 'yauzl';
import { findZipEnd, type ZipEnd } from './zip-end.ts';

/** The directory's entries are some dozen bytes each: they are read so many at once. */
const windowBytes = 2 ** 18;
/** Files are read in pieces of so many bytes: most in one. */
const pieceBytes = 2 ** 22;

/** An archive within its file, as if it began at its own first byte. */
class ZipReader extends RandomAccessReader {
  private readonly handle: FileHandle;
  private readonly found: ZipEnd;
  private window = { start: 0, bytes: Buffer.alloc(0) };

  constructor(handle: FileHandle, found: ZipEnd) {
    super();
    this.handle = handle;
    this.found = found;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.pieces(start + this.found.shift, end + this.found.shift));
  }

  private async *pieces(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; ) {
      const bytes = Buffer.allocUnsafe(Math.min(pieceBytes, end - at));
      const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield bytes.subarray(0, bytesRead);
    }
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.fill(buffer, offset, length, position).then((bytesRead) => callback(null, bytesRead), callback);
  }

  private async fill(buffer: Buffer, offset: number, length: number, position: number): Promise<number> {
    const { shift, directory } = this.found;
    const at = position + shift;
    if (position < directory || length > windowBytes) {
      return (await this.handle.read(buffer, offset, length, at)).bytesRead;
    }
    let { start, bytes } = this.window;
    if (at < start || at + length > start + bytes.length) {
      const next = Buffer.allocUnsafe(windowBytes);
      const { bytesRead } = await this.handle.read(next, 0, windowBytes, at);
      [start, bytes] = [at, next.subarray(0, bytesRead)];
      this.window = { start, bytes };
    }
    return bytes.copy(buffer, offset, at - start, at - start + length);
  }

  override close(callback: (error: Error | null) => void): void {
    this.handle.close().then(() => callback(null), callback);
  }
}

/**
 * Opens a zip whose bytes may lie between others.
 * @returns the archive, which closes its file itself, and how many entries it says it has
 * @throws EntryFault as {@link findZipEnd}, and what the library throws
 */
export async function openZip(file: string): Promise<{ zip: ZipFile; entries: number }> {
  const handle = await open(file, constants.O_RDONLY);
  try {
    const found = await findZipEnd(handle, (await handle.stat()).size);
    const zip = await yauzl.fromRandomAccessReaderPromise(
      new ZipReader(handle, found),
      found.end - found.shift,
      // Names are checked by the domain, which reports a bad one and goes on; the library would stop.
      { autoClose: false, decodeStrings: false, validateEntrySizes: false },
    );
    return { zip, entries: found.entries };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
