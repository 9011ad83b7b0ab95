import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { nullOn } from '../../../platform/error-code.ts';
import type { ObjectInfo } from '../ports.ts';

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
