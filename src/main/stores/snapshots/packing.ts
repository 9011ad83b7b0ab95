import { createHash } from 'node:crypto';
import { PassThrough, Transform } from 'node:stream';
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib';

/** Bytes that go on in one piece: each costs a way to another thread and back. */
export const pieceBytes = 256 * 1024;
const pieces = { chunkSize: pieceBytes, readableHighWaterMark: pieceBytes };
/** A piece is packed before the next is asked for: whoever makes them may use it again. */
const inTurn = { ...pieces, writableHighWaterMark: 1 };

/** What ordinary tools read: `zstd -d` and `gzip -d` by the names' ends. */
type Packing = { readonly pack: () => Transform; readonly unpack: () => Transform };
export const plain: Packing = { pack: () => new PassThrough(), unpack: () => new PassThrough() };
const gzip: Packing = {
  pack: () => createGzip({ ...inTurn, level: 1 }),
  unpack: () => createGunzip(pieces),
};
/** Of rows as COPY prints them these make smaller files than zstd's usual level and window, in half the time. */
const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 17 };
const zstd: Packing = {
  pack: () => createZstdCompress({ ...inTurn, params }),
  unpack: () => createZstdDecompress(pieces),
};

/** Of a file that was encrypted after it was packed. */
export const encryptedEnd = '.age';

/** What a file is called once it is decrypted. */
export const openName = (name: string) =>
  name.endsWith(encryptedEnd) ? name.slice(0, -encryptedEnd.length) : name;

/** How a file is packed, by its name's end (`.zst`, `.gz`), which may have `.age` behind it. */
export function packingOf(name: string): Packing {
  const packed = openName(name);
  if (packed.endsWith('.zst')) return zstd;
  return packed.endsWith('.gz') ? gzip : plain;
}

/** Passes bytes on and hashes them on their way. */
export class Digest extends Transform {
  private readonly hash = createHash('sha256');
  bytes = 0;

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error: null, chunk: Buffer) => void,
  ): void {
    this.add(chunk);
    done(null, chunk);
  }

  add(chunk: Buffer): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
  }

  hex(): string {
    return this.hash.digest('hex');
  }
}
