import { type FileHandle, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fault } from '../../../shared/errors/catalogue.ts';
import { openPlainFile } from '../../platform/plain-file.ts';
import { decrypted, mostEncrypted } from './age-files.ts';
import { asDamage, damaged, otherContent, tooLarge } from './damage.ts';
import type { Manifest, SnapshotFile } from './manifest.ts';
import { Digest, encryptedEnd, packingOf, pieceBytes, plain } from './packing.ts';

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
