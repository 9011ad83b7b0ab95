import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { nullOn } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { hashing } from '../../platform/sha256.ts';
import type { Bucket, ObjectInfo, ObjectStore } from '../objects/ports.ts';
import { flushed, type LinkedTo, type SnapshotWriter } from './snapshot-files.ts';

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
}

/** Where a content lies below a snapshot's folder. */
export const contentPath = (sha256: string) => `objects/${sha256.slice(0, 2)}/${sha256}`;

/** Puts the contents of objects into the folder of a snapshot under way; they are on the disk once `flush` resolves. */
export class ContentCopier implements AsyncDisposable {
  private readonly store: ObjectStore;
  private readonly writer: SnapshotWriter;
  private readonly earlier: LinkedTo | null;
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
    if (same && (await this.link(same))) return { ...line, sha256: same.sha256 };
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

  private async link({ sha256, size }: KeptObject): Promise<boolean> {
    if (this.earlier === null) return false;
    await this.placeOf(sha256);
    return this.writer.linkContent(this.earlier, contentPath(sha256), size);
  }

  private async copySmall(bucket: Bucket, key: string): Promise<{ sha256: string; size: number }> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.store.get(bucket, key)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const handle = await open(await this.placeOf(sha256), 'wx', 0o600).catch(nullOn('EEXIST'));
    if (handle) {
      this.unflushed.push(handle);
      await handle.writeFile(bytes);
      if (this.unflushed.length >= mostOpen) await this.flush();
    }
    return { sha256, size: bytes.length };
  }

  private async copy(bucket: Bucket, key: string): Promise<{ sha256: string; size: number }> {
    this.copies += 1;
    const aside = path.join(this.writer.folder, `.object-${this.copies}`);
    let [sha256, size] = ['', 0];
    async function* measured(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of body) {
        size += chunk.length;
        yield chunk;
      }
    }
    try {
      const body = measured(await this.store.get(bucket, key));
      await pipeline(
        hashing(body, (found) => {
          sha256 = found;
        }),
        flushed(aside),
        { signal: this.writer.signal },
      );
      await rename(aside, await this.placeOf(sha256));
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    return { sha256, size };
  }

  private async placeOf(sha256: string): Promise<string> {
    const place = path.join(this.writer.folder, contentPath(sha256));
    const folder = path.dirname(place);
    if (!this.folders.has(folder)) await mkdir(folder, { recursive: true, mode: 0o700 });
    this.folders.add(folder);
    return place;
  }
}
