import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { nullOn } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { hashing } from '../../platform/sha256.ts';
import type { Bucket, ObjectInfo, ObjectStore } from '../objects/ports.ts';
import { encrypted } from './age-files.ts';
import { flushed, type LinkedTo, type SnapshotWriter } from './snapshot-writer.ts';

/** Bytes of an object that is read as a whole. */
const smallBytes = 256 * 1024;
/** Files that stay open until they are flushed together: the first makes the disk write what the others wait for. */
const mostOpen = 128;

/** An object of a snapshot: a line of its index. Objects with the same bytes are one file. */
export interface KeptObject {
  readonly bucket: Bucket;
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
  /** Of the object in its store, in milliseconds since 1970. */
  readonly modifiedAt: number;
  /** SHA-256 of the file in which it lies encrypted. */
  readonly encrypted?: string;
}

type Content = Pick<KeptObject, 'sha256' | 'encrypted'>;

/**
 * Where a content lies below a snapshot's folder. One that is encrypted is named by what the file holds: its own SHA-256 would tell
 * everybody which known files are there.
 */
export const contentPath = ({ sha256, encrypted }: Content) =>
  encrypted === undefined ? `objects/${sha256.slice(0, 2)}/${sha256}` : encryptedPath(encrypted);

/** Where an encrypted content lies, by the SHA-256 of its file. */
export const encryptedPath = (sha256: string) => `objects/${sha256.slice(0, 2)}/${sha256}.age`;

/** Puts the contents of objects into the folder of a snapshot under way; they are on the disk once `flush` resolves. */
export class ContentCopier implements AsyncDisposable {
  private readonly store: ObjectStore;
  private readonly writer: SnapshotWriter;
  private readonly earlier: LinkedTo | null;
  /** The SHA-256 of the files of encrypted contents. */
  readonly encryptedFiles = new Set<string>();
  /** The same for what they hold: alike contents are one file. */
  private readonly encryptedOf = new Map<string, Promise<string>>();
  private readonly folders = new Set<string>();
  private unflushed: FileHandle[] = [];
  private copies = 0;

  /** @param earlier a snapshot whose contents are linked to */
  constructor(store: ObjectStore, writer: SnapshotWriter, earlier: LinkedTo | null) {
    this.store = store;
    this.writer = writer;
    this.earlier = earlier;
  }

  /** Null where the object was removed meanwhile. */
  async take(bucket: Bucket, object: ObjectInfo, same: KeptObject | null): Promise<KeptObject | null> {
    const { key, size, modifiedAt } = object;
    const line = { bucket, key, size, modifiedAt: modifiedAt.getTime() };
    if (same && (await this.link(same))) return { ...line, ...contentOf(same) };
    this.writer.signal.throwIfAborted();
    failpoint('snapshot.object.before');
    try {
      const copied = size <= smallBytes ? await this.copySmall(bucket, key) : await this.copy(bucket, key);
      failpoint('snapshot.object.after');
      return { ...line, ...copied };
    } catch (error) {
      if (error instanceof TrainyardError && error.code === 'OBJECT_NOT_FOUND') return null;
      throw error;
    }
  }

  /** Flushes what was written so far. */
  async flush(): Promise<void> {
    const handles = this.unflushed;
    this.unflushed = [];
    const ended = await Promise.allSettled(
      handles.map((handle) => handle.sync().finally(() => handle.close())),
    );
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.unflushed.map((handle) => handle.close()));
  }

  private async link(same: KeptObject): Promise<boolean> {
    if (this.earlier === null) return false;
    await this.placeOf(same);
    // The size of an encrypted file is in no index; its name is its hash.
    const bytes = same.encrypted === undefined ? same.size : null;
    if (!(await this.writer.linkContent(this.earlier, contentPath(same), bytes))) return false;
    if (same.encrypted !== undefined) await this.known(same.sha256, Promise.resolve(same.encrypted));
    return true;
  }

  private async copySmall(bucket: Bucket, key: string): Promise<Content & { size: number }> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.store.get(bucket, key)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const [sha256, size] = [sha256Of(bytes), bytes.length];
    const { recipient } = this.writer;
    if (recipient === null) {
      await this.writeSmall({ sha256 }, bytes);
      return { sha256, size };
    }
    const writeEncrypted = async () => {
      const written = await encryptedBytes(recipient, bytes);
      const hash = sha256Of(written);
      await this.writeSmall({ sha256, encrypted: hash }, written);
      return hash;
    };
    const writing = this.encryptedOf.get(sha256) ?? writeEncrypted();
    return { ...(await this.known(sha256, writing)), size };
  }

  private async writeSmall(content: Content, bytes: Buffer): Promise<void> {
    const handle = await open(await this.placeOf(content), 'wx', 0o600).catch(nullOn('EEXIST'));
    if (!handle) return;
    this.unflushed.push(handle);
    await handle.writeFile(bytes);
    if (this.unflushed.length >= mostOpen) await this.flush();
  }

  private async copy(bucket: Bucket, key: string): Promise<Content & { size: number }> {
    const { folder, recipient, signal } = this.writer;
    this.copies += 1;
    const aside = path.join(folder, `.object-${this.copies}`);
    let [sha256, size, encryptedHash] = ['', 0, ''];
    async function* measured(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of body) {
        size += chunk.length;
        yield chunk;
      }
    }
    try {
      const body = hashing(measured(await this.store.get(bucket, key)), (found) => {
        sha256 = found;
      });
      const written =
        recipient === null
          ? body
          : hashing(encrypted(recipient, body), (found) => {
              encryptedHash = found;
            });
      await pipeline(written, flushed(aside), { signal });
      const same = this.encryptedOf.get(sha256);
      if (same) {
        await rm(aside);
        return { ...(await this.known(sha256, same)), size };
      }
      const content = recipient === null ? { sha256 } : { sha256, encrypted: encryptedHash };
      await rename(aside, await this.placeOf(content));
      if (recipient !== null) await this.known(sha256, Promise.resolve(encryptedHash));
      return { ...content, size };
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  private async known(sha256: string, writing: Promise<string>): Promise<Content> {
    this.encryptedOf.set(sha256, writing);
    const hash = await writing;
    this.encryptedFiles.add(hash);
    return { sha256, encrypted: hash };
  }

  private async placeOf(content: Content): Promise<string> {
    const place = path.join(this.writer.folder, contentPath(content));
    const folder = path.dirname(place);
    if (!this.folders.has(folder)) await mkdir(folder, { recursive: true, mode: 0o700 });
    this.folders.add(folder);
    return place;
  }
}

const contentOf = ({ sha256, encrypted: hash }: KeptObject): Content =>
  hash === undefined ? { sha256 } : { sha256, encrypted: hash };

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function encryptedBytes(recipient: string, bytes: Buffer): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of encrypted(recipient, Readable.from([bytes]))) chunks.push(chunk);
  return Buffer.concat(chunks);
}
