import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { codeOf, hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { fileFault, isFileError } from '../../platform/faults/file-faults.ts';
import { openPlainFile } from '../../platform/plain-file.ts';
import { AgeFileError, decrypted, encrypted, mostEncrypted } from './age-files.ts';
import type { Manifest, SnapshotFile } from './manifest.ts';

/** Bytes that go on in one piece: each costs a way to another thread and back. */
const pieceBytes = 256 * 1024;
const pieces = { chunkSize: pieceBytes, readableHighWaterMark: pieceBytes };
/** A piece is packed before the next is asked for: whoever makes them may use it again. */
const inTurn = { ...pieces, writableHighWaterMark: 1 };

/** What ordinary tools read: `zstd -d` and `gzip -d` by the names' ends. */
type Packing = { readonly pack: () => Transform; readonly unpack: () => Transform };
const plain: Packing = { pack: () => new PassThrough(), unpack: () => new PassThrough() };
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
const encryptedEnd = '.age';

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
class Digest extends Transform {
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

/** An earlier snapshot, whose files are linked to. */
export interface LinkedTo {
  readonly folder: string;
  /** What was written to since then is not linked to. */
  readonly verifiedAt: Date;
}

/** Writes the files of a snapshot under way, each flushed before it counts, and keeps what the manifest says of them. */
export class SnapshotWriter {
  /** Absolute. */
  readonly folder: string;
  readonly files: SnapshotFile[] = [];
  /** Those, and contents of objects, that are an earlier snapshot's files. */
  readonly linked = new Set<string>();
  /** Ends what is being written, in the midst of a file. */
  readonly signal: AbortSignal;
  /** To whom the files are encrypted; null: they are not. */
  readonly recipient: string | null;

  constructor(folder: string, signal: AbortSignal, recipient: string | null = null) {
    this.folder = folder;
    this.signal = signal;
    this.recipient = recipient;
  }

  /** What a file that is written under this name is called. */
  nameOf(name: string): string {
    return this.recipient === null ? name : `${name}${encryptedEnd}`;
  }

  /**
   * Writes a new file, packed by its name's end (`.zst`, `.gz`), and encrypted where the snapshot is: then it is called `.age` besides.
   * @param name below the folder, parted by `/`
   */
  write(name: string, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<SnapshotFile> {
    const { recipient } = this;
    const sealed = (packed: AsyncIterable<Uint8Array>) =>
      recipient === null ? packed : encrypted(recipient, packed);
    return this.writeAs(this.nameOf(name), body, sealed);
  }

  /** Writes a new file that everybody can read, packed by its name's end. */
  writeOpen(name: string, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<SnapshotFile> {
    return this.writeAs(name, body, (packed) => packed);
  }

  private async writeAs(
    name: string,
    body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    sealed: (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
  ): Promise<SnapshotFile> {
    const file = path.join(this.folder, ...name.split('/'));
    failpoint('snapshot.file.before');
    const digest = new Digest();
    const { signal } = this;
    try {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await pipeline(body, packingOf(name).pack(), sealed, digest, flushed(file), { signal });
    } catch (error) {
      signal.throwIfAborted();
      // Known here: beside a connection a file that is missing would count as a server that is.
      throw (isFileError(error) ? fileFault(error) : null) ?? error;
    }
    failpoint('snapshot.file.after');
    const written = { path: name, bytes: digest.bytes, sha256: digest.hex() };
    this.files.push(written);
    return written;
  }

  /** Makes a file of an earlier snapshot one of this as well. False where that cannot be: then it is to be written. */
  async link(earlier: LinkedTo, file: SnapshotFile): Promise<boolean> {
    const to = path.join(this.folder, ...file.path.split('/'));
    await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
    if (!(await this.linkContent(earlier, file.path, file.bytes))) return false;
    this.files.push(file);
    return true;
  }

  /** The same of a file that the manifest does not describe, into a folder that is there. @param bytes of it, where they are known */
  async linkContent({ folder, verifiedAt }: LinkedTo, name: string, bytes: number | null): Promise<boolean> {
    this.signal.throwIfAborted();
    const from = path.join(folder, ...name.split('/'));
    try {
      const found = await lstat(from);
      if (!found.isFile() || found.size !== (bytes ?? found.size) || found.mtime > verifiedAt) return false;
      await link(from, path.join(this.folder, ...name.split('/')));
    } catch (error) {
      // Another disk, a file system without links, or too many of them.
      if (hasCode(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOENT')) return false;
      // The same content under another key.
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    this.linked.add(name);
    return true;
  }
}

/** A new file that is closed to others, and on the disk once the stream has finished. */
export function flushed(file: string): Writable {
  return createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
}

/**
 * Opens a file of a snapshot, whose folder may come from anybody: it waits for no pipe, and follows no link, in place of the file or of
 * a folder above it.
 * @throws TrainyardError SNAPSHOT_FILE_DAMAGED, and what opening throws
 */
async function openInside(folder: string, name: string): Promise<FileHandle> {
  const above = name.split('/').slice(0, -1);
  const parent = await realpath(path.join(folder, ...above));
  const isInside = parent === path.join(await realpath(folder), ...above);
  const handle = isInside ? await openPlainFile(path.join(folder, ...name.split('/'))) : null;
  if (!handle) throw damaged(name, { en: 'it is no file', ko: '파일이 아닙니다' });
  return handle;
}

/** The whole text of a file that the manifest does not describe. @throws TrainyardError SNAPSHOT_FILE_…, also where it is larger */
export async function readSmallFile(folder: string, name: string, mostBytes: number): Promise<string> {
  try {
    await using handle = await openInside(folder, name);
    const { size } = await handle.stat();
    if (size > mostBytes) throw tooLarge(name, mostBytes);
    // Not to its end: it may be growing.
    const text = Buffer.alloc(size);
    const { bytesRead } = await handle.read(text, 0, size, 0);
    return text.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw asDamage(name, error);
  }
}

/** A file by its hash alone; its size is known only not to be above this. */
interface HashedFile {
  readonly path: string;
  readonly mostBytes: number;
  readonly sha256: string;
}

/**
 * The bytes of a file, checked against what is known of it when they end. Those of a file that is not packed come in pieces that are used
 * again: each only until the next is asked for.
 * @param identity decrypts it, where it is encrypted; null: the bytes come as they lie there, neither decrypted nor unpacked
 * @throws TrainyardError SNAPSHOT_FILE_MISSING, SNAPSHOT_FILE_DAMAGED
 */
export async function* readSnapshotFile(
  folder: string,
  file: SnapshotFile | HashedFile,
  unpacking: { readonly identity: string | null } | null,
): AsyncGenerator<Buffer> {
  const { path: name, sha256 } = file;
  const digest = new Digest();
  let expected = 0;
  try {
    await using handle = await openInside(folder, name);
    const { size } = await handle.stat();
    expected = 'bytes' in file ? file.bytes : size;
    if (size !== expected)
      throw damaged(name, {
        en: `it has ${size} bytes instead of ${expected}`,
        ko: `크기가 ${expected}바이트가 아니라 ${size}바이트입니다`,
      });
    if ('mostBytes' in file && size > file.mostBytes) throw otherContent(name);
    const packing = unpacking ? packingOf(name) : plain;
    const identity = name.endsWith(encryptedEnd) ? (unpacking?.identity ?? null) : null;
    if (identity !== null) {
      const packed = decrypted(identity, digested(piecesOf(handle, expected), digest));
      yield* packing === plain ? packed : unpacked(packed, packing.unpack());
    } else if (packing === plain) yield* digested(piecesOf(handle, expected), digest);
    else {
      const packed = handle.createReadStream({
        ...{ autoClose: false, end: Math.max(expected - 1, 0), highWaterMark: pieceBytes },
      });
      yield* unpacked(digested(packed, digest), packing.unpack());
    }
  } catch (error) {
    throw asDamage(name, error);
  }
  if (digest.bytes !== expected || digest.hex() !== sha256) throw otherContent(name);
}

async function* digested(body: AsyncIterable<Buffer>, digest: Digest): AsyncGenerator<Buffer> {
  for await (const piece of body) {
    digest.add(piece);
    yield piece;
  }
}

async function* unpacked(packed: AsyncIterable<Uint8Array>, unpack: Transform): AsyncGenerator<Buffer> {
  try {
    const flowing = pipeline(packed, unpack);
    // Whoever reads `unpack` gets the error as well.
    flowing.catch(() => undefined);
    for await (const chunk of unpack) yield chunk;
    await flowing;
  } finally {
    unpack.destroy();
  }
}

/** The first bytes of a file, to its end at most. */
async function* piecesOf(handle: FileHandle, bytes: number): AsyncGenerator<Buffer> {
  const piece = Buffer.allocUnsafeSlow(Math.min(bytes, pieceBytes));
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, bytes - at), at);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** Reads the files of a snapshot; of an encrypted one with the identity that it is encrypted to. */
export class SnapshotReader {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly identity: string | null;

  constructor(folder: string, manifest: Manifest, identity: string | null) {
    this.folder = folder;
    this.manifest = manifest;
    this.identity = identity;
  }

  /** Whether its content can be read: else only its bytes can be compared with their hashes. */
  get isOpen(): boolean {
    return this.identity !== null || !this.manifest.encryption;
  }

  /** The unpacked bytes of a file that the manifest describes. @throws TrainyardError SNAPSHOT_ENCRYPTED, SNAPSHOT_FILE_MISSING, SNAPSHOT_FILE_DAMAGED */
  async *read(name: string): AsyncGenerator<Buffer> {
    if (name.endsWith(encryptedEnd)) this.requireOpen();
    yield* readSnapshotFile(this.folder, this.described(name), this);
  }

  /** Its bytes as they lie there, in pieces that are used again. @throws TrainyardError SNAPSHOT_FILE_MISSING, SNAPSHOT_FILE_DAMAGED */
  async *readPacked(name: string): AsyncGenerator<Buffer> {
    yield* readSnapshotFile(this.folder, this.described(name), null);
  }

  /**
   * The bytes of a content that lies in a file named by its hash, in pieces that are used again: each only until the next is asked for.
   * @throws TrainyardError SNAPSHOT_ENCRYPTED, SNAPSHOT_FILE_MISSING, SNAPSHOT_FILE_DAMAGED
   */
  async *readContent({ path: name, bytes, sha256, encrypted: hash }: ContentFile): AsyncGenerator<Buffer> {
    if (hash === null) return yield* readSnapshotFile(this.folder, { path: name, bytes, sha256 }, null);
    this.requireOpen();
    const digest = new Digest();
    const file = { path: name, mostBytes: mostEncrypted(bytes), sha256: hash };
    for await (const piece of readSnapshotFile(this.folder, file, this)) {
      digest.add(piece);
      yield piece;
    }
    if (digest.bytes !== bytes || digest.hex() !== sha256) throw otherContent(name);
  }

  /** Compares an encrypted content with the hash by which it is named. @throws TrainyardError SNAPSHOT_FILE_MISSING, SNAPSHOT_FILE_DAMAGED */
  async compareContent(name: string, sha256: string): Promise<void> {
    const file = { path: name, mostBytes: Number.POSITIVE_INFINITY, sha256 };
    for await (const _ of readSnapshotFile(this.folder, file, null));
  }

  private described(name: string): SnapshotFile {
    const file = this.manifest.files.find((one) => one.path === name);
    if (!file) throw fault('SNAPSHOT_FILE_MISSING', { file: name }, { place: { file: name } });
    return file;
  }

  private requireOpen(): void {
    const { encryption, id } = this.manifest;
    if (encryption && this.identity === null)
      throw fault('SNAPSHOT_ENCRYPTED', { snapshot: id, recipient: encryption.recipient });
  }
}

/** Where the bytes of an object lie, and what they are. */
interface ContentFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of the file where it is encrypted, which is named by it; null: it is not. */
  readonly encrypted: string | null;
}

/** The error of a file that cannot be used. */
export const damaged = (name: string, reason: Bilingual | string, cause?: unknown) =>
  fault(
    'SNAPSHOT_FILE_DAMAGED',
    { file: name, reason },
    { place: { file: name }, ...(cause === undefined ? {} : { cause }) },
  );

/** The error of a file whose bytes are others than were written. */
export const otherContent = (name: string) =>
  damaged(name, { en: 'its content is not what was written', ko: '내용이 저장했을 때와 다릅니다' });

/** The error of a file that holds more than anything that is written there. */
export const tooLarge = (name: string, most: number) =>
  damaged(name, {
    en: `it holds more than ${most} bytes in one piece`,
    ko: `한 덩어리가 ${most}바이트를 넘습니다`,
  });

/** What reading a file of a snapshot met, as a fault of that file where it is one. */
export function asDamage(name: string, error: unknown): unknown {
  if (hasCode(error, 'ENOENT', 'ENOTDIR'))
    return fault('SNAPSHOT_FILE_MISSING', { file: name }, { place: { file: name }, cause: error });
  if (hasCode(error, 'EACCES', 'EPERM'))
    return fault('SNAPSHOT_FILE_UNREADABLE', { file: name }, { place: { file: name }, cause: error });
  if (error instanceof AgeFileError)
    return damaged(
      name,
      {
        en: 'it cannot be decrypted: it was changed or cut off, or is for another key',
        ko: '복호화할 수 없습니다. 내용이 바뀌었거나 잘렸거나 다른 키로 암호화되었습니다',
      },
      error,
    );
  if (/^(Z_|ZSTD_|ERR_ZSTD|ERR_BUFFER_TOO_LARGE|EISDIR|EIO$|ELOOP$)/.test(codeOf(error)))
    return damaged(name, error instanceof Error ? error.message : String(error), error);
  return error;
}

/** The error of a file that holds another number of things than the manifest says. */
export const otherCount = (name: string, found: number, expected: number) =>
  fault('SNAPSHOT_COUNT_DIFFERS', { file: name, found, expected }, { place: { file: name } });
