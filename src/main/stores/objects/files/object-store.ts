import { createReadStream } from 'node:fs';
import { constants, copyFile, link, open, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../../shared/errors/entry.ts';
import { forEachConcurrently } from '../../../../shared/model/concurrently.ts';
import { flushFolder, makeFolder } from '../../../platform/durable-file.ts';
import { codeOf, hasCode, nullOn } from '../../../platform/error-code.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { sha256Of } from '../../../platform/sha256.ts';
import { checkObjectPrefix, objectsNotFound } from '../keys.ts';
import {
  type Bucket,
  buckets,
  type LinkableObjects,
  type LocalObjects,
  type ObjectInfo,
  type ObjectStore,
} from '../ports.ts';
import { listObjects, ObjectFolder } from './object-folder.ts';

/** So many small files are written and flushed at once: the file system then commits several with one flush of its journal. */
const writers = 16;

const reasons: Readonly<Record<string, Bilingual>> = {
  EXDEV: { en: 'it lies on another disk than the state folder', ko: '상태 폴더와 다른 디스크에 있습니다' },
  EPERM: {
    en: 'its file system or the kernel’s protection of hard links forbids it',
    ko: '파일 시스템이나 커널의 하드 링크 보호가 막고 있습니다',
  },
  EACCES: { en: 'this user may not link to it', ko: '이 사용자는 링크할 수 없습니다' },
  EMLINK: { en: 'it has too many links already', ko: '이미 링크가 너무 많습니다' },
  ENOTSUP: { en: 'its file system has no hard links', ko: '파일 시스템에 하드 링크가 없습니다' },
  ENOSYS: { en: 'its file system has no hard links', ko: '파일 시스템에 하드 링크가 없습니다' },
};

/**
 * Makes `name` stand for a file's bytes without copying them: a reflink where the disk has them (its bytes are its
 * own from then on), else a hard link (which sees what is written into the source later). Flushed and hashed.
 * @throws TrainyardError LINK_IMPOSSIBLE, SOURCE_CHANGED
 */
async function linkFile(path: string, name: string, sha256: string): Promise<void> {
  // A hard link to a symbolic link would be another name of the link.
  const source = await realpath(path).catch((error: unknown) => {
    throw hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP') ? sourceChanged(path) : error;
  });
  try {
    await copyFile(source, name, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
  } catch {
    // Why no reflink could be made does not matter: the hard link's own error says what stands in the way.
    await link(source, name).catch((error: unknown) => {
      const parameters = { file: source, cause: reasons[codeOf(error)] ?? String(error) };
      throw fault('LINK_IMPOSSIBLE', parameters, { place: { file: source }, cause: error });
    });
  }
  await using handle = await open(name, 'r');
  await handle.sync();
  if ((await sha256Of(createReadStream(name))) !== sha256) throw sourceChanged(source);
}

/** A file that was written to between its check and its import. */
const sourceChanged = (file: string) => fault('SOURCE_CHANGED', { file }, { place: { file } });

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

  /** Beside the process that owns it. */
  static async openToRead(root: string): Promise<Pick<FilesObjectStore, 'get' | 'head'>> {
    return new FilesObjectStore(await ObjectFolder.openToRead(root));
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
    const name = this.folder.temporary.newPath();
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
