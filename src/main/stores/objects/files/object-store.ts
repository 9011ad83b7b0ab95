import { constants, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { forEachConcurrently } from '../../../../shared/model/concurrently.ts';
import { flushFolder, makeFolder } from '../../../platform/durable-file.ts';
import { nullOn } from '../../../platform/error-code.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { checkObjectPrefix, objectsNotFound } from '../keys.ts';
import {
  type Bucket,
  buckets,
  type LinkableObjects,
  type LocalObjects,
  type ObjectInfo,
  type ObjectStore,
} from '../ports.ts';
import { linkFile } from './link-file.ts';
import { ObjectFolder } from './object-folder.ts';
import { listObjects } from './object-list.ts';

/** So many small files are written and flushed at once: the file system then commits several with one flush of its journal. */
const writers = 16;

/** Objects as files, `<root>/<bucket>/<key>`: a trainer reads them where they lie. One process owns the root. */
export class FilesObjectStore implements ObjectStore, LocalObjects, LinkableObjects {
  private readonly folder: ObjectFolder;

  private constructor(folder: ObjectFolder) {
    this.folder = folder;
  }

  /** As {@link ObjectFolder.open}. */
  static async open(root: string): Promise<FilesObjectStore> {
    return new FilesObjectStore(await ObjectFolder.open(root));
  }

  async ensureBuckets(): Promise<void> {
    for (const bucket of buckets) await makeFolder(this.folder.bucket(bucket));
  }

  async put(bucket: Bucket, key: string, body: Readable | Uint8Array): Promise<ObjectInfo> {
    const target = this.folder.file(bucket, key);
    await this.folder.makeWay(bucket, key);
    const { file } = await this.folder.temporary.write(body);
    failpoint('object.put.before');
    await this.folder.moveIn(bucket, key, file);
    await flushFolder(path.dirname(target));
    failpoint('object.put.after');
    const info = await this.head(bucket, key);
    if (!info) throw fault('OBJECT_NOT_FOUND', { bucket, key });
    return info;
  }

  async putMany(
    bucket: Bucket,
    objects: AsyncIterable<{ readonly key: string; readonly body: Uint8Array }>,
  ): Promise<{ stored: number; skipped: number }> {
    const taken = new Set<string>();
    const touched = new Set<string>();
    let stored = 0;
    await forEachConcurrently(objects, writers, async ({ key, body }) => {
      const target = this.folder.file(bucket, key);
      const folder = path.dirname(target);
      const known = taken.has(key);
      taken.add(key);
      if (known) return;
      if (!touched.has(folder)) await this.folder.makeWay(bucket, key);
      // Those that are there may have come by a process that was killed before it flushed their folder.
      touched.add(folder);
      // A hard link into someone's folder has bytes that may change under us: it makes room for a copy.
      if ((await this.folder.lookAt(target))?.nlink === 1) return;
      const { file } = await this.folder.temporary.write(body);
      failpoint('object.put-many.before');
      await this.folder.moveIn(bucket, key, file);
      failpoint('object.put-many.after');
      stored += 1;
    });
    await forEachConcurrently(touched, writers, flushFolder);
    return { stored, skipped: taken.size - stored };
  }

  async get(
    bucket: Bucket,
    key: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<Readable> {
    const found = await this.folder.stat(bucket, key);
    if (!found) throw fault('OBJECT_NOT_FOUND', { bucket, key });
    if (range && !(range.start >= 0 && range.start <= range.end && range.start < found.size)) {
      throw fault('RANGE_NOT_SATISFIABLE', { bucket, key, size: found.size });
    }
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
    const handle = await open(this.folder.file(bucket, key), flags).catch(nullOn('ENOENT'));
    if (!handle) throw fault('OBJECT_NOT_FOUND', { bucket, key });
    return handle.createReadStream(range ? { start: range.start, end: range.end } : {});
  }

  async head(bucket: Bucket, key: string): Promise<ObjectInfo | null> {
    const found = await this.folder.stat(bucket, key);
    return found && { key, size: found.size, modifiedAt: found.mtime };
  }

  async *list(bucket: Bucket, prefix: string): AsyncGenerator<ObjectInfo> {
    checkObjectPrefix(prefix);
    yield* listObjects(this.folder.bucket(bucket), prefix);
  }

  async remove(bucket: Bucket, key: string): Promise<void> {
    if (!(await this.folder.stat(bucket, key))) return;
    const file = this.folder.file(bucket, key);
    await rm(file, { force: true });
    // Where another removal emptied the folder and took it away, nothing in it is left to flush.
    await flushFolder(path.dirname(file)).catch(nullOn('ENOENT'));
    await this.folder.prune(bucket, key);
  }

  async materialize(bucket: Bucket, keys: AsyncIterable<string> | Iterable<string>): Promise<string> {
    const missing: string[] = [];
    await forEachConcurrently(keys, writers, async (key) => {
      if (!(await this.folder.stat(bucket, key))) missing.push(key);
    });
    if (missing.length > 0) throw objectsNotFound(bucket, missing);
    return this.folder.bucket(bucket);
  }

  async link(bucket: Bucket, key: string, source: string, sha256: string): Promise<number> {
    const target = this.folder.file(bucket, key);
    const there = await this.folder.stat(bucket, key);
    if (there) return there.mtimeMs;
    const name = this.folder.temporary.name();
    try {
      await linkFile(source, name, sha256);
      failpoint('object.link.before');
      await this.folder.makeWay(bucket, key);
      await this.folder.moveIn(bucket, key, name);
      await flushFolder(path.dirname(target));
      failpoint('object.link.after');
      const linked = await this.folder.stat(bucket, key);
      if (!linked) throw fault('OBJECT_NOT_FOUND', { bucket, key });
      return linked.mtimeMs;
    } finally {
      // Renaming a name of a file onto another name of it leaves both.
      await this.folder.temporary.discard(name);
    }
  }
}
