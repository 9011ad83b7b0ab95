import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { isInside } from '../../../platform/paths.ts';
import type { RootedFiles } from '../source.ts';

/** Files that others own, read where they lie and never from outside of their root. */
export const rootedFiles: RootedFiles = {
  stat: locate,
  read: async (root, file) => {
    const found = await locate(root, file);
    if (!found) throw fault('FILE_NOT_FOUND', { file, folder: root }, { place: { file } });
    const handle = await open(found.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    return handle.createReadStream();
  },
};

/** The real path of a file inside the root, links followed; null if there is none. */
async function locate(
  root: string,
  file: string,
): Promise<{ path: string; size: number; modifiedMs: number } | null> {
  try {
    const [realRoot, real] = await Promise.all([
      realpath(root),
      realpath(path.join(root, ...file.split('/'))),
    ]);
    if (!isInside(realRoot, real)) return null;
    const found = await stat(real);
    return found.isFile() ? { path: real, size: found.size, modifiedMs: found.mtimeMs } : null;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) return null;
    throw error;
  }
}
