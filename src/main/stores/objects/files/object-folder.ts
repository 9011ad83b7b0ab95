import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { makeFolder, renameInto } from '../../../platform/durable-file.ts';
import { hasCode, nullOn } from '../../../platform/error-code.ts';
import { checkObjectKey } from '../keys.ts';
import type { Bucket, ObjectInfo } from '../ports.ts';
import { TemporaryFiles } from './temporary-files.ts';

function linkInStore(target: string): TrainyardError {
  return fault('OBJECT_STORE_LINK', { file: target }, { place: { file: target } });
}

/** A folder of objects as files, `<root>/<bucket>/<key>`, for one process that owns it. */
export class ObjectFolder {
  /** Absolute, without links. */
  private readonly root: string;
  readonly temporary: TemporaryFiles;

  private constructor(root: string, temporary: TemporaryFiles) {
    this.root = root;
    this.temporary = temporary;
  }

  /** Makes the folder where it is missing, and removes what a killed process left half-written. */
  static async open(root: string): Promise<ObjectFolder> {
    await makeFolder(path.resolve(root));
    const real = await realpath(root);
    return new ObjectFolder(real, await TemporaryFiles.open(path.join(real, '.incoming')));
  }

  /** Beside the process that owns it, whose files under way stay as they are. */
  static async openToRead(root: string): Promise<ObjectFolder> {
    const real = await realpath(root);
    return new ObjectFolder(real, TemporaryFiles.none(path.join(real, '.incoming')));
  }

  bucket(bucket: Bucket): string {
    return path.join(this.root, bucket);
  }

  /** @throws TrainyardError INVALID_OBJECT_KEY */
  file(bucket: Bucket, key: string): string {
    checkObjectKey(key);
    return path.join(this.root, bucket, ...key.split('/'));
  }

  /** Refuses a folder that is reached by a link, as far as it is there. @throws TrainyardError OBJECT_STORE_LINK */
  private async checkFolder(folder: string): Promise<void> {
    const real = await realpath(folder).catch(nullOn('ENOENT', 'ENOTDIR'));
    if (real === null && folder !== this.root) await this.checkFolder(path.dirname(folder));
    if (real !== null && real !== folder) throw linkInStore(folder);
  }

  /** The object's file as it stands; null if there is none. @throws TrainyardError OBJECT_STORE_LINK */
  async stat(bucket: Bucket, key: string): Promise<Stats | null> {
    const file = this.file(bucket, key);
    await this.checkFolder(path.dirname(file));
    return this.lookAt(file);
  }

  /** The file as it stands in a folder that was checked; null if there is none. @throws TrainyardError OBJECT_STORE_LINK */
  async lookAt(file: string): Promise<Stats | null> {
    const found = await lstat(file).catch(nullOn('ENOENT', 'ENOTDIR'));
    if (found?.isSymbolicLink()) throw linkInStore(file);
    return found?.isFile() ? found : null;
  }

  /** Makes the folder of an object. @throws TrainyardError OBJECT_STORE_LINK, OBJECT_KEY_CONFLICT */
  async makeWay(bucket: Bucket, key: string): Promise<void> {
    const folder = path.dirname(this.file(bucket, key));
    try {
      await this.checkFolder(folder);
      await makeFolder(folder);
    } catch (error) {
      throw keyConflict(bucket, key, error);
    }
  }

  /** Puts a flushed file in an object's place; its folder is yet to be flushed. @throws TrainyardError OBJECT_KEY_CONFLICT */
  async moveIn(bucket: Bucket, key: string, file: string): Promise<void> {
    try {
      await renameInto(file, this.file(bucket, key));
    } catch (error) {
      await this.temporary.discard(file);
      throw keyConflict(bucket, key, error);
    }
  }

  /** Removes the folders above a removed object that are empty now, up to the bucket. */
  async prune(bucket: Bucket, key: string): Promise<void> {
    const top = this.bucket(bucket);
    for (let folder = path.dirname(this.file(bucket, key)); folder !== top; folder = path.dirname(folder)) {
      try {
        await rmdir(folder);
      } catch (error) {
        if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return;
        throw error;
      }
    }
  }
}

/** A file can't be a folder too: S3 has both `a` and `a/b`, this store refuses the second of them. */
function keyConflict(bucket: string, key: string, cause: unknown): unknown {
  if (!hasCode(cause, 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY')) return cause;
  return fault('OBJECT_KEY_CONFLICT', { key, bucket }, { cause });
}

/**
 * The objects under a folder whose keys start with the prefix, in the order of the keys' bytes (keys are ASCII). Holds one
 * folder's names at a time for each level; follows no link.
 */
export async function* listObjects(folder: string, prefix: string, key = ''): AsyncGenerator<ObjectInfo> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(nullOn('ENOENT'))) ?? [];
  // A folder's name ends with `/`, so that names sort as the keys below them do (`a.b` before `a/b`).
  const names = entries.flatMap((entry) =>
    entry.isDirectory() ? [`${entry.name}/`] : entry.isFile() ? [entry.name] : [],
  );
  for (const name of names.sort((one, other) => (one < other ? -1 : 1))) {
    const reached = key + name;
    const place = path.join(folder, name);
    if (name.endsWith('/')) {
      if (reached.startsWith(prefix) || prefix.startsWith(reached))
        yield* listObjects(place, prefix, reached);
    } else if (reached.startsWith(prefix)) {
      const found = await lstat(place).catch(nullOn('ENOENT'));
      if (found?.isFile()) yield { key: reached, size: found.size, modifiedAt: found.mtime };
    }
  }
}
