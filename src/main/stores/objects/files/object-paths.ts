import type { Stats } from 'node:fs';
import { lstat, realpath, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { checkObjectKey } from '../keys.ts';
import type { Bucket } from '../ports.ts';

/** Whether a path lies in a folder or is it; both absolute and without links. */
export function isInside(folder: string, target: string): boolean {
  const relative = path.relative(folder, target);
  return relative === '' || (relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative));
}

function linkInStore(target: string): TrainyardError {
  return fault('OBJECT_STORE_LINK', { file: target }, { place: { file: target } });
}

/** Where the objects of a store lie: `<root>/<bucket>/<key>`. */
export class ObjectPaths {
  readonly root: string;

  /** @param root absolute, without links */
  constructor(root: string) {
    this.root = root;
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
  async checkFolder(folder: string): Promise<void> {
    const real = await realpath(folder).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
      throw error;
    });
    if (real === null && folder !== this.root) await this.checkFolder(path.dirname(folder));
    if (real !== null && real !== folder) throw linkInStore(folder);
  }

  /** The object's file as it stands; null where there is none. @throws TrainyardError OBJECT_STORE_LINK */
  async stat(bucket: Bucket, key: string): Promise<Stats | null> {
    const file = this.file(bucket, key);
    await this.checkFolder(path.dirname(file));
    return this.lookAt(file);
  }

  /** The file as it stands in a folder that was checked; null where there is none. @throws TrainyardError OBJECT_STORE_LINK */
  async lookAt(file: string): Promise<Stats | null> {
    const found = await lstat(file).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
      throw error;
    });
    if (found?.isSymbolicLink()) throw linkInStore(file);
    return found?.isFile() ? found : null;
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
export function keyConflict(bucket: string, key: string, cause: unknown): unknown {
  if (!hasCode(cause, 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY')) return cause;
  return fault('OBJECT_KEY_CONFLICT', { key, bucket }, { cause });
}
