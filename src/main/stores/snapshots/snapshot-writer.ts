import { createWriteStream } from 'node:fs';
import { link, lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { fileFault, isFileError } from '../../platform/faults/file-faults.ts';
import { encrypted } from './age-files.ts';
import type { SnapshotFile } from './manifest.ts';
import { Digest, encryptedEnd, packingOf } from './packing.ts';

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
  async linkContent(earlier: LinkedTo, name: string, bytes: number | null): Promise<boolean> {
    this.signal.throwIfAborted();
    const to = path.join(this.folder, ...name.split('/'));
    if (!(await linkFrom(earlier, name, to, bytes))) return false;
    this.linked.add(name);
    return true;
  }
}

/** Links to a file of an earlier snapshot. False where that cannot be: then it is to be written. @param bytes of it, where they are known */
export async function linkFrom(
  { folder, verifiedAt }: LinkedTo,
  name: string,
  to: string,
  bytes: number | null,
): Promise<boolean> {
  const from = path.join(folder, ...name.split('/'));
  try {
    const found = await lstat(from);
    if (!found.isFile() || found.size !== (bytes ?? found.size) || found.mtime > verifiedAt) return false;
    await link(from, to);
  } catch (error) {
    // Another disk, a file system without links, or too many of them.
    if (hasCode(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOENT')) return false;
    // The same content under another key.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  return true;
}

/** A new file that is closed to others, and on the disk once the stream has finished. */
export function flushed(file: string): Writable {
  return createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
}
